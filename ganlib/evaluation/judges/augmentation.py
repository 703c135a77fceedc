"""How a judge is trained, and how its training images are moved and lit by random amounts."""

from dataclasses import dataclass
from typing import Any

from ganlib.startup import keras


@dataclass(frozen=True)
class Settings:
    """How a judge is trained, by AdamW."""

    epochs: int
    batch_size: int = 128
    learning_rate: float = 2e-3  # the highest: it climbs for a tenth of the steps, then falls to 0
    weight_decay: float = 1e-2  # of kernels only
    label_smoothing: float = 0.0  # share of a label that is spread over all classes
    dropout: float = 0.3  # share of the features
    shift: float = 0.0  # at most, as a share of the side, in whole pixels
    turn: float = 0.0  # at most, in degrees
    zoom: float = 0.0  # largest change of size, as a share
    flip: bool = False  # mirrors half of the images left to right
    brightness: float = 0.0  # largest change, where an image spans [-1, 1]
    contrast: float = 0.0  # likewise
    blurs: tuple[float, ...] = ()  # in pixels; for each, a tenth of the images join blurred
    grains: tuple[float, ...] = ()  # in grey levels; for each, a tenth join under noise


def augmentation(settings: Settings, seed: int) -> list[Any]:
    """Keras layers for images in [-1, 1], float32 (N, H, W, C); each image gets its own amounts."""
    layers = keras.layers
    edge, light = {"fill_mode": "nearest"}, {"value_range": (-1, 1)}
    shift = settings.shift
    chosen: list[Any] = []
    if settings.turn:
        chosen.append(layers.RandomRotation(settings.turn / 360, **edge, seed=seed))
    if settings.zoom:
        chosen.append(layers.RandomZoom(settings.zoom, **edge, seed=seed + 1))
    if shift:  # the nearest pixel, not a mean of several: whole pixels
        chosen.append(
            layers.RandomTranslation(shift, shift, **edge, interpolation="nearest", seed=seed + 2)
        )
    if settings.flip:
        chosen.append(layers.RandomFlip("horizontal", seed=seed + 3))
    if settings.contrast:  # a pair: of a single number, Keras 3.15 only ever raises the contrast
        both_ways = (settings.contrast, settings.contrast)
        chosen.append(layers.RandomContrast(both_ways, **light, seed=seed + 4))
    if settings.brightness:  # Keras takes a share of the range, which is 2
        chosen.append(layers.RandomBrightness(settings.brightness / 2, **light, seed=seed + 5))
    return chosen

"""How a judge is trained, and how its training images are moved and lit by random amounts."""

from dataclasses import dataclass
from typing import Any

from ganlib.startup import keras


@dataclass(frozen=True)
class Settings:
    """How a judge is trained.

    Attributes
    ----------
    epochs, batch_size : times through the training images, and images at a time
    learning_rate : AdamW's, at its highest: it climbs over a tenth of the steps, then falls to 0
        along a cosine
    weight_decay : AdamW's, of kernels only
    label_smoothing : share of a label that is spread over all classes
    dropout : share of the features dropped
    shift : largest shift as a share of the side, in whole pixels
    turn : largest rotation, in degrees
    zoom : largest change of size, as a share
    flip : whether half of the images are mirrored left to right
    brightness, contrast : largest change, where an image spans [-1, 1]
    """

    epochs: int
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    label_smoothing: float = 0.0
    dropout: float = 0.3
    shift: float = 0.0
    turn: float = 0.0
    zoom: float = 0.0
    flip: bool = False
    brightness: float = 0.0
    contrast: float = 0.0


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

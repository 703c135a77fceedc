"""What trained convolutions do: images on their way, filters, maps, and what excites a unit."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH = 10  # inches, at 100 pixels each
POINTS = 13.0


def growth(stages: Mapping[str, np.ndarray]) -> Figure:
    """Images on their way through a network: a row for each image, a column for each stage.

    Parameters
    ----------
    stages : name to one map for each image, (N, H, W) of any scale; each map has its own greys
    """
    count = len(next(iter(stages.values())))
    side = WIDTH / len(stages)
    figure = Figure(figsize=(WIDTH, side * count + 0.4), dpi=100, layout="constrained")
    for column, (axes, (name, maps)) in enumerate(
        zip(figure.subplots(count, len(stages), squeeze=False).T, stages.items(), strict=True)
    ):
        for axis, one in zip(axes, maps, strict=True):
            axis.imshow(one, cmap="gray")
            axis.set(xticks=[], yticks=[])
        axes[0].set_title(name, fontsize=POINTS + 1, fontweight="bold")
        if column == 0:
            for number, axis in enumerate(axes, start=1):
                axis.set_ylabel(f"noise {number}", fontsize=POINTS)
    return figure


def maps(
    images: Mapping[str, np.ndarray], kernels: np.ndarray, answers: Mapping[str, np.ndarray]
) -> Figure:
    """Filters, and what each answers to some images: blue is negative, red is positive.

    Parameters
    ----------
    images : name to an image, (H, W)
    kernels : of one input channel, (K, K, F)
    answers : name of an image to the maps of the filters, (h, w, F); one scale for all
    """
    count = kernels.shape[-1]
    height = WIDTH / (count + 1) * (len(images) + 1) + 0.5
    figure = Figure(figsize=(WIDTH, height), dpi=100, layout="constrained")
    rows = figure.subplots(len(images) + 1, count + 1, squeeze=False)
    for axis in rows.flat:
        axis.set(xticks=[], yticks=[])
    rows[0, 0].set_axis_off()
    rows[0, 0].text(0.5, 0.5, "filters", ha="center", va="center", fontsize=POINTS + 1)
    for number, axis in enumerate(rows[0, 1:]):
        _signed(axis, kernels[..., number], np.abs(kernels).max())
        for (i, j), weight in np.ndenumerate(kernels[..., number]):
            strong = abs(weight) > 0.6 * np.abs(kernels).max()
            style = {"ha": "center", "va": "center", "color": "white" if strong else "black"}
            axis.text(j, i, f"{weight:.1f}".replace("-", "−"), fontsize=POINTS - 2, **style)
        axis.set_title(f"filter {number + 1}", fontsize=POINTS)
    most = max(np.abs(found).max() for found in answers.values())
    for row, (name, image) in zip(rows[1:], images.items(), strict=True):
        row[0].imshow(image, cmap="gray")
        row[0].set_xlabel(name, fontsize=POINTS)
        for number, axis in enumerate(row[1:]):
            _signed(axis, answers[name][..., number], most)
    return figure


def distinct(answers: np.ndarray, count: int) -> list[int]:
    """Filters that answer strongly and unlike each other: numbers of `count` of them.

    The first one varies most. Each further one has, of all, the largest product of its deviation
    and of what the maps chosen so far do not explain.

    Parameters
    ----------
    answers : maps of some images, (N, h, w, F)
    """
    columns = answers.reshape(-1, answers.shape[-1]).astype(float)
    left, chosen = columns - columns.mean(axis=0), list[int]()
    for _ in range(count):
        sizes = np.linalg.norm(left, axis=0)
        best = int(np.argmax(np.where(np.isin(np.arange(len(sizes)), chosen), -1.0, sizes)))
        chosen.append(best)
        unit = left[:, best] / max(sizes[best], 1e-12)
        left = left - np.outer(unit, unit @ left)
    return chosen


def strongest(
    images: np.ndarray, answers: np.ndarray, unit: int, side: int, stride: int, count: int = 16
) -> np.ndarray:
    """The patches, of different images, to which a unit answers most: (count, side, side, C).

    Parameters
    ----------
    images : (N, H, W, C); what a patch shows beyond an image is black
    answers : maps of these images, (N, h, w, F), of which place (i, j) sees the `side` × `side`
        pixels from row i · `stride` and column j · `stride` on
    """
    found = answers[..., unit]
    best = np.argsort(-found.reshape(len(found), -1).max(axis=1), kind="stable")[:count]
    padded = np.pad(images[best], ((0, 0), (0, side), (0, side), (0, 0)), constant_values=0)
    patches = []
    for image, answer in zip(padded, found[best], strict=True):
        i, j = np.unravel_index(int(answer.argmax()), answer.shape)
        patches.append(image[stride * i :, stride * j :][:side, :side])
    return np.stack(patches)


def _signed(axis: Axes, values: np.ndarray, most: float) -> None:
    axis.imshow(values, cmap="RdBu_r", vmin=-most, vmax=most)


def variation(sets: Mapping[str, np.ndarray]) -> Figure:
    """How much each pixel varies from image to image: bright is much. A panel for each set.

    Parameters
    ----------
    sets : title to images, (N, H, W, 1) of any scale; each panel has its own greys
    """
    figure = Figure(figsize=(WIDTH, WIDTH / len(sets) + 0.45), dpi=100, layout="constrained")
    axes = figure.subplots(1, len(sets), squeeze=False)[0]
    for axis, (name, images) in zip(axes, sets.items(), strict=True):
        axis.imshow(np.std(images, axis=(0, 3)), cmap="gray")
        axis.set(xticks=[], yticks=[])
        axis.set_title(name, fontsize=POINTS)
    return figure

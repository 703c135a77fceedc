"""Pictures of convolutions on numbered squares: the right numbers, and none outside the picture."""

import numpy as np
import pytest

from ganlib.lessons import pictures, rasters
from ganlib.lessons.rasters import Way

SMALL = np.array([[1, 2], [3, 4]])
KERNEL = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 1]])
STAMPED = np.array(
    [[1, 0, 2, 0, 0], [1, 0, 2, 0, 0], [4, 1, 7, 2, 2], [3, 0, 4, 0, 0], [3, 3, 7, 4, 4]]
)


def words_of(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def outside(figure):
    """Texts that leave the figure."""
    renderer, (width, height) = figure.canvas.get_renderer(), figure.bbox.size
    boxes = {text.get_text(): text.get_window_extent(renderer) for text in figure.axes[0].texts}
    return [
        word
        for word, box in boxes.items()
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]


def spread():
    zeros = np.zeros((7, 7))
    zeros[2:5:2, 2:5:2] = SMALL
    return zeros


LARGE = np.arange(16).reshape(4, 4)
FIGURES = {
    "down": lambda: rasters.down(
        LARGE,
        {
            "Dense": Way(SMALL, 4, 0),
            "MaxPooling2D": Way(np.array([[5, 7], [13, 15]]), 2, 2, picks=True),
            "Conv2D, stride 2": Way(SMALL, 3, 2, KERNEL),
        },
    ),
    "up": lambda: rasters.up(
        SMALL,
        {
            "UpSampling2D": Way(SMALL.repeat(2, 0).repeat(2, 1), 2, 2),
            "a transposed convolution with a long name": Way(STAMPED[:4, :4], 3, 2, KERNEL),
            "Dense": Way(-LARGE, 4, 0),
        },
    ),
    "stamps": lambda: rasters.stamps(SMALL, KERNEL, stride=2),
    "half steps": lambda: rasters.half_steps(spread(), KERNEL[::-1, ::-1], STAMPED, stride=2),
    "overlaps": lambda: rasters.overlaps({"a": (3, 2, 1), "b": (4, 2, 1), "c": (3, 1, 2)}),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_picture_is_1000_pixels_wide_and_holds_all_its_words(name):
    figure = FIGURES[name]()
    assert figure.bbox.width == rasters.WIDTH == 1000
    assert outside(figure) == []


def test_what_comes_out_is_written_into_the_squares():
    words = words_of(FIGURES["down"]())
    assert [words.count(str(number)) for number in (5, 13, 15)] == [4, 4, 4]  # three images
    assert "−15" in words_of(FIGURES["up"]())


def test_only_windows_beyond_the_raster_are_named():
    assert words_of(FIGURES["down"]()).count("zeros") == 1
    assert words_of(FIGURES["up"]()).count("cut off") == 1


def test_the_stamps_add_up():
    figure = rasters.stamps(SMALL, KERNEL, stride=2)
    assert pictures.chart_alt(figure).endswith(
        "add up to [[1.0, 0.0, 2.0, 0.0, 0.0], [1.0, 0.0, 2.0, 0.0, 0.0], "
        "[4.0, 1.0, 7.0, 2.0, 2.0], [3.0, 0.0, 4.0, 0.0, 0.0], [3.0, 3.0, 7.0, 4.0, 4.0]]"
    )
    words = words_of(figure)
    assert all(f"{ink} × kernel" in words for ink in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ((3, 3, 2), [1, 1, 2, 1, 2, 1, 1]),
        ((3, 4, 2), [1, 1, 2, 2, 2, 2, 1, 1]),
        ((3, 2, 3), [1, 1, 0, 1, 1, 0, 1, 1]),
        ((4, 3, 1), [1, 2, 3, 3, 2, 1]),
    ],
)
def test_coverage_counts_the_stamps_on_each_output(layer, expected):
    assert rasters.coverage(*layer).tolist() == expected


def test_overlaps_say_in_words_what_they_show():
    alt = pictures.chart_alt(rasters.overlaps({"a kernel": (3, 2, 1)}, inputs=3))
    assert alt == "a kernel: 1, 1, 2, 1, 2, 1, 1 stamps on a row of outputs"

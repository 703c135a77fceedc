"""Lesson 23's pictures and numbers: neighbours, nearness, small sets."""

import dataclasses

import numpy as np

from ganlib import figures
from ganlib.datasets import Dataset
from ganlib.lessons import faces

RNG = np.random.default_rng(0)
TRAINING = RNG.integers(0, 256, (30, 8, 8, 3), dtype=np.uint8)
HELD_OUT = RNG.integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)


def test_a_copy_and_a_mirrored_copy_find_themselves_at_no_distance():
    images = np.stack([TRAINING[4], TRAINING[9][:, ::-1]])
    neighbours, distances = faces.nearest_of(images, TRAINING)
    np.testing.assert_array_equal(neighbours, images)
    np.testing.assert_array_equal(distances, [0, 0])


def test_the_nearer_one_of_both_sides_counts():
    images = HELD_OUT[:5]
    _, distances = faces.nearest_of(images, TRAINING)
    both = np.concatenate([TRAINING, TRAINING[:, :, ::-1]]).astype(float) / 255
    expected = [
        np.sqrt(np.square(both - image / 255).sum(axis=(1, 2, 3))).min() for image in images
    ]
    np.testing.assert_allclose(distances, expected)


def test_copies_have_no_distance_and_held_out_images_have_one():
    copies = faces.nearness(TRAINING[:20], TRAINING, HELD_OUT)
    assert copies == {"nearness": 0.0, "copied": 1.0}
    others = faces.nearness(HELD_OUT, TRAINING, HELD_OUT)
    assert others["nearness"] == 1.0 and others["copied"] <= 0.05


def test_a_page_of_faces_has_few_colours_its_size_and_a_text():
    picture = faces.sheet(TRAINING[:16], 8)
    assert picture.size == figures.grid(TRAINING[:16], 8).size
    assert len(picture.getcolors(1000)) <= 256
    assert figures.alt_of(picture) == "16 images"
    assert len(figures.as_png(picture)[0]) < len(figures.as_png(figures.grid(TRAINING[:16], 8))[0])


def test_rows_name_each_set_and_numbers_start_where_they_are_asked_to():
    picture = faces.rows({"real": TRAINING[:8], "made": HELD_OUT[:8]})
    assert "real" in figures.alt_of(picture) and "made" in figures.alt_of(picture)
    numbered = faces.numbered(TRAINING[:10], first=5)
    assert figures.alt_of(numbered) == "10 images with their numbers"
    assert numbered.width > 8 * 16


def test_pixelated_images_have_one_colour_for_each_block_and_their_size():
    blocks = faces.pixelated(TRAINING, 2)
    assert blocks.shape == TRAINING.shape and blocks.dtype == np.uint8
    assert (blocks[3, 4:, :4] == blocks[3, 4, 0]).all()
    mean = TRAINING[3, 4:, :4].astype(float).mean(axis=(0, 1))
    np.testing.assert_allclose(blocks[3, 4, 0], mean, atol=0.5)


def test_images_of_no_more_pixels_than_are_to_be_shown_stay_as_they_are():
    np.testing.assert_array_equal(faces.pixelated(TRAINING, 8), TRAINING)
    np.testing.assert_array_equal(faces.pixelated(TRAINING, 64), TRAINING)


def test_halved_images_are_the_means_of_four_pixels():
    data = Dataset("own", "train", TRAINING, None, "files", "a test")
    small = faces.halved(data).images
    assert small.shape == (30, 4, 4, 3) and small.dtype == np.uint8
    four = TRAINING[3, 2:4, 6:8].astype(float).mean(axis=(0, 1))
    np.testing.assert_allclose(small[3, 1, 3], four, atol=0.5)


def test_the_small_recipe_makes_half_the_side_and_learns_as_the_large_one():
    small = faces.small_recipe()
    built = small.build()
    assert built["generator"].output_shape == (None, 32, 32, 3)
    assert built["discriminator"].input_shape == (None, 32, 32, 3)
    large = dataclasses.asdict(faces.recipes.get("celeba-express"))
    changed = {key for key, value in dataclasses.asdict(small).items() if value != large[key]}
    assert changed == {"name", "image_shape", "networks"}

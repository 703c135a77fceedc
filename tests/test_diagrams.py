"""Diagrams of networks: everything is named, nothing overlaps."""

import dataclasses
import itertools

import pytest

from ganlib import recipes
from ganlib.errors import GanlibError
from ganlib.lessons import diagrams, formulas, pictures
from ganlib.lessons.canvas import Canvas
from ganlib.recipes.vary import vary
from ganlib.systems import OBJECTIVES

GANS = [
    name
    for name, recipe in recipes.RECIPES.items()
    if "discriminator" in recipe.networks and recipe.latent
]


def words_of(recipe):
    return [text.get_text() for text in diagrams.networks(recipe).axes[0].texts]


def overlapping(figure):
    """Pairs of texts that touch, and texts that leave the figure."""
    renderer = figure.canvas.get_renderer()
    boxes = {text: text.get_window_extent(renderer) for text in figure.axes[0].texts}
    touching = [
        (one.get_text(), other.get_text())
        for one, other in itertools.combinations(boxes, 2)
        if boxes[one].overlaps(boxes[other])
    ]
    width, height = figure.bbox.size
    return touching + [
        text.get_text()
        for text, box in boxes.items()
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]


@pytest.mark.parametrize("name", GANS)
def test_every_gan_is_drawn_1000_pixels_wide_without_overlap(name):
    figure = diagrams.networks(recipes.get(name))
    assert figure.bbox.width == diagrams.WIDTH == 1000
    assert overlapping(figure) == []


def test_a_diagram_says_in_words_what_it_shows():
    alt = pictures.chart_alt(diagrams.networks(recipes.get("mnist-modified")))
    assert alt.startswith("Generator G: 1,674,560 parameters, Adam")
    assert "100 → 7×7×256 → 7×7×128 → 14×14×64 → 28×28×1; Discriminator D: 207,105" in alt
    assert alt.endswith("28×28×1 → 7×7×64 → 2×2×128 → probability")


def test_an_overlap_would_be_seen():
    figure = diagrams.networks(recipes.get("mnist-nn"))
    text = figure.axes[0].texts[0]
    figure.axes[0].text(*text.get_position(), "twice")
    figure.axes[0].text(diagrams.WIDTH - 5, 50, "outside")
    assert overlapping(figure) == [(text.get_text(), "twice"), "outside"]


def test_layers_fold_into_stages():
    built = recipes.get("mnist-modified").build()
    found = [diagrams.stages(network) for network in built.values()]
    shapes = [[stage.shape for stage in network] for network in found]
    assert shapes[0] == [(7, 7, 256), (7, 7, 128), (14, 14, 64), (28, 28, 1)]
    assert shapes[1] == [(7, 7, 64), (2, 2, 128), (1,)]
    generator, discriminator = found
    assert generator[0].words == ["Dense 12,544", "BatchNorm", "LeakyReLU 0.3", "Reshape"]
    assert generator[3].words == ["Conv2DTranspose", "3×3, stride 2", "tanh"]
    convolution = ["Conv2D", "5×5, stride 2", "LeakyReLU 0.3", "Dropout 0.3"]
    assert discriminator[0].words == [*convolution, "MaxPooling2D", "2×2"]
    assert discriminator[2].words == ["Flatten", "Dense 1", "sigmoid"]


def test_pixel_shuffles_are_stages():
    generator, discriminator = map(diagrams.stages, recipes.get("mnist-express").build().values())
    assert (generator[-1].words, generator[-1].shape) == (
        ["pixel", "shuffle", "hard_tanh"],
        (28, 28, 1),
    )
    first = discriminator[0]
    assert (first.words, first.shape) == (["pixel", "unshuffle"], (14, 14, 4))


def test_the_ends_tell_probability_logit_and_score_apart():
    ends = {"mnist-nn": "probability", "mnist-baseline": "logit", "mnist-wgan": "score"}
    for name, end in ends.items():
        words = words_of(recipes.get(name))
        assert [word for word in ends.values() if word in words] == [end]
        assert ("1 real" in words) == (end != "score")
        assert ("no sigmoid" in words) == (end == "score")


def test_a_critic_says_how_it_is_kept_smooth():
    clipped, penalised = (words_of(recipes.get(n)) for n in ("svhn-wgan", "svhn-wgan-gp"))
    assert "5 steps for each of the generator, each clips weights to ±0.01" in clipped
    assert "2 steps for each of the generator, with gradient penalty" in penalised
    assert any(r"+ 10\,(|\nabla D| - 1)^2" in word for word in penalised)
    assert any(word.startswith("Critic D: 214,785 parameters") for word in clipped)


def test_pairs_penalties_on_both_sides_and_spectral_norms_are_said():
    pairs, normalised = (words_of(recipes.get(f"mnist-{name}")) for name in ("r3gan", "sngan"))
    assert any(w.endswith(r"+ 0.05\,|\nabla D(x)|^2 + 0.05\,|\nabla D(G(z))|^2$") for w in pairs)
    assert "in turn with the generator, on the difference of each pair" in pairs
    assert normalised.count("spectral norm") == 3 and "Conv2D" in normalised


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_has_its_losses_written_out(objective):
    recipe = dataclasses.replace(recipes.get("mnist-baseline"), objective=objective)
    words = words_of(recipe)
    assert {f"${formula}$" for formula in formulas.LOSSES[objective]} <= set(words)


def test_networks_of_ones_own_are_drawn_in_place_of_the_recipes():
    recipe = recipes.get("svhn-wgan")
    figure = diagrams.networks(recipe, vary(recipe, channels=3).build())
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words.count("32×32×3") == 2 and "32×32×1" not in words


def test_what_has_no_discriminator_is_refused():
    with pytest.raises(GanlibError, match="mnist-pca has no generator from noise and"):
        diagrams.networks(recipes.get("mnist-pca"))


def test_a_change_is_drawn_with_each_stages_share_and_what_differs_in_orange():
    names = "svhn-baseline", "svhn-modified"
    before, after = (recipes.get(name).build()["discriminator"] for name in names)
    figure = diagrams.change(before, after, ("Baseline", "More layers"))
    assert figure.bbox.width == 1000 and overlapping(figure) == []
    texts = figure.axes[0].texts
    words = [text.get_text() for text in texts]
    assert words.count("2,098,176") == words.count("76 %") == words.count("263,168") == 1
    orange = {text.get_text() for text in texts if text.get_color() == diagrams.ORANGE}
    assert {"2×2×64", "216", "32,832", "263,168"} <= orange
    assert not {"2,098,176", "524,800", "32×32×1"} & orange


def test_what_is_unchanged_is_drawn_without_orange():
    network = recipes.get("svhn-baseline").build()["discriminator"]
    texts = diagrams.change(network, network).axes[0].texts
    assert all(text.get_color() != diagrams.ORANGE for text in texts)


def test_blocks_follow_side_and_channels():
    canvas = Canvas(1000, 28)
    image, half, more = (canvas.size_of(s) for s in ((28, 28, 1), (14, 14, 1), (14, 14, 64)))
    assert image[1] == 2 * half[1] == 100
    assert half[1] == more[1] and half[0] < more[0]

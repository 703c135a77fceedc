"""Recipes with a few things changed."""

import dataclasses

import pytest

from ganlib import recipes
from ganlib.errors import GanlibError
from ganlib.recipes.vary import vary
from ganlib.systems.latents import Part


def varied(name: str, **changes) -> tuple:
    recipe = vary(recipes.get(name), **changes)
    return recipe.kind, recipe.objective, recipe.options


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("mnist-baseline", {"n_critic": None}, ("simultaneous", "non_saturating", {})),
        ("mnist-baseline", {"objective": "hinge"}, ("simultaneous", "hinge", {})),
        (
            "mnist-baseline",
            {"objective": "wasserstein"},
            ("alternating", "wasserstein", {"n_critic": 5, "clip": 0.01}),
        ),
        (
            "mnist-baseline",
            {"objective": "wasserstein", "gradient_penalty": 10.0, "n_critic": 2},
            ("alternating", "wasserstein", {"n_critic": 2, "gradient_penalty": 10.0}),
        ),
        ("mnist-baseline", {"n_critic": 2}, ("alternating", "non_saturating", {"n_critic": 2})),
        ("mnist-baseline", {"n_critic": 1}, ("simultaneous", "non_saturating", {})),
        ("mnist-wgan", {"n_critic": 1}, ("alternating", "wasserstein", {"clip": 0.01})),
        ("mnist-wgan", {"clip": 0.0}, ("alternating", "wasserstein", {"n_critic": 5})),
        ("mnist-wgan", {"objective": "minimax"}, ("alternating", "minimax", {"n_critic": 5})),
    ],
)
def test_losses_and_options_go_together(name, changes, expected):
    assert varied(name, **changes) == expected


def test_the_latent_and_the_generator_change_together():
    recipe = vary(recipes.get("mnist-baseline"), latent="uniform", latent_dim=7)
    assert recipe.latent["noise"].kind == "uniform"
    assert recipe.build()["generator"].input_shape == (None, 7)
    system = recipe.system(training=False)
    assert system.latent["noise"].size == 7


def test_a_latent_that_the_generator_does_not_take_is_one_sentence():
    recipe = dataclasses.replace(recipes.get("mnist-nn"), latent={"noise": Part("normal", 7)})
    with pytest.raises(GanlibError, match="a latent of 7 numbers, but its generator takes 100"):
        recipe.system()


def test_both_optimisers_take_a_rate_and_a_momentum():
    recipe = vary(recipes.get("mnist-express"), learning_rate=0.01, beta_1=0.0)
    for optimizer in recipe.optimizers.values():
        assert optimizer.options == {"learning_rate": 0.01, "beta_1": 0.0, "beta_2": 0.99}


def test_nothing_changed_is_the_same_recipe():
    recipe = recipes.get("mnist-wgan")
    assert vary(recipe, objective=None, ema=None) == recipe
    assert vary(recipe, batch_size=256, latent="normal") == recipe


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        ("mnist-baseline", {"depth": 3}, "a recipe has no 'depth'; what varies: objective"),
        ("mnist-baseline", {"objective": "wgan"}, "unknown objective 'wgan'"),
        ("mnist-baseline", {"n_critic": 0}, "n_critic must be a whole number above 0, not 0"),
        ("mnist-baseline", {"clip": -1.0}, "clip must be a number from 0 on, not -1.0"),
        ("mnist-baseline", {"learning_rate": 0}, "learning_rate must be a number above 0, not 0"),
        ("mnist-baseline", {"latent": "one_hot"}, "unknown latent 'one_hot'"),
        ("mnist-baseline", {"channels": 3}, r"mnist has 1 channel\(s\)"),
        ("mnist-pca", {"learning_rate": 0.1}, "mnist-pca has no optimiser"),
        ("mnist-pca", {"latent_dim": 50}, "mnist-pca has no noise"),
        ("mnist-pca", {"objective": "hinge"}, "mnist-pca has no discriminator"),
    ],
)
def test_what_a_recipe_does_not_take_is_one_sentence(name, changes, sentence):
    with pytest.raises(GanlibError, match=sentence):
        vary(recipes.get(name), **changes)

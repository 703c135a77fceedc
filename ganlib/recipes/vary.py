"""A recipe with a few things changed, as the command line and the lessons change them."""

import dataclasses
from collections.abc import Callable
from typing import Any

from ganlib import datasets
from ganlib.errors import GanlibError
from ganlib.recipes.recipe import Recipe
from ganlib.systems.latents import Part

WASSERSTEIN = "wasserstein"
PUBLISHED = {"n_critic": 5, "clip": 0.01}  # Arjovsky et al. 2017, algorithm 1
NOISE = "noise"  # the part of the latent that varies


def vary(recipe: Recipe, **changes: Any) -> Recipe:
    """The recipe with changes; what is None stays.

    Parameters
    ----------
    objective
        A name in `ganlib.systems.OBJECTIVES`. "wasserstein" brings alternating steps, five of the
        critic, and clipping to 0.01, as published; leaving it takes the clipping away.
    n_critic
        Discriminator steps for one generator step. More than one makes the steps alternate.
    clip, gradient_penalty
        Of the discriminator's weights and gradients, 0 for none; see
        `ganlib.systems.gan.Alternating`. Either makes the steps alternate; a penalty takes the
        place of clipping.
    learning_rate, beta_1
        Of every optimiser.
    latent, latent_dim
        "normal" or "uniform", and the length of the noise.
    batch_size, ema, channels
        Images in a batch, decay of the moving average, 1 or 3 channels.

    Raises
    ------
    GanlibError
        In one sentence: a change that the recipe does not take, or an impossible value.
    """
    for name, value in changes.items():
        if name not in CHANGES:
            raise GanlibError(f"a recipe has no {name!r}; what varies: {', '.join(CHANGES)}")
        if value is not None:
            recipe = CHANGES[name](recipe, name, value)
    return recipe


def _objective(recipe: Recipe, name: str, value: Any) -> Recipe:
    if recipe.objective is None:
        raise GanlibError(f"{recipe.name} has no discriminator, so it has no {name}: leave it out")
    options, kind = dict(recipe.options), recipe.kind
    if WASSERSTEIN not in (value, recipe.objective):
        pass
    elif value != WASSERSTEIN:
        options.pop("clip", None)
    elif recipe.objective != WASSERSTEIN:
        options, kind = PUBLISHED | options, "alternating"
    return dataclasses.replace(recipe, objective=value, options=options, kind=kind)


def _option(recipe: Recipe, name: str, value: Any) -> Recipe:
    """An option of alternating steps."""
    if recipe.kind not in ("simultaneous", "alternating"):
        raise GanlibError(f"{recipe.name} has no discriminator, so it has no {name}: leave it out")
    whole = name == "n_critic"
    if not (isinstance(value, int) if whole else value >= 0) or (whole and value < 1):
        raise GanlibError(f"{name} must be a number from {int(whole)} on, not {value}")
    options = {key: old for key, old in recipe.options.items() if key != name}
    neutral = value == int(whole)  # one step of the critic, no clipping, no penalty
    if not neutral:
        options[name] = value
    if name == "gradient_penalty" and value:
        options.pop("clip", None)  # it takes the place of clipping
    kind = recipe.kind if neutral else "alternating"
    return dataclasses.replace(recipe, kind=kind, options=options)


def _optimizers(recipe: Recipe, name: str, value: Any) -> Recipe:
    if not recipe.optimizers:
        raise GanlibError(f"{recipe.name} has no optimiser, so it has no {name}: leave it out")
    if not value > 0 and not (name == "beta_1" and value == 0):
        raise GanlibError(f"{name} must be a number above 0, not {value}")
    changed = {
        network: dataclasses.replace(optimizer, options={**optimizer.options, name: value})
        for network, optimizer in recipe.optimizers.items()
    }
    return dataclasses.replace(recipe, optimizers=changed)


def _latent(recipe: Recipe, name: str, value: Any) -> Recipe:
    part = recipe.latent.get(NOISE)
    if part is None or recipe.kind == "pca":
        raise GanlibError(f"{recipe.name} has no noise, so it has no {name}: leave it out")
    kind, size = (value, part.size) if name == "latent" else (part.kind, value)
    if kind not in ("normal", "uniform"):
        raise GanlibError(f"unknown latent {kind!r}; choose normal or uniform")
    networks = dict(recipe.networks)
    if size != part.size:
        generator = networks["generator"]
        options = {**generator.options, "latent_dim": size}
        networks["generator"] = dataclasses.replace(generator, options=options)
    latent = {**recipe.latent, NOISE: Part(kind, size)}
    return dataclasses.replace(recipe, networks=networks, latent=latent)


def _field(recipe: Recipe, name: str, value: Any) -> Recipe:
    good = 0.0 <= value < 1.0 if name == "ema" else isinstance(value, int) and value >= 1
    if not good:
        raise GanlibError(f"{name} is {value}: choose another value")
    return dataclasses.replace(recipe, **{name: value})


def _channels(recipe: Recipe, name: str, value: Any) -> Recipe:
    if recipe.dataset in datasets.names():
        datasets.check_channels(recipe.dataset, value)
    return dataclasses.replace(recipe, image_shape=(*recipe.image_shape[:2], value))


CHANGES: dict[str, Callable[[Recipe, str, Any], Recipe]] = {
    "objective": _objective,
    "n_critic": _option,
    "clip": _option,
    "gradient_penalty": _option,
    "learning_rate": _optimizers,
    "beta_1": _optimizers,
    "latent": _latent,
    "latent_dim": _latent,
    "batch_size": _field,
    "ema": _field,
    "channels": _channels,
}
"""What varies: name to how the recipe changes."""

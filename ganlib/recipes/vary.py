"""A recipe with a few things changed, as the command line and the lessons change them."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from ganlib import datasets
from ganlib.errors import GanlibError
from ganlib.recipes.recipe import Recipe
from ganlib.systems import KINDS
from ganlib.systems.latents import Part

PUBLISHED = {"n_critic": 5, "clip": 0.01}  # Arjovsky et al. 2017, algorithm 1
IN_TURN = {"simultaneous": "alternating"}
"""A kind whose networks step at once, and the one in which they take turns."""


def vary(recipe: Recipe, **changes: Any) -> Recipe:
    """The recipe with changes; what is None stays. Raises `GanlibError` for what is impossible.

    Parameters
    ----------
    objective : a name in `ganlib.systems.OBJECTIVES`. "wasserstein" brings alternating steps, five
        of the critic, and clipping to 0.01, as published; leaving it takes the clipping away.
    n_critic : discriminator steps for one generator step. More than one makes the steps alternate.
    clip, gradient_penalty : of the discriminator's weights and gradients, 0 for none; see
        `ganlib.systems.gan.Alternating`. Either makes the steps alternate; a penalty takes the
        place of clipping.
    learning_rate, beta_1 : of every optimiser
    latent, latent_dim : "normal" or "uniform", and the length of the noise
    batch_size, ema, channels : as in `Recipe`; 1 or 3 channels
    """
    for name, value in changes.items():
        if name not in CHANGES:
            raise GanlibError(f"a recipe has no {name!r}; what varies: {', '.join(CHANGES)}")
        change, (possible, words) = CHANGES[name]
        if value is not None:
            if not possible(value):
                raise GanlibError(f"{name} must be {words}, not {value}")
            recipe = change(recipe, name, value)
    return recipe


def _require(holds: bool, recipe: Recipe, what: str, name: str) -> None:
    if not holds:
        raise GanlibError(f"{recipe.name} has no {what}, so it has no {name}: leave it out")


def _with(part: Any, option: str, value: Any) -> Any:
    """A network or an optimiser with another option."""
    return dataclasses.replace(part, options={**part.options, option: value})


def _objective(recipe: Recipe, name: str, value: Any) -> Recipe:
    _require(recipe.objective is not None, recipe, "discriminator", name)
    options, kind = dict(recipe.options), recipe.kind
    before, after = recipe.objective == "wasserstein", value == "wasserstein"
    if after and not before:
        options, kind = PUBLISHED | options, IN_TURN.get(kind, kind)
    if before and not after:
        options.pop("clip", None)
    return dataclasses.replace(recipe, objective=value, options=options, kind=kind)


def _option(recipe: Recipe, name: str, value: Any) -> Recipe:
    """An option of alternating steps."""
    kind = IN_TURN.get(recipe.kind, recipe.kind)
    _require(f"{name}?" in KINDS[kind].options, recipe, "discriminator that takes turns", name)
    kind = recipe.kind
    options = {key: old for key, old in recipe.options.items() if key != name}
    neutral = 1 if name == "n_critic" else 0  # one step of the critic; no clipping, no penalty
    if value != neutral:
        options[name], kind = value, IN_TURN.get(kind, kind)
        if name == "gradient_penalty":
            options.pop("clip", None)
    return dataclasses.replace(recipe, kind=kind, options=options)


def _optimizers(recipe: Recipe, name: str, value: Any) -> Recipe:
    _require(bool(recipe.optimizers), recipe, "optimiser", name)
    changed = {network: _with(one, name, value) for network, one in recipe.optimizers.items()}
    return dataclasses.replace(recipe, optimizers=changed)


def _latent(recipe: Recipe, name: str, value: Any) -> Recipe:
    _require("noise" in recipe.latent and not recipe.fitted, recipe, "noise", name)
    part = recipe.latent["noise"]
    kind, size = (value, part.size) if name == "latent" else (part.kind, value)
    if kind not in ("normal", "uniform"):
        raise GanlibError(f"unknown latent {kind!r}; choose normal or uniform")
    networks = dict(recipe.networks)
    if size != part.size:
        networks["generator"] = _with(networks["generator"], "latent_dim", size)
    latent = {**recipe.latent, "noise": Part(kind, size)}
    return dataclasses.replace(recipe, networks=networks, latent=latent)


def _field(recipe: Recipe, name: str, value: Any) -> Recipe:
    return dataclasses.replace(recipe, **{name: value})


def _channels(recipe: Recipe, name: str, value: Any) -> Recipe:
    if recipe.dataset in datasets.names():
        datasets.check_channels(recipe.dataset, value)
    return dataclasses.replace(recipe, image_shape=(*recipe.image_shape[:2], value))


ANY = (lambda value: True, "")
WHOLE = (lambda value: isinstance(value, int) and value >= 1, "a whole number above 0")
POSITIVE = (lambda value: value > 0, "a number above 0")
FROM_0 = (lambda value: value >= 0, "a number from 0 on")
SHARE = (lambda value: 0 <= value < 1, "a number from 0 to below 1")
CHANGES: dict[str, tuple[Callable[[Recipe, str, Any], Recipe], Any]] = {
    "objective": (_objective, ANY),
    "n_critic": (_option, WHOLE),
    "clip": (_option, FROM_0),
    "gradient_penalty": (_option, FROM_0),
    "learning_rate": (_optimizers, POSITIVE),
    "beta_1": (_optimizers, SHARE),
    "latent": (_latent, ANY),
    "latent_dim": (_latent, WHOLE),
    "batch_size": (_field, WHOLE),
    "ema": (_field, SHARE),
    "channels": (_channels, WHOLE),
}
"""What varies: name to how the recipe changes, and which values are possible."""


def changed(recipe: Recipe, **changes: Mapping[str, Any]) -> Recipe:
    """The recipe with other options for some of its networks.

    Parameters
    ----------
    changes : name of a network to its other options, such as ``discriminator={"units": 64}``. An
        option that its optimiser has, such as ``learning_rate``, goes there; else to its builder.
    """
    networks, optimizers = dict(recipe.networks), dict(recipe.optimizers)
    for name, options in changes.items():
        for option, value in options.items():
            parts: dict[str, Any] = optimizers if option in optimizers[name].options else networks
            parts[name] = _with(parts[name], option, value)
    return dataclasses.replace(recipe, networks=networks, optimizers=optimizers)

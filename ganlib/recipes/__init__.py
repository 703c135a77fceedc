"""Every experiment of the course by name: ``recipes.get("mnist-baseline")``."""

import difflib

from ganlib.errors import GanlibError, shown
from ganlib.recipes import (
    builders,
    final_project,
    image_generation,
    later,
    lecture,
    milestone,
    ours,
    review,
    translation,
)
from ganlib.recipes.builders import register
from ganlib.recipes.recipe import Network, Optimizer, Recipe

__all__ = ["RECIPES", "Network", "Optimizer", "Recipe", "get", "register"]

MODULES = (ours, later, final_project, image_generation, lecture, milestone, review, translation)
RECIPES = {r.name: r for module in MODULES for r in module.RECIPES}
networks = [network for r in RECIPES.values() for network in r.networks.values()]
builders.OF_RECIPES.update(n.builder for n in networks if isinstance(n.builder, str))


def get(name: str) -> Recipe:
    """Look a recipe up by name; an unknown name raises `GanlibError` with the nearest one."""
    if name in RECIPES:
        return RECIPES[name]
    near = difflib.get_close_matches(name, RECIPES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(RECIPES)}"
    raise GanlibError(f"unknown recipe {shown(name)}: {hint}")

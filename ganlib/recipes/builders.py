"""The builders of networks that a name stands for: a record may name these, and no others.

They are the functions in `ganlib.models` that the course's recipes use, and what code registers. A
run folder may come from anybody: whatever else it names is not looked up, let alone called.
"""

import pkgutil
from collections.abc import Callable
from typing import Any

from ganlib.errors import GanlibError, shown

OF_RECIPES: set[str] = set()
"""Such as "express:generator"; `ganlib.recipes` fills it."""
_registered: dict[str, Callable[..., Any]] = {}


def register(builder: Callable[..., Any]) -> Callable[..., Any]:
    """Let records name a builder of your own; a decorator."""
    _registered[name_of(builder)] = builder
    return builder


def name_of(builder: Callable[..., Any]) -> str:
    """The name of a function in a record: its module and its name."""
    return f"{builder.__module__}:{builder.__qualname__}"


def known(name: Any) -> bool:
    """Whether a name stands for a builder."""
    return isinstance(name, str) and (name in OF_RECIPES or name in _registered)


def get(name: str) -> Callable[..., Any]:
    """The builder of a name; any other name raises `GanlibError`."""
    if not known(name):
        raise GanlibError(
            f"there is no network {shown(name)}: pass the recipe that the run was trained with, or "
            "register its builders with ganlib.recipes.register"
        )
    if name in _registered:
        return _registered[name]
    found: Callable[..., Any] = pkgutil.resolve_name(f"ganlib.models.{name}")
    return found

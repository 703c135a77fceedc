"""What a value may be: rules for records, recipes and options, checked in one way.

A rule is a test and the words for it. What breaks a rule is a `GanlibError` of one sentence that
names the key and the value.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from ganlib.errors import GanlibError, plain, shown

MISSING = object()
LONGEST_TEXT = 10_000
LARGEST = 10**9
"""Of epochs, steps, minutes, images: more than any run has."""


@dataclass(frozen=True)
class Rule:
    """A test of a value, and its words: "must be …"."""

    words: str
    holds: Callable[[Any], bool]


def whole(least: int, most: int = LARGEST) -> Rule:
    """A whole number within bounds."""
    words = f"a whole number from {least:,} to {most:,}"

    def holds(value: Any) -> bool:
        kind = isinstance(value, Integral) and type(value) is not bool
        return kind and least <= int(value) <= most

    return Rule(words, holds)


def number(least: float, most: float = LARGEST, open_at: float | None = None) -> Rule:
    """A finite number within bounds; `open_at` is a bound that it must not reach."""
    start = f"above {least:,}" if open_at == least else f"from {least:,} on"
    end = f"below {most:,}" if open_at == most else f"{most:,} at most"

    def holds(value: Any) -> bool:
        real = isinstance(value, Real) and type(value) is not bool
        return real and least <= value <= most and value != open_at  # NaN is in no range

    return Rule(f"a number {start}, {end}", holds)


def one_of(choices: Collection[Any]) -> Rule:
    """One of some texts, or None where that is among them."""
    words = ", ".join("null" if choice is None else str(choice) for choice in choices)
    hashable = (str, type(None))
    return Rule(f"one of {words}", lambda v: isinstance(v, hashable) and v in choices)


def maybe(rule: Rule) -> Rule:
    """The same, or nothing."""
    return Rule(f"{rule.words}, or null", lambda value: value is None or rule.holds(value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and plain(value) == value


TEXT = Rule("a text without control characters", _is_text)
NAME = Rule("a name", lambda value: _is_text(value) and 0 < len(value) <= 200)
TRUTH = Rule("true or false", lambda value: type(value) is bool)
GROUP = Rule("a group of named values", lambda v: isinstance(v, Mapping) and all(map(_is_text, v)))


def _is_option(value: Any, depth: int = 0) -> bool:
    if isinstance(value, list | tuple):
        return depth < 3 and len(value) <= 100 and all(_is_option(v, depth + 1) for v in value)
    short = isinstance(value, str) and len(value) <= 200 and _is_text(value)
    return value is None or type(value) is bool or short or number(-1e9, 1e9).holds(value)


OPTION = Rule(
    "a number up to 1,000,000,000, a short text, true, false, null, or a list", _is_option
)
"""What a record may give a builder or a system."""
SETTING = Rule(
    "a number, true, false or null",
    lambda value: value is None or type(value) is bool or number(-LARGEST).holds(value),
)
"""What it may give an optimiser."""


def check(values: Mapping[str, Any], rules: Mapping[str, Rule]) -> None:
    """Raise `GanlibError` where a value breaks its rule.

    A key is a place, such as "data.name"; one that ends in "?" may be missing.
    """
    for place, rule in rules.items():
        value: Any = values
        for key in place.removesuffix("?").split("."):
            value = value.get(key, MISSING) if isinstance(value, Mapping) else MISSING
        name = place.removesuffix("?")
        if value is MISSING:
            if name == place:
                raise GanlibError(f"{name} is missing: it must be {rule.words}")
        elif not rule.holds(value):
            raise GanlibError(f"{name} must be {rule.words}, not {shown(value)}")

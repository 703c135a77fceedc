"""Networks layer by layer, as the reports print them."""

import difflib
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from operator import itemgetter
from typing import Any


def describe(network: Any) -> dict[str, Any]:
    """A built network as plain values: its layers, and its parameters by kind."""
    total = network.count_params()
    trainable = sum(math.prod(v.shape) for v in network.trainable_variables)
    return {
        "layers": [
            {
                "name": layer.name,
                "type": type(inner).__name__ + " spectral" * (inner is not layer),
                "kernel_size": list(getattr(inner, "kernel_size", ())),
                "activation": _activation(inner),
                "output_shape": list(layer.output.shape),
                "parameters": layer.count_params(),
            }
            for layer in network.layers
            for inner in (getattr(layer, "layer", layer),)  # under spectral normalisation
        ],
        "total": total,
        "trainable": trainable,
        "non_trainable": total - trainable,
    }


def as_text(name: str, network: dict[str, Any]) -> str:
    """A description as the table that ``model.summary()`` of the reports' Keras printed."""
    lines = [f'Model: "{name}"', f"{'Layer (type)':<44}{'Output Shape':<24}{'Param #':>10}"]
    lines.append("=" * 78)
    for layer in network["layers"]:
        shape = "(" + ", ".join(str(size) for size in layer["output_shape"]) + ")"
        title = f"{layer['name']} ({layer['type']})"
        lines.append(f"{title:<44}{shape:<24}{layer['parameters']:>10,}")
    lines.append("=" * 78)
    for kind in ("total", "trainable", "non_trainable"):
        lines.append(f"{kind.capitalize().replace('_', '-')} params: {network[kind]:,}")
    return "\n".join(lines)


def side_by_side(before: Any, after: Any) -> str:
    """Two built networks in two columns; a star marks the rows that differ.

    A layer that only one of them has is alone in its row.
    """
    networks = [describe(network) for network in (before, after)]
    left, right = (network["layers"] for network in networks)
    rows = [
        [_in_words(row) if row else "" for row in pair]
        for pair in _paired(left, right, (_in_words, itemgetter("type")))
    ]
    rows.append([f"{'total':<34}{network['total']:>10,}" for network in networks])
    return "\n".join(
        f"{' ' if left == right else '*'} {left:<46}{right}".rstrip() for left, right in rows
    )


def _paired(before: list, after: list, keys: Sequence[Callable]) -> Iterator[tuple[Any, Any]]:
    """Pair rows that are equal by the first key, the rest by the next; None: no partner."""
    if not keys:
        yield from zip_longest(before, after)
        return
    left, right = ([keys[0](row) for row in rows] for rows in (before, after))
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for _, i, i_end, j, j_end in matcher.get_opcodes():
        yield from _paired(before[i:i_end], after[j:j_end], keys[1:])


def _in_words(row: dict[str, Any]) -> str:
    words = [row["type"], "×".join(map(str, row["kernel_size"])), row["activation"]]
    shape = "×".join(str(side) for side in row["output_shape"][1:])
    return f"{' '.join(filter(None, words)):<25}{shape:>9}{row['parameters']:>10,}"


def _activation(layer: Any) -> str:
    """Name of a layer's own activation; empty where it has none, or the identity."""
    name = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return "" if name == "linear" else name

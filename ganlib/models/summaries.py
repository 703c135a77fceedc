"""Networks layer by layer, as the reports print them."""

import difflib
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any


def describe(network: Any) -> dict[str, Any]:
    """A built network as plain values.

    Returns
    -------
    ``layers`` (name, type, kernel size, activation, output shape, parameters), and ``total``,
    ``trainable`` and ``non_trainable`` parameters.
    """
    total = network.count_params()
    trainable = sum(_size(v) for v in network.trainable_variables)
    return {
        "layers": [
            {
                "name": layer.name,
                "type": type(layer).__name__,
                "kernel_size": list(getattr(layer, "kernel_size", ())),
                "activation": _activation(layer),
                "output_shape": list(layer.output.shape),
                "parameters": layer.count_params(),
            }
            for layer in network.layers
        ],
        "total": total,
        "trainable": trainable,
        "non_trainable": total - trainable,
    }


def as_text(name: str, network: dict[str, Any]) -> str:
    """A description as the table that ``model.summary()`` of the reports' Keras printed."""
    lines = [
        f'Model: "{name}"',
        f"{'Layer (type)':<44}{'Output Shape':<24}{'Param #':>10}",
        "=" * 78,
    ]
    for layer in network["layers"]:
        shape = "(" + ", ".join(str(size) for size in layer["output_shape"]) + ")"
        title = f"{layer['name']} ({layer['type']})"
        lines.append(f"{title:<44}{shape:<24}{layer['parameters']:>10,}")
    lines += [
        "=" * 78,
        f"Total params: {network['total']:,}",
        f"Trainable params: {network['trainable']:,}",
        f"Non-trainable params: {network['non_trainable']:,}",
    ]
    return "\n".join(lines)


def side_by_side(before: Any, after: Any) -> str:
    """Two built networks in two columns; a star marks the rows that differ.

    Layers that only one of them has stand alone in their row.
    """
    networks = [describe(network) for network in (before, after)]
    lines = []
    for rows in _paired(*(network["layers"] for network in networks)):
        left, right = (_in_words(row) if row else "" for row in rows)
        lines.append(f"{'*' if left != right else ' '} {left:<46}{right}".rstrip())
    totals = [f"{'total':<34}{network['total']:>10,}" for network in networks]
    lines.append(f"{'*' if totals[0] != totals[1] else ' '} {totals[0]:<46}{totals[1]}")
    return "\n".join(lines)


def _paired(before: list, after: list) -> Iterator[tuple[Any, Any]]:
    """Rows of both that belong together, None where one has no partner.

    Equal rows are partners; between them, rows of the same type are.
    """
    for i, i_end, j, j_end in _blocks(before, after, _in_words):
        for k, k_end, m, m_end in _blocks(before[i:i_end], after[j:j_end], lambda row: row["type"]):
            yield from zip_longest(before[i + k : i + k_end], after[j + m : j + m_end])


def _blocks(before: list, after: list, key: Callable) -> list[tuple[int, int, int, int]]:
    keys = [[key(row) for row in rows] for rows in (before, after)]
    matcher = difflib.SequenceMatcher(a=keys[0], b=keys[1], autojunk=False)
    return [(i, i_end, j, j_end) for _, i, i_end, j, j_end in matcher.get_opcodes()]


def _in_words(row: dict[str, Any]) -> str:
    words = [row["type"], "×".join(map(str, row["kernel_size"])), row["activation"]]
    shape = "×".join(str(side) for side in row["output_shape"][1:])
    return f"{' '.join(filter(None, words)):<25}{shape:>9}{row['parameters']:>10,}"


def _activation(layer: Any) -> str:
    """Name of a layer's own activation; empty where it has none, or the identity."""
    name = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return "" if name == "linear" else name


def _size(variable: Any) -> int:
    size = 1
    for side in variable.shape:
        size *= side
    return size

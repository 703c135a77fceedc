"""Both networks of a recipe, layer by layer, as the reports print them."""

from typing import Any

from ganlib.recipes import Recipe


def networks_of(recipe: Recipe) -> dict[str, dict[str, Any]]:
    """Build a recipe's networks and describe them.

    Returns
    -------
    For "generator" and "discriminator": ``layers`` (name, type, output shape, parameters), and
    ``total``, ``trainable`` and ``non_trainable`` parameters.
    """
    generator, discriminator = recipe.build()
    return {"generator": describe(generator), "discriminator": describe(discriminator)}


def describe(network: Any) -> dict[str, Any]:
    """One built ``keras.Sequential`` as plain values."""
    total = network.count_params()
    trainable = sum(_size(v) for v in network.trainable_variables)
    return {
        "layers": [
            {
                "name": layer.name,
                "type": type(layer).__name__,
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


def _size(variable: Any) -> int:
    size = 1
    for side in variable.shape:
        size *= side
    return size

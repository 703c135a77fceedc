"""How long something takes: two calls in turn, a network's layers one by one, and their charts."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ganlib.lessons.charts import POINTS, WIDTH
from ganlib.models import flops
from ganlib.recipes import Recipe
from ganlib.startup import tf
from ganlib.training.precision import precision_for

REPEATS = 20  # of a layer in one call: the way to the call would take longer than the layer
OTHERS = {
    "BatchNormalization": "batch norm",
    "LeakyReLU": "LeakyReLU",
    "Permute": "pixel shuffle",
    "Activation": "hard tanh",
}
"""Layers without a product that take time, by the name of their class."""


@dataclass(frozen=True)
class Cost:
    """What one layer, or all layers of a kind, cost in a step.

    Attributes
    ----------
    name : such as "Conv2D 16 to 32"
    flop : operations of its convolution or product, forwards and back, for the whole batch; else 0
    seconds : forwards and back
    """

    name: str
    flop: int
    seconds: float


def seconds_of(call: Callable[[], Any]) -> float:
    """Seconds until a call is done, on a GPU too."""
    start = time.perf_counter()
    call()
    tf.test.experimental.sync_devices()
    return time.perf_counter() - start


def quickest(call: Callable[[], Any], calls: int = 7) -> float:
    """Seconds of the quickest of some calls; one more call before them may trace."""
    call()
    return min(seconds_of(call) for _ in range(calls))


def speed_up(old: Callable[[], Any], new: Callable[[], Any], rounds: int = 9) -> list[float]:
    """How many times as fast `new` is as `old`, round by round; they take turns in going first."""
    old(), new()  # the first calls may trace
    found = []
    for number in range(rounds):
        order = (old, new) if number % 2 else (new, old)
        first, second = map(seconds_of, order)
        found.append(first / second if number % 2 else second / first)
    return found


def costs(networks: Mapping[str, Any], batch_size: int) -> list[Cost]:
    """Time a network's layers alone, forwards and back: products one by one, the rest by kind.

    Parameters
    ----------
    networks : "generator" and "discriminator", built Keras networks
    """
    counted = flops.operations(**networks)
    found = []
    for name, network in networks.items():
        kinds: dict[str, list[Any]] = {}
        for layer in network.layers:
            kind = type(layer).__name__
            if hasattr(layer, "kernel"):
                # Forwards, and back to the inputs and to the weights: three times the same.
                macs = next(o.macs for o in counted if o.layer is layer)
                ends = f"{layer.input.shape[-1]} to {layer.output.shape[-1]}"
                seconds = layer_seconds(layer, batch_size)
                label = f"{name[0].upper()}  {kind} {ends}"
                found.append(Cost(label, 6 * macs * batch_size, seconds))
            elif kind in OTHERS:
                kinds.setdefault(OTHERS[kind], []).append(layer)
        for kind, layers in kinds.items():
            seconds = sum(layer_seconds(layer, batch_size) for layer in layers)
            times = f", {len(layers)} of them" if len(layers) > 1 else ""
            found.append(Cost(f"{name[0].upper()}  {kind}{times}", 0, seconds))
    return found


def layer_seconds(layer: Any, batch_size: int) -> float:
    """Seconds of a built Keras layer in training, forwards and back, at its quickest."""
    shapes = [(batch_size, *ends.shape[1:]) for ends in (layer.input, layer.output)]
    # Other numbers each time: TensorFlow computes what is the same only once.
    pairs = [[tf.random.normal(shape) for shape in shapes] for _ in range(REPEATS)]

    @tf.function
    def passes() -> Any:
        done: list[Any] = []
        for inputs, back in pairs:  # what comes in, and what the loss sends back
            with tf.control_dependencies(done[-1] if done else []):  # one after the other
                with tf.GradientTape() as tape:
                    tape.watch(inputs)
                    outputs = layer(inputs, training=True)
                wanted = [inputs, *layer.trainable_variables]
                done.append([outputs, *tape.gradient(outputs, wanted, output_gradients=back)])
        return done  # all of it: what nobody asks for is not computed

    return quickest(passes) / REPEATS


def convolutions(channels: Sequence[int], batch_size: int = 32) -> dict[str, list[float]]:
    """GFLOP a second of 3 × 3 convolutions with C channels in and out on 14 × 14 places.

    Beside them, the same products on patches that were cut out before.
    """
    speeds: dict[str, list[float]] = {"3×3 convolution": [], "the product alone": []}
    places = batch_size * 14 * 14
    for c in channels:
        images, kernel = tf.random.normal((batch_size, 14, 14, c)), tf.random.normal((3, 3, c, c))
        patches, matrix = tf.random.normal((places, 9 * c)), tf.reshape(kernel, (9 * c, c))
        calls = {
            "3×3 convolution": partial(tf.nn.conv2d, images, kernel, 1, "SAME"),
            "the product alone": partial(tf.matmul, patches, matrix),
        }
        for name, call in calls.items():
            speeds[name].append(2 * places * 9 * c * c / quickest(call, 20) / 1e9)
    return speeds


def batches(recipe: Recipe, sizes: Sequence[int]) -> dict[str, dict[str, list[float]]]:
    """Panels for `charts.curves`: images and steps a second of a recipe with batches of `sizes`."""
    images, steps = [], []
    precision = precision_for(recipe)
    for size in sizes:
        system = replace(recipe, batch_size=size).system(precision=precision)
        batch = {"images": tf.random.uniform((size, *recipe.image_shape), -1.0, 1.0)}
        seconds = quickest(partial(system.step, batch, 0), 10)
        images.append(size / seconds)
        steps.append(1 / seconds)
    return {"images a second": {precision: images}, "steps a second": {precision: steps}}


def cost_chart(found: Sequence[Cost]) -> Figure:
    """Two bars for each layer: its share of the arithmetic, and its share of the time.

    Behind the time stand billions of operations a second, where the layer has a product.
    """
    figure = Figure(figsize=(WIDTH, 1.3 + 0.42 * len(found)), dpi=100, layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    places = np.arange(len(found))
    colours = ["C0" if cost.name.startswith("G") else "C1" for cost in found]
    for axis, values, what, room in (
        (left, [cost.flop for cost in found], "arithmetic", 1.25),
        (right, [cost.seconds for cost in found], "time", 1.8),
    ):
        shares = 100 * np.array(values) / sum(values)
        axis.barh(places, shares, color=colours)
        axis.set_xlabel(f"share of the {what}, %", fontsize=POINTS)
        axis.tick_params(labelsize=POINTS - 1.5)
        axis.set_xlim(0, room * max(shares))
        axis.grid(axis="x", alpha=0.3)
        for place, share, cost in zip(places, shares, found, strict=True):
            speed = f"  {cost.flop / cost.seconds / 1e9:.0f} GFLOP/s" if cost.flop else ""
            text = f"{share:.0f} %" if axis is left else f"{share:.0f} %{speed}"
            axis.text(share, place, f" {text}", va="center", fontsize=POINTS - 2)
    left.set_yticks(places, [cost.name for cost in found])
    left.invert_yaxis()
    return figure


def ratio_chart(rows: Mapping[str, Mapping[str, Sequence[float]]], xlabel: str) -> Figure:
    """A row for each idea; in it, for each series, a dot at the median and a line over the range.

    A vertical line marks the ratio 1, no difference.

    Parameters
    ----------
    rows : label of a row to its series, a name and ratios each
    """
    names = list(dict.fromkeys(name for series in rows.values() for name in series))
    height = 1.5 + 0.25 * max(2, len(names)) * len(rows)
    figure = Figure(figsize=(WIDTH, height), dpi=100, layout="constrained")
    axis = figure.subplots()
    drawn = set()
    for place, series in enumerate(rows.values()):
        for name, ratios in series.items():
            number = names.index(name)
            y = place + (number - (len(names) - 1) / 2) * min(0.22, 0.8 / len(names))
            style: dict[str, Any] = {"color": f"C{number}"}
            axis.plot([min(ratios), max(ratios)], [y, y], linewidth=2.5, **style)
            label = None if name in drawn else name
            axis.plot(np.median(ratios), y, "o", markersize=9, label=label, **style)
            drawn.add(name)
    axis.axvline(1.0, color="0.3", linewidth=1)
    axis.set_yticks(range(len(rows)), list(rows), fontsize=POINTS - 1)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlabel(xlabel, fontsize=POINTS)
    axis.tick_params(axis="x", labelsize=POINTS - 1.5)
    axis.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=min(3, len(names)), fontsize=POINTS - 1)
    return figure

"""A GAN as one picture: its two networks stage by stage, and which loss trains which."""

import difflib
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from ganlib.errors import GanlibError
from ganlib.lessons import formulas
from ganlib.lessons.canvas import BLUE, FONT, GREEN, GREY, ORANGE, TALLEST, Canvas
from ganlib.recipes import Recipe

WIDTH, EDGE, RIGHT = 1000, 12, 950  # pixels; the panels end at RIGHT
LINE = 1.5 * 100 / 72  # pixels between lines for a point of the font
LATENTS = {"normal": "from N(0, 1)", "uniform": "from U(−1, 1)"}
CROSS_ENTROPY = ("minimax", "non_saturating")
IN_LOSS, NEVER = "sigmoid in loss", "no sigmoid"


@dataclass
class Stage:
    """A layer with weights and the layers behind it that have none of that kind.

    Attributes
    ----------
    shape : of what it hands on, without the batch
    words : its layers, a line each
    parameters : how many they have
    """

    shape: tuple[int, ...]
    words: list[str]
    parameters: int = 0


def stages(network: Any) -> list[Stage]:
    """Fold the layers of a built network into stages; a pixel shuffle is a stage of its own."""
    found: list[Stage] = []
    before: list[str] = []  # of the next stage
    layers = [layer for layer in network.layers if type(layer).__name__ != "InputLayer"]
    for shaping, run in itertools.groupby(layers, _reshapes):
        group = list(run)
        shape = tuple(group[-1].output.shape[1:])
        if shaping and any(type(layer).__name__ == "Permute" for layer in group):
            grows = shape[0] > group[0].input.shape[1]
            found.append(Stage(shape, ["pixel", "shuffle" if grows else "unshuffle"]))
            continue
        for layer in group:
            words = _words(layer)
            if type(layer).__name__ == "Flatten":
                before += words
            elif hasattr(layer, "kernel") or not found:
                found.append(Stage(tuple(layer.output.shape[1:]), before + words))
                before = []
            else:
                found[-1].words += words
                found[-1].shape = tuple(layer.output.shape[1:])
            if found:
                found[-1].parameters += layer.count_params()
    return found


def networks(recipe: Recipe, built: Mapping[str, Any] | None = None) -> Figure:
    """Draw generator and discriminator, or critic, of a recipe: 1,000 pixels wide.

    A block's height follows the side of the image, its width the logarithm of the channels.

    Parameters
    ----------
    recipe : one with a generator, from noise, and a discriminator, else `GanlibError`
    built : Keras networks by name, in place of the recipe's own
    """
    built = built or recipe.build()
    both = {"generator", "discriminator"} <= set(built)
    if not both or recipe.objective is None or not recipe.latent:
        raise GanlibError(
            f"{recipe.name} has no generator from noise and discriminator: choose one with both"
        )
    critic = "Critic" if recipe.objective == "wasserstein" else "Discriminator"
    noise = Stage((sum(part.size for part in recipe.latent.values()),), [])
    for name, part in recipe.latent.items():
        noise.words += [name, LATENTS.get(part.kind, f"1 of {part.size:,}")]
    generator, discriminator = stages(built["generator"]), stages(built["discriminator"])
    image = Stage(generator[-1].shape, ["real x,", "generated", "G(z)"])
    generator[-1].words.append("= image G(z)")
    if recipe.options.get("relativistic") or recipe.objective not in CROSS_ENTROPY:
        discriminator[-1].words.append(NEVER)
    elif "sigmoid" not in discriminator[-1].words:
        discriminator[-1].words.append(IN_LOSS)
    titles = {
        name: f"{title}: {built[name].count_params():,} parameters, {_optimizer(recipe, name)}"
        for name, title in (("generator", "Generator G"), ("discriminator", f"{critic} D"))
    }
    canvas = Canvas(WIDTH, image.shape[0])
    top = _row(canvas, EDGE, titles["generator"], [noise, *generator])
    below, columns = top.bottom + 48, [image, *discriminator]
    bottom = _row(canvas, below, titles["discriminator"], columns, judging=True)
    _images(canvas, top, bottom)
    end = _losses(canvas, recipe, critic.lower(), top, bottom) + EDGE
    ways = {"generator": [noise, *generator], "discriminator": columns}
    return canvas.finish(end, "; ".join(f"{titles[name]}: {_way(ways[name])}" for name in ways))


def change(before: Any, after: Any, names: tuple[str, str] = ("before", "after")) -> Figure:
    """Draw two discriminators, 1,000 pixels wide, and where their parameters are.

    Orange is what the second one has otherwise: stages with other layers or other numbers.
    """
    found = [stages(network) for network in (before, after)]
    others = [[(s.shape, tuple(s.words), s.parameters) for s in network] for network in found]
    same = difflib.SequenceMatcher(a=others[0], b=others[1], autojunk=False).get_matching_blocks()
    kept = {block.b + i for block in same for i in range(block.size)}
    marks = [set[int](), set(range(len(found[1]))) - kept]
    canvas, y, ways = Canvas(WIDTH, before.input_shape[1]), float(EDGE), []
    for network, row, marked, name in zip((before, after), found, marks, names, strict=True):
        total = network.count_params()
        if "sigmoid" not in row[-1].words:
            row[-1].words.append(IN_LOSS)
        for stage in row:
            stage.words += [f"{stage.parameters:,}", f"{100 * stage.parameters / total:.0f} %"]
        image = Stage(tuple(network.input_shape[1:]), ["image"])
        title = f"{name}: {total:,} parameters; under each stage, its own and their share"
        y = _row(canvas, y, title, [image, *row], marked={i + 1 for i in marked}).bottom + EDGE
        ways.append(f"{name}: {total:,} parameters: {_way([image, *row])}")
    return canvas.finish(y, "; ".join(ways))


def _reshapes(layer: Any) -> bool:
    return type(layer).__name__ in ("Reshape", "Permute")


def _words(layer: Any) -> list[str]:
    """A layer in a line or two."""
    if hasattr(layer, "layer"):
        return [*_words(layer.layer), "spectral norm"]
    name = type(layer).__name__.replace("BatchNormalization", "BatchNorm")
    words = [name]
    if hasattr(layer, "kernel_size"):
        stride = layer.strides[0]
        words.append("×".join(map(str, layer.kernel_size)) + (f", stride {stride}" * (stride > 1)))
    for key in ("pool_size", "size"):
        if isinstance(value := getattr(layer, key, None), tuple):
            words = [name, "×".join(map(str, value))]
    for key in ("units", "rate", "negative_slope"):
        if (value := getattr(layer, key, None)) is not None:
            words = [f"{name} {value:,}" if key == "units" else f"{name} {float(value):.3g}"]
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if name == "Activation":
        return [activation]
    return words + [activation] * (activation != "linear")


def _optimizer(recipe: Recipe, name: str) -> str:
    optimizer = recipe.optimizers[name]
    return f"{optimizer.name} with rate {optimizer.options.get('learning_rate', 'default')}"


@dataclass
class _Row:
    """Where a row of blocks is: its first and last block's middle, its axis, its panel's edges."""

    first: float
    last: float
    axis: float
    top: float
    bottom: float


def _row(
    canvas: Canvas,
    y: float,
    title: str,
    columns: list[Stage],
    judging: bool = False,
    marked: Collection[int] = (),
) -> _Row:
    """A panel with a network: its blocks, arrows between them and labels under them."""
    colour = ORANGE if judging else BLUE
    sizes = [canvas.size_of(stage.shape) for stage in columns]
    labels = [[_head(stage), *stage.words] for stage in columns]
    blocks = [width + depth for width, _, depth in sizes]
    scored = judging and columns[-1].shape == (1,)
    if judging:
        blocks[0] = 2 * blocks[0] + 6  # a real and a generated image
    if scored:
        blocks[-1] = 70  # the scale that ends a discriminator
    points, widths, gap = _fitted(canvas, labels, blocks)
    line = LINE * points
    axis, under = y + 52 + 0.625 * TALLEST, y + 72 + 1.25 * TALLEST
    bottom = under + line * (max(map(len, labels)) - 0.5) + 4
    canvas.panel(EDGE, y, RIGHT, bottom, colour)
    canvas.text(2 * EDGE, y + 18, title, 12.5, ha="left", weight="bold", color=colour)
    x, middles, ends = 2.0 * EDGE, [], []
    for number, (stage, size, width) in enumerate(zip(columns, sizes, widths, strict=True)):
        middle = x + width / 2
        if number == len(columns) - 1 and scored:
            half = 14.0
            canvas.scale_at(middle, axis, NEVER not in stage.words, colour)
        elif judging and number == 0:
            half = canvas.twins(middle, axis, size)
        else:
            other = ORANGE if number in marked else colour
            half = canvas.block(middle, axis, size, GREY if number == 0 else other)
        ink = ORANGE if number in marked else GREY
        for place, word in enumerate(labels[number]):
            weight = "normal" if place else "bold"
            canvas.text(middle, under + place * line, word, points, weight=weight, color=ink)
        middles.append(middle)
        ends.append((middle - half, middle + half))
        x += width + gap
    for (_, start), (end, _) in itertools.pairwise(ends):
        canvas.arrow([(start + 4, axis), (end - 4, axis)], GREY)
    return _Row(middles[0], middles[-1], axis, y, bottom)


def _fitted(
    canvas: Canvas, labels: Sequence[Sequence[str]], blocks: Sequence[float]
) -> tuple[float, list[float], float]:
    """The largest font with which all columns fit, their widths, and the gap between them."""
    room = RIGHT - 3 * EDGE
    for points in (FONT - 0.25 * i for i in range(24)):
        heads = [canvas.width_of(head, points, weight="bold") for head, *_ in labels]
        words = [max(canvas.width_of(w, points) for w in ws or [""]) for _, *ws in labels]
        widths = [max(column) for column in zip(heads, words, blocks, strict=True)]
        gap = (room - sum(widths)) / (len(labels) - 1)
        if gap >= 8:
            break
    return points, widths, gap


def _images(canvas: Canvas, top: _Row, bottom: _Row) -> None:
    """Where the discriminator's images come from, between the two panels."""
    line, start, end = bottom.top - 18, bottom.first - 14, bottom.first + 14
    way = [(top.last, top.bottom), (top.last, line), (end, line), (end, bottom.top)]
    canvas.arrow(way, BLUE)
    canvas.arrow([(start, top.bottom + 6), (start, bottom.top)], GREEN)
    canvas.text(end + 8, line - 12, "real images x", ha="left", color=GREEN)
    canvas.text(top.last - 8, line - 12, "generated images G(z)", ha="right", color=BLUE)


def _losses(canvas: Canvas, recipe: Recipe, critic: str, top: _Row, bottom: _Row) -> float:
    """Both losses under the panels, and arrows to what each trains; returns where they end."""
    y, middle, height = bottom.bottom + 44, 0.57 * WIDTH, 84
    of_critic, of_generator, notes = formulas.of(recipe)

    def box(left: float, right: float, colour: str, title: str, formula: str, note: str) -> None:
        canvas.panel(left, y, right, y + height, colour)
        style: dict[str, Any] = {"ha": "left", "color": colour}
        canvas.text(left + EDGE, y + 16, title, 12.5, weight="bold", **style)
        canvas.text(left + EDGE, y + 43, f"${formula}$", 13, ha="left")
        canvas.text(left + EDGE, y + 70, note, **style)

    box(EDGE, middle - 8, ORANGE, f"{critic}'s loss", of_critic, ", ".join(notes))
    note = "its gradient passes D, which does not change"
    box(middle + 8, RIGHT, BLUE, "generator's loss", of_generator, note)
    output, fork, end = (bottom.last, bottom.bottom), bottom.bottom + 16, middle - 40
    canvas.arrow([output, (bottom.last, fork), (end, fork), (end, y)], GREY)
    canvas.arrow([output, (bottom.last, y)], GREY)
    canvas.arrow([(0.25 * WIDTH, y), (0.25 * WIDTH, bottom.bottom)], ORANGE)
    canvas.text(0.25 * WIDTH + 10, y - 22, "trains D alone", ha="left", color=ORANGE)
    gutter, start = RIGHT + 15, y + height / 2
    way = [(RIGHT, start), (gutter, start), (gutter, top.axis), (RIGHT, top.axis)]
    canvas.arrow(way, BLUE)
    canvas.text(gutter + 17, (y + top.axis) / 2, "trains G alone", color=BLUE, rotation=90)
    return y + height


def _way(row: Sequence[Stage]) -> str:
    """The shapes of a row, such as "100 → 12,544 → 7×7×256", for those who cannot see it."""
    return " → ".join(map(_head, row))


def _head(stage: Stage) -> str:
    """The shape of what a stage hands on, or what a single number is."""
    if stage.shape == (1,):
        ends = {IN_LOSS: "logit", NEVER: "score"}
        return next((end for word, end in ends.items() if word in stage.words), "probability")
    return "×".join(f"{size:,}" for size in stage.shape)

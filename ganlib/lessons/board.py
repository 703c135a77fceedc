"""TensorBoard's page of several runs: its cards as a picture, and logs for the program itself."""

import os
import shlex
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import EngFormatter

from ganlib import figures
from ganlib.lessons.places import writable
from ganlib.runs.folder import RunFolder

SMOOTHING = 0.6  # TensorBoard's own default
COLOURS = ("#ff7043", "#0077bb", "#009988", "#cc3311", "#33bbee", "#ee3377")
"""Of TensorBoard's runs, in its order."""
LABELS = figures.LABELS | {"critic": "critic's loss"}


def cards(runs: Mapping[str, RunFolder], tags: Sequence[str] = ("d_loss", "g_loss")) -> Figure:
    """A card for each tag and run: what was logged, faint, and smoothed as TensorBoard does.

    Each card has its own y axis: losses of different kinds do not compare.

    Parameters
    ----------
    runs : by name; a column for each
    tags : columns of steps.csv; a row for each
    """
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.12)
    figure = Figure(figsize=(10, 2.9 * len(tags)), dpi=100, layout=layout, facecolor="#f5f6f7")
    rows = figure.subplots(len(tags), len(runs), squeeze=False)
    for tag, row in zip(tags, rows, strict=True):
        for number, (axes, (name, run)) in enumerate(zip(row, runs.items(), strict=True)):
            points = [(r["images"], r[tag]) for r in run.steps if r.get(tag) not in (None, "")]
            x, y = np.transpose(points)
            colour = COLOURS[number % len(COLOURS)]
            axes.plot(x, y, color=colour, alpha=0.3, linewidth=1)
            axes.plot(x, smoothed(y), color=colour, linewidth=2)
            axes.set_title(f"{tag}   {name}", loc="left", fontsize=12, fontweight="bold")
            critic = tag == "d_loss" and run.recipe.objective == "wasserstein"
            axes.set_ylabel(LABELS["critic" if critic else tag], fontsize=11)
            axes.set_xlabel("images seen", fontsize=11)
            axes.xaxis.set_major_formatter(EngFormatter(sep=""))
            axes.tick_params(labelsize=10.5)
            axes.locator_params(axis="x", nbins=4)
            axes.grid(alpha=0.3)
    return figure


def smoothed(values: Sequence[float] | np.ndarray, weight: float = SMOOTHING) -> np.ndarray:
    """TensorBoard's smoothing: a moving average that begins at the first value, not at 0."""
    average, result = 0.0, []
    for count, value in enumerate(values, start=1):
        average = weight * average + (1 - weight) * float(value)
        result.append(average / (1 - weight**count))
    return np.array(result)


def write_logs(runs: Mapping[str, RunFolder], folder: Path) -> None:
    """Write what the runs' steps.csv hold as TensorBoard's logs, against images seen.

    Runs of older versions ship without their logs. Logs that `folder` holds of the same names are
    replaced, and nothing else. Where nothing can be written, see `ganlib.lessons.places`.
    """
    from ganlib.startup import tf

    folder = writable(folder)
    for name, run in runs.items():
        for old in (folder / name).glob("events.out.tfevents.*"):
            old.unlink()
        writer = tf.summary.create_file_writer(str(folder / name))
        with writer.as_default():
            for row in run.steps:
                for tag in set(row) - {"step", "images"}:
                    if row[tag] not in (None, ""):
                        tf.summary.scalar(tag, row[tag], step=int(row["images"]))
        writer.close()


def show(folder: Path) -> None:
    """Open TensorBoard in the page. It runs until the notebook is shut down."""
    from tensorboard import notebook

    scripts = sysconfig.get_path("scripts")  # of this Python, whatever the search path says
    os.environ.setdefault("TENSORBOARD_BINARY", os.path.join(scripts, "tensorboard"))
    notebook.start(f"--logdir {shlex.quote(str(writable(folder)))}")

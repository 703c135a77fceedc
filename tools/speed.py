"""The tables of speed, from the benchmarks' records: ``python tools/speed.py``.

Writes the short ones into README.md and all of them into benchmarks/README.md.
"""

import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pages import replace_between

from ganlib.errors import GanlibError
from ganlib.evaluation.scores import Evaluation
from ganlib.evaluation.tables import as_markdown, median_and_range
from ganlib.lessons import recorded, reference

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
BEGIN, END = "<!-- speed: made by tools/speed.py -->", "<!-- end of speed -->"
Record = dict[str, Any]
Table = list[list[str]]


def read(name: str) -> Record:
    """A benchmark's record."""
    return json.loads((BENCHMARKS / f"{name}.json").read_text(encoding="utf-8"))


def divided(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Ratios, round by round."""
    return [a / b for a, b in zip(above, below, strict=True)]


def where(record: Record) -> str:
    """The machine and the versions, in a sentence."""
    machine, versions = record["machine"], record["versions"]
    torch = f", PyTorch {versions['torch']}" if "torch" in versions else ""
    kind = ", ".join(filter(None, (machine["processor"], machine.get("instructions"))))
    return f"{machine['cores']} cores ({kind}), TensorFlow {versions['tensorflow']}{torch}."


def throughput_table(record: Record) -> Table:
    """Images a second over the tutorial's, a column for each workload."""
    workloads = record["workloads"]
    labels = [f"{name}, batch {found['batch_size']}" for name, found in workloads.items()]
    rows: dict[str, list[str]] = {}
    for place, found in enumerate(workloads.values()):
        rates = found["images_per_second"]
        pace = rates["tutorial float32"]
        torch = [name for name in rates if name.startswith("torch")]
        auto = next(name for name in rates if name.endswith("(auto)"))
        cells = {
            "the tutorial's step, images/s": median_and_range(pace, 0),
            **{
                f"{name.removesuffix(' (auto)')} / tutorial": median_and_range(
                    divided(rates[name], pace)
                )
                for name in rates
                if name not in ("tutorial float32", *torch)
            },
        }
        cells["what ganlib auto takes"] = auto.split()[1]
        for name in torch:
            kind = "PyTorch, spared gradients" if name.endswith("frozen") else "PyTorch"
            cells[f"ganlib auto / {kind}"] = median_and_range(divided(rates[auto], rates[name]))
        cells["ganlib auto: time of a step / its arithmetic alone"] = median_and_range(
            found["step_over_floor"]
        )
        for name, cell in cells.items():
            rows.setdefault(name, ["-"] * len(workloads))[place] = cell
    return [["", *labels], *([name, *cells] for name, cells in rows.items())]


def race_table(record: Record) -> Table:
    """Fréchet distance at every mark, a row for each contestant."""
    points = record["points"]
    marks = sorted({point["mark"] for point in points})
    table = [["", *(f"{mark:.0f} s" for mark in marks)]]
    for name in dict.fromkeys(point["contestant"] for point in points):
        own = [point for point in points if point["contestant"] == name]
        found = [[p["frechet"] for p in own if p["mark"] == mark] for mark in marks]
        cells = [median_and_range(values, 1) if values else "-" for values in found]
        table.append([f"`{name}`", *cells])
    return table


def ablation_table(record: Record) -> Table:
    """One line for each change."""
    table = [["changed", "Fréchet distance", "images seen"]]
    for result in record["changes"].values():
        runs = result["runs"]
        images = statistics.median(run["images"] for run in runs)
        table.append(
            [result["what"], median_and_range([run["frechet"] for run in runs]), f"{images:,.0f}"]
        )
    return table


def tried_table(record: Record) -> Table:
    """Speed with an idea over the speed without it, a column for each recipe."""
    chosen = record["recipes"]
    return [
        ["", *chosen],
        *(
            [what, *(median_and_range(found[idea]) for found in chosen.values())]
            for idea, what in record["ideas"].items()
        ),
    ]


def precision_table(record: Record) -> Table:
    """Speed in bfloat16 over that in float32, from the smallest step to the largest."""
    steps = sorted(record["steps"], key=lambda step: step["flops"])
    return [
        ["networks", "batch", "MFLOP a step", "bfloat16 / float32"],
        *(
            [
                step["networks"],
                str(step["batch_size"]),
                f"{step['flops'] / 1e6:,.1f}",
                median_and_range(step["ratios"]),
            ]
            for step in steps
        ),
    ]


def scaling_table(record: Record) -> Table:
    """Images a second of the baseline, one thing varied at a time."""
    table = [["", "", "tutorial, images/s", "ganlib auto, images/s", "ratio", "peak MB, ganlib"]]
    for family, members in record["scaling"].items():
        for value, found in members.items():
            pace, own = (found["images_per_second"][name] for name in ("tutorial", "ganlib"))
            memory = f"{found['peak_memory_mb']['ganlib']:,.0f}"
            rates = [median_and_range(values, 0) for values in (pace, own)]
            ratio = median_and_range(divided(own, pace))
            table.append([family, value, *rates, ratio, memory])
    return table


def short() -> str:
    """The README's tables."""
    throughput, races = read("throughput"), [read(f"race-{kind}") for kind in RACES]
    race = races[0]
    return (
        "Images a second, and ratios within each round: median (range) of the rounds. "
        f"{where(throughput)}\n\n"
        f"{as_markdown(throughput_table(throughput))}\n\n"
        f"Fréchet distance after so many seconds of training, {seeds(race['points'])} seeds, "
        f"median (range); {race['count']:,} images against {race['data']}, by {race['judge']}; "
        f"real images get {race['real_images']:.2f}.\n\n"
        + "".join(f"{where(each)}\n\n{as_markdown(race_table(each))}\n\n" for each in races)
        + f"{minutes_of_express()}\n\n"
        f"{precisions()}\n\nOne run each, with the interval of the sampling, which is not the "
        f"spread over seeds:\n\n{single_runs()}"
    )


LONG = "mnist-baseline-50-epochs"
RACES = ("bfloat16",)
"""The kinds of processors, from ``benchmarks/race-KIND.json``."""


def minutes_of_express() -> str:
    """What `mnist-express` reaches in one minute and in three."""
    lines = []
    for name in ("mnist-express", "mnist-express-3-minutes"):
        runs = recorded(name)
        found = [Evaluation.read(run.scores_file).generators["last"]["frechet"] for run in runs]
        seconds = 60 * runs[0].record["budget"]["minutes"]
        lines.append(
            f"{median_and_range([score.value for score in found])} after {seconds:.0f} seconds and "
            f"{median_and_range([r.record['progress']['images'] for r in runs], 0)} images"
        )
    return (
        f"`mnist-express`, {len(runs)} seeds, Fréchet distance, median (range): "
        f"{'; '.join(lines)}. {where(runs[0].record)}"
    )


def single_runs() -> str:
    """What the tutorial's settings reach in the end, and the express on house numbers."""
    lines = []
    for run in [*recorded(LONG), reference("svhn-express")]:
        record, evaluation = run.record, Evaluation.read(run.scores_file)
        progress, scores = record["progress"], evaluation.generators["last"]
        minutes = record["budget"]["minutes"]
        budget = f"{60 * minutes:g} seconds" if minutes else f"{progress['epochs']:g} epochs"
        beside = {name: found["frechet"].plain() for name, found in evaluation.references.items()}
        lines.append(
            f"* `{record['recipe']['name']}` after {budget}, {progress['images']:,} images, seed "
            f"{record['seed']}: {scores['frechet']}; a PCA gets {beside['pca']}, real images get "
            f"{beside['floor']}, by {evaluation.judge}."
        )
    return "\n".join(lines)


def precisions() -> str:
    """The same training in both precisions."""
    record = read("ablation-mnist-baseline-precision")
    narrow, wide = (
        [run["frechet"] for run in record["changes"][change]["runs"]]
        for change in ("nothing", "float32")
    )
    return (
        f"`{record['recipe']['name']}` after {record['budget']['epochs']:g} epochs, "
        f"{len(narrow)} seeds, median (range): {median_and_range(narrow, 1)} in bfloat16, "
        f"{median_and_range(wide, 1)} in float32, which is ahead with "
        f"{sum(w < n for n, w in zip(narrow, wide, strict=True))} of them."
    )


def seeds(runs: Sequence[Record]) -> int:
    """How many seeds there are among these."""
    return len({run["seed"] for run in runs})


def ablation_text(name: str) -> str:
    """An ablation's table, and how it was made."""
    record = read(name)
    epochs, minutes = (record["budget"].get(key) for key in ("epochs", "minutes"))
    budget = f"{epochs:g} epochs" if epochs else f"{60 * minutes:g} seconds"
    runs = [run for result in record["changes"].values() for run in result["runs"]]
    return (
        f"`{record['recipe']['name']}`, {budget} each, {seeds(runs)} seeds, median (range); "
        f"{record['count']:,} images against {record['data']}, by {record['judge']}. "
        f"{where(record)}\n\n{as_markdown(ablation_table(record))}"
    )


def full() -> str:
    """Everything that is recorded."""
    throughput, tried, precision = (read(name) for name in ("throughput", "tried", "precision"))
    ablations = sorted(path.stem for path in BENCHMARKS.glob("ablation-*.json"))
    return "\n\n".join(
        [
            "### Throughput",
            "`python benchmarks/throughput.py --scaling --json benchmarks/throughput.json`",
            f"Median (range) of the rounds. {where(throughput)}",
            as_markdown(throughput_table(throughput)),
            "How `mnist-baseline` grows, one thing varied at a time:",
            as_markdown(scaling_table(throughput)),
            "### Ideas for the step",
            "`python benchmarks/tried.py --json benchmarks/tried.json`",
            "Speed with the idea over the speed of the step as it is, median (range) of the "
            f"rounds; above 1 the idea is quicker. {where(tried)}",
            as_markdown(tried_table(tried)),
            "### From what size on sixteen bits pay",
            "`python benchmarks/precision.py --json benchmarks/precision.json`",
            "Speed of a step in bfloat16 over that in float32, median (range) of the rounds. "
            f"{where(precision)}",
            as_markdown(precision_table(precision)),
            "### What a choice is worth: `ablation.py`",
            *(f"`{name}.json`: {ablation_text(name)}" for name in ablations),
        ]
    )


def main() -> None:
    """Renew the tables."""
    replace_between(ROOT / "README.md", BEGIN, END, short())
    replace_between(BENCHMARKS / "README.md", BEGIN, END, full())
    print(full())


if __name__ == "__main__":
    try:
        main()
    except GanlibError as error:
        sys.exit(f"speed: {error}")

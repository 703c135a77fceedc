"""The tables of benchmarks/README.md, from the benchmarks' records: ``python tools/speed.py``."""

import json
import statistics
import sys
from collections.abc import Sequence
from typing import Any

from pages import ROOT, processor, renew
from tables import as_markdown, mean_and_spread

from ganlib.errors import GanlibError
from ganlib.evaluation.metrics.intervals import Score
from ganlib.evaluation.scores import Evaluation
from ganlib.evaluation.tables import median_and_range
from ganlib.lessons import recorded

BENCHMARKS = ROOT / "benchmarks"
KINDS = ("float32", "bfloat16")
"""Of processors, by what ganlib computes in there; records are ``benchmarks/NAME-KIND.json``."""
RACES = KINDS
ALONE = {
    "step_over_quickest": "time of a step / its arithmetic alone, one core, where quickest",
    "step_over_floor": "time of a step / its arithmetic alone, in TensorFlow",
}
LIBRARIES = {
    "tensorflow": "TensorFlow's own code",
    "oneDNN": "oneDNN",
    "torch": "PyTorch",
    "torch channels_last": "PyTorch, channels last",
}
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
    versions = record["versions"]
    torch = f", PyTorch {versions['torch']}" if "torch" in versions else ""
    return f"{processor(record)}, TensorFlow {versions['tensorflow']}{torch}."


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
        for key in ALONE.keys() & found:
            cells[f"ganlib auto: {ALONE[key]}"] = median_and_range(found[key])
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


def race() -> str:
    """The race, one table for each kind of processor."""
    texts = []
    for record in (read(f"race-{kind}") for kind in RACES):
        texts.append(
            f"Fréchet distance after so many seconds of training, {seeds(record['points'])} seeds, "
            f"median (range); {record['count']:,} images against {record['data']}, by "
            f"{record['judge']}; real images get {record['real_images']:.2f}. {where(record)}"
        )
        texts.append(as_markdown(race_table(record)))
    return "\n\n".join(texts)


def throughput() -> str:
    """Equal networks, optimisers and batches, code against code."""
    texts = ["Images a second, and ratios within each round: median (range) of the rounds."]
    for record in (read(f"throughput-{kind}") for kind in KINDS):
        texts += [where(record), as_markdown(throughput_table(record))]
    return "\n\n".join(texts)


def kernels() -> str:
    """The sum of a step's convolutions and products by each library, and the peak."""
    record = read("kernels-float32")
    table = [["ms of one core", *LIBRARIES.values(), "the quickest of each", "GFLOP/s of these"]]
    for name, found in record["recipes"].items():
        medians = [{k: statistics.median(s) for k, s in one["seconds"].items()} for one in found]
        times = [one["times"] for one in found]
        sums = [  # of a product, PyTorch has one layout
            sum(t * m.get(library, m.get("torch")) for t, m in zip(times, medians, strict=True))
            for library in LIBRARIES
        ]
        best = sum(t * min(m.values()) for t, m in zip(times, medians, strict=True))
        gflop = sum(2e-9 * one["times"] * one["macs"] for one in found)
        cells = [f"{1000 * seconds:.0f}" for seconds in (*sums, best)]
        table.append([f"`{name}`, batch {found[0]['images']}", *cells, f"{gflop / best:.0f}"])
    return (
        f"One core, float32, medians. A product of two matrices of 2048×2048 reaches "
        f"{record['one core']['gflops']:.0f} GFLOP/s here. {where(record)}\n\n"
        f"{as_markdown(table)}\n\n{weights(record)}"
    )


def weights(record: Record) -> str:
    """How far training with oneDNN leads from training without, beside another rounding."""
    last = [found[str(steps(record))] for found in record["weights"].values()]
    ratios = [found["oneDNN"] / found["rounding"] for found in last]
    far = {name: 100 * found["1"]["far"] for name, found in record["weights"].items()}
    farthest = max(far, key=far.__getitem__)
    same = sum(share == 0 for share in far.values())
    return (
        f"With oneDNN and without, the weights of {len(far)} recipes were compared. After one step "
        f"{same} recipes have no weight that is farther apart than a hundredth of what weights "
        f"have moved; at most {far[farthest]:.1f} % of the weights are (`{farthest}`). Adam's "
        "first step has the size of its rate, and only its sign is the gradient's. So a weight "
        "whose gradient is 0 but for rounding may go either way. Training "
        f"enlarges any difference. After {steps(record)} steps the weights lie "
        f"{median_and_range(ratios)} times as far apart as without oneDNN after another rounding "
        "of half of the weights at the start (median and range of the recipes; the farther of two "
        "such runs)."
    )


def steps(record: Record) -> int:
    """After how many steps the weights were compared."""
    return int(record["steps"])


def minute() -> str:
    """What a minute of training reaches without oneDNN and with it, by runs in figures/results/."""
    table = [["a minute of", "arithmetic by", "seeds", "images seen", "Fréchet distance"]]
    for recipe in ("mnist-express", "svhn-express"):
        for kind in ("tensorflow", "oneDNN"):
            runs = recorded(f"{recipe}-minute-{kind}")
            seen = [run.record["progress"]["images"] for run in runs]
            scores = [Evaluation.read(run.scores_file).generators["last"] for run in runs]
            images = f"{statistics.median(seen):,.0f} ({min(seen):,} to {max(seen):,})"
            cells = [str(len(runs)), images, mean_and_spread(scores, "frechet")]
            table.append([f"`{recipe}`", LIBRARIES[kind], *cells])
    machine = processor(runs[0].record)
    return (
        f"{machine}. Images: median (range). Distance: mean ± standard deviation, of 10,000 images."
        f"\n\n{as_markdown(table)}"
    )


def scaling() -> str:
    """How the baseline grows."""
    return as_markdown(scaling_table(read("throughput-bfloat16")))


def tried() -> str:
    """Ideas for the step."""
    record = read("tried")
    return (
        "Speed with the idea over the speed of the step as it is, median (range) of the rounds; "
        f"above 1 the idea is quicker. {where(record)}\n\n{as_markdown(tried_table(record))}"
    )


def precision() -> str:
    """From what size on sixteen bits pay."""
    record = read("precision")
    return (
        "Speed of a step in bfloat16 over that in float32, median (range) of the rounds. "
        f"{where(record)}\n\n{as_markdown(precision_table(record))}"
    )


def ablations() -> str:
    """What each choice is worth."""
    names = sorted(path.stem for path in BENCHMARKS.glob("ablation-*.json"))
    texts = [f"`{name}.json`: {ablation_text(name)}" for name in names]
    return "\n\n".join([*texts, precisions()])


def others() -> str:
    """Costs and bounds that need no table."""
    scoring, memory, transfer, pictures = (
        read(n) for n in ("scoring_cost", "svhn_memory", "transfer", "pictures")
    )
    right = {name: Score.from_json(transfer[name]) for name in transfer if name != "test"}
    colour, grey = (memory[f"{kind}, first batch"]["peak_mb"] for kind in ("colour", "greyscale"))
    return (
        f"* Scores while training: {scoring['scores']} scores took {scoring['share']:.1%} of "
        f"{scoring['seconds'] / 60:.0f} minutes of `{scoring['recipe']}` on {processor(scoring)}.\n"
        "* Train on synthetic, test on real, the score for conditional models: the share of the "
        "test images of MNIST that a small classifier gets right. It has learnt from "
        f"{right['floor'].count:,} real images: {right['floor']}; from a PCA of each class: "
        f"{right['pca of each class']}; from noise: {right['noise']}. Seed 0.\n"
        f"* Memory: {memory['images']:,} house numbers (train and extra, "
        f"{memory['colour']['images_mb'] / 1000:.2f} GB in colour) are loaded and made into a "
        f"first batch with a peak of {colour / 1000:.1f} GB in colour and {grey / 1000:.1f} GB in "
        f"greyscale.\n{folder(pictures)}"
    )


def folder(record: Any) -> str:
    """A large folder of pictures, the first time and the second."""
    first, second = record["first"], record["second"]
    return (
        f"* A folder of {record['pictures']:,} JPEG files: {first['seconds_to_first_batch']:.0f} s "
        f"to the first batch of 64×64 pixels, {first['pictures_a_second']:,} pictures a second, "
        f"and the second time, from the kept pixels, {second['seconds_to_first_batch']:.0f} s. "
        f"The peak of memory is {first['peak_own_mb'] / 1000:.1f} and "
        f"{second['peak_own_mb'] / 1000:.1f} GB of the process's own, and "
        f"{first['peak_mb'] / 1000:.1f} and {second['peak_mb'] / 1000:.1f} GB with pages of the "
        f"file of pixels, which has {first['images_mb'] / 1000:.1f} GB. {where(record)}"
    )


PARTS = {
    "benchmarks/README.md": {
        "race": race,
        "throughput": throughput,
        "kernels": kernels,
        "minute": minute,
        "scaling": scaling,
        "tried": tried,
        "precision": precision,
        "ablations": ablations,
        "others": others,
    }
}

if __name__ == "__main__":
    try:
        renew("speed", PARTS)
    except GanlibError as error:
        sys.exit(f"speed: {error}")

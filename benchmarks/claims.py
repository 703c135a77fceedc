"""The reports' claims, each with a number and a verdict: ``python benchmarks/claims.py``.

Trains what is missing in ``benchmarks/claims.json``, one run after the other: a run that was
stopped begins again, one that has ended is not repeated. Then writes every verdict to
``figures/CLAIMS.md``. ``--only-verdicts`` trains nothing.
"""

import argparse
import json
import re
from collections import Counter
from typing import Any

import numpy as np
from claims_final_project import CLAIMS as FINAL_PROJECT
from claims_others import CLAIMS as OTHERS
from claims_record import HOLDS, NOT
from claims_shipped import measured as measure_shipped
from PIL import Image

from ganlib import devices, figures
from ganlib.evaluation import judges
from ganlib.evaluation.metrics.frechet import frechet_distance
from ganlib.lessons.claims import FILE, Record, picture
from ganlib.lessons.codes import stroke_width
from ganlib.lessons.thin import IMAGES, RUNS, STEPS, load, measure, of_images

ROOT = FILE.parent.parent
PAGE = ROOT / "figures" / "CLAIMS.md"
RULES = {"steps": STEPS, "batch": RUNS["mnist gan"].batch_size, "images": IMAGES}
"""What all runs of a record have in common."""


def main() -> None:
    """Say what is missing, train it, note each run at once, renew the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--runs", nargs="+", choices=RUNS, default=list(RUNS))
    parser.add_argument("--only-verdicts", action="store_true", help="train nothing")
    options = parser.parse_args()
    record = kept()
    for rule, value in RULES.items():
        if record.get(rule, value) != value:
            parser.error(f"{FILE.name} is of runs with other {rule} ({record[rule]}): move it away")
    missing = [
        (name, seed)
        for seed in options.seeds
        for name in options.runs
        if str(seed) not in record["runs"].get(name, {})
    ]
    print(f"{sum(map(len, record['runs'].values()))} runs are in {FILE.name}; none is repeated")
    print(
        f"{len(missing)} are missing",
        *(f"  {name}, seed {seed}" for name, seed in missing),
        sep="\n",
    )
    if not options.only_verdicts:
        for name, seed in missing:
            train(name, seed)
        for name in options.runs:
            if "stroke of negatives" not in kept()["data"].get(name.split()[0], {}):
                note("data", {name.split()[0]: about(name)})
        note("shipped", measure_shipped())
    decide(kept())


def kept() -> dict[str, Any]:
    """The record; it is the cache of the runs, whose weights nobody keeps."""
    empty: dict[str, Any] = {"runs": {}, "data": {}}
    return empty | (json.loads(FILE.read_text("utf-8")) if FILE.is_file() else {})


def note(part: str, found: Any) -> None:
    """Add to a part of the record as it is on the disk, where another process may have written.

    Runs are put in the order of `RUNS`. The new file takes the old one's place whole or not at all.
    """
    record = kept()
    record[part] = record[part] | found if part in ("runs", "data") else found
    runs = record["runs"]
    ordered = {name: dict(sorted(runs[name].items())) for name in RUNS if name in runs}
    record |= {**RULES, "versions": devices.describe()["versions"], "runs": ordered}
    new = FILE.with_suffix(".new")
    new.write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")
    new.replace(FILE)


def train(name: str, seed: int) -> None:
    """One run, noted with the machine that made it, and the picture of its images."""
    data, real = load(name)
    found, images = measure(name, seed, data, real)
    found["machine"] = machine()
    file = picture(name, seed)
    file.parent.mkdir(exist_ok=True)
    figures.save(Image.fromarray(np.concatenate(images[:16, ..., 0], axis=1)), file)
    last = found["looks"][-1] if found["looks"] else {}
    print(name, seed, "diverged" if found["diverged"] else last, flush=True)
    note("runs", {name: kept()["runs"].get(name, {}) | {str(seed): found}})


def machine() -> str:
    """The processor in a few words."""
    own = devices.describe()["machine"]
    return f"{own['processor']}, {own['instructions']}"


def about(name: str) -> dict[str, Any]:
    """Training images of a run's data set, measured as its generated ones are."""
    data, real = load(name)
    some = data.images[:: len(data) // IMAGES][:IMAGES]
    far = frechet_distance(real, judges.load(data.name)(some).features)
    found = {"images": data.describe(), "frechet": round(far, 3), **of_images(some)}
    found["stroke"] = round(float(stroke_width(some).mean()), 3)
    found["stroke of negatives"] = round(float(stroke_width(255 - some).mean()), 3)
    return found


def decide(record: dict[str, Any]) -> None:
    """Every verdict, in the record and on the page."""
    measured, verdicts = Record(record), []
    for claim in (*FINAL_PROJECT, *OTHERS):
        verdict, numbers = claim.decide(measured)
        verdicts.append({**claim.words, "verdict": verdict, "numbers": numbers})
        if claim.full:
            full, numbers = claim.full(measured)
            verdicts[-1] |= {"full": full, "full numbers": numbers}
    record["verdicts"] = verdicts
    note("verdicts", verdicts)
    text = PAGE.read_text("utf-8")
    text = between(text, "runs", budget(measured))
    for report in dict.fromkeys(one["report"] for one in verdicts):
        text = between(text, report, table([one for one in verdicts if one["report"] == report]))
    PAGE.write_text(re.sub(r"(\d\d) \(to come\)", linked, text), "utf-8")


def linked(lesson: re.Match[str]) -> str:
    """The link to a lesson, once it is there."""
    files = list((ROOT / "notebooks").glob(f"{lesson[1]}_*.ipynb"))
    return f"[{lesson[1]}](../notebooks/{files[0].name})" if files else lesson[0]


def between(text: str, part: str, new: str) -> str:
    """The page with another text between the marks of a part."""
    start, end = f"<!-- {part}: made by benchmarks/claims.py -->", f"<!-- end of {part} -->"
    before, rest = text.split(start)
    return f"{before}{start}\n{new}\n{end}{rest.split(end)[1]}"


def budget(measured: Record) -> str:
    """How many runs there are, and on which processors they were made."""
    machines = Counter(one["machine"] for runs in measured.runs.values() for one in runs.values())
    words = " and ".join(f"{count} on {name}" for name, count in machines.items())
    kept = measured.kept
    return (
        f"{machines.total()} runs of {len(measured.runs)} variants, {words}. Each has "
        f"{kept['steps']:,} steps of the discriminator with {kept['batch']} images, and ends with "
        f"a distance of {kept['images']:,} generated images."
    )


def table(verdicts: list[dict[str, str]]) -> str:
    """The rows of a report."""
    rows = [
        "| where | sentence | verdict | numbers | at full width, one seed | lesson |",
        "|---|---|---|---|---|---|",
    ]
    for one in verdicts:
        full = "–"
        if "full" in one:
            full = "the same" if one["full"] == one["verdict"] else one["full"]
            if {one["full"], one["verdict"]} == {HOLDS, NOT}:
                full = f"**the opposite, {full}**"
            full = f"{full}: {one['full numbers']}"
        cells = (one["where"], one["sentence"], f"**{one['verdict']}**", one["numbers"], full)
        rows.append(f"| {' | '.join(cells)} | {one['lesson']} (to come) |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()

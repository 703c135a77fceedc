"""Train a lesson's variants with several seeds, keep their scores: ``python tools/seeds.py FILE``.

FILE is a notebook whose cells with the tag `imports` define ``data`` and ``variants``, recipes by
name, and perhaps ``STEPS``. Each is trained as `ganlib.lessons.trial` does it. The scores go to
``figures/seeds/``; those that are there already are not repeated.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import nbformat
from store_notebooks import imports_of

from ganlib import devices, lessons

SEEDS = lessons.ROOT / "figures" / "seeds"


def main() -> None:
    """Train what is missing, write the record after each trial."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--seeds", type=int, default=5, help="how many, from 0")
    options = parser.parse_args()
    names: dict[str, Any] = {}
    exec(imports_of(nbformat.read(options.notebook, as_version=4).cells), names)
    data, steps = names["data"], names.get("STEPS", lessons.STEPS)
    file = SEEDS / f"{options.notebook.stem}.json"
    if data.synthetic:
        raise SystemExit("seeds: these scores want the real data")
    record: dict[str, Any] = {"frechet": {}}
    if file.is_file():
        record = json.loads(file.read_text(encoding="utf-8"))
    about = {"data": data.describe(), "steps": steps, "images": lessons.IMAGES}
    for seed in range(options.seeds):
        for name, recipe in names["variants"].items():
            scores = record["frechet"].setdefault(name, [])
            if len(scores) > seed:
                continue
            scores.append(round(lessons.trial(recipe, data, steps, seed).frechet, 2))
            print(name, seed, scores[-1], flush=True)
            record = about | devices.describe() | {"frechet": record["frechet"]}
            file.parent.mkdir(exist_ok=True)
            text = json.dumps(record, indent=1, ensure_ascii=False)
            file.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

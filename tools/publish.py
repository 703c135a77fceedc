"""Put a run into figures/, with its trained generator: ``python tools/publish.py RUN``.

Writes the generator's last weights as float16, and those of others where asked for. Copies the
record, the tables, the film, the loss curves, small TensorBoard logs and two sample grids: the last
one, and the one after ten epochs, when runs of a data set have seen equally many images. Then
scores the generator that ships. This needs the run's data.
"""

import argparse
import contextlib
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ganlib.errors import GanlibError
from ganlib.evaluation.evaluate import COUNT, evaluate
from ganlib.runs import pretrained
from ganlib.runs.folder import LOCK, RunFolder
from ganlib.runs.sampling import check_generator, load_network
from ganlib.systems import KINDS

SHARED_EPOCH = 10
MOST_WEIGHTS, MOST_FILM, MOST_LOGS = 6_000_000, 3_000_000, 1_000_000  # bytes


def publish(run: RunFolder, name: str | None = None, networks: Sequence[str] = ()) -> Path:
    """Publish one run, by its recipe's name or another; returns the folder in ``figures/``.

    The folder is replaced once all is there, under its lock, and stays as it was after an error.
    """
    check_generator(run)
    record = run.record
    name = name or record["recipe"]["name"]
    target = pretrained.FIGURES / name
    if Path(name).name != name or (target.exists() and not RunFolder(target).record_file.exists()):
        raise GanlibError(
            f"{target} cannot hold a run (it is no plain folder name, or it holds something else): "
            "choose another --name"
        )
    pretrained.FIGURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=pretrained.FIGURES) as folder:
        copy = RunFolder(Path(folder) / name)
        copy.samples.mkdir(parents=True)
        for each in ("history_file", "steps_file", "gif", "losses"):
            shutil.copy(getattr(run, each), getattr(copy, each))
        grids = {run.last_grid, run.grid_file(SHARED_EPOCH)}
        for grid in filter(Path.is_file, grids):
            shutil.copy(grid, copy.samples / grid.name)
        logs = [file for file in run.logs.rglob("*") if file.is_file()]
        if logs and sum(file.stat().st_size for file in logs) <= MOST_LOGS:
            shutil.copytree(run.logs, copy.logs)
        record["shipped"] = {}
        for network in ["generator", *networks]:
            record["shipped"][network] = pretrained.save(load_network(run, network), copy, network)
            _check_size(copy.shipped_file(network), MOST_WEIGHTS, "publish a smaller network")
        _check_size(copy.gif, MOST_FILM, "publish a run with fewer grids")
        copy.write_record(record)
        if KINDS[run.recipe.kind].sets:
            journeys = run.path / "journeys.json"
            if not journeys.is_file():
                raise GanlibError(f"{run.path} has no journeys.json: evaluate it first")
            shutil.copy(journeys, copy.path)
        else:
            evaluate(copy, count=COUNT, write=False).write(copy.scores_file)
        kept = RunFolder(target)
        with kept.locked():
            kept.clear()
            for path in copy.path.iterdir():
                shutil.move(path, target)
            with contextlib.suppress(OSError):  # Windows does not remove what is open
                (target / LOCK).unlink()
    return target


def _check_size(file: Path, most: int, remedy: str) -> None:
    if (size := file.stat().st_size) > most:
        raise GanlibError(
            f"{file.name} is {size / 1e6:.1f} MB and the limit is {most / 1e6:.0f} MB: {remedy}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("--name", help="of the folder in figures/ (default: the recipe's)")
    parser.add_argument(
        "--networks", nargs="+", default=[], metavar="NAME", help="others to publish beside it"
    )
    options = parser.parse_args()
    try:
        print(publish(RunFolder.existing(options.run), options.name, options.networks))
    except (GanlibError, OSError) as error:
        sys.exit(f"publish: {error}")

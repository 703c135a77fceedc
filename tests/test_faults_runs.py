"""Files of a run, damaged in every way: each command gives the right answer or one sentence."""

import copy
import dataclasses
import hashlib
import json
import math
import random
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganlib import cli, datasets
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.evaluation import judges
from ganlib.runs import pretrained
from ganlib.runs.folder import RunFolder
from ganlib.runs.networks import load_network
from ganlib.training import checkpoints
from ganlib.training.train import train

NAME = "mnist-express"  # the command line wants a recipe of the course
KINDS = ("cut", "flipped", "emptied", "another's")


@pytest.fixture(scope="module")
def made(tiny_recipe, tmp_path_factory) -> Iterator[RunFolder]:
    """A run of two epochs, with scores, and beside it a run that ships and a judge."""
    images = np.random.default_rng(0).integers(0, 256, (1000, 28, 28, 1), dtype=np.uint8)
    data = Dataset("mnist", "train", images, np.zeros(1000, np.int64), "synthetic", "a test")
    recipe = dataclasses.replace(
        tiny_recipe, name=NAME, dataset="mnist", image_shape=(28, 28, 1), batch_size=500
    )
    folder = tmp_path_factory.mktemp("faults")
    run = train(recipe, data, folder / "run", epochs=2, display="none", score_every=0)
    scores = json.loads((pretrained.FIGURES / NAME / "scores.json").read_text(encoding="utf-8"))
    scores["step"] = run.record["progress"]["steps"]
    run.scores_file.write_text(json.dumps(scores), encoding="utf-8")
    shipped = RunFolder(shutil.copytree(run.path, folder / "shipped"))
    entry = pretrained.save(load_network(run, "generator"), shipped)
    shipped.write_record(run.record | {"shipped": {"generator": entry}})
    shipped.network_file("generator").unlink()
    shutil.copytree(judges.TRAINED, folder / "judges")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "load", lambda *args, **kwargs: data)
        yield run


FILES = {
    "record": lambda run: run.record_file,
    "history": lambda run: run.history_file,
    "steps": lambda run: run.steps_file,
    "checkpoint": lambda run: checkpoints.list_newest_first(run.checkpoints)[0],
    "generator": lambda run: run.network_file("generator"),
    "scores": lambda run: run.scores_file,
    "grid": lambda run: run.last_grid,
    "shipped": lambda run: run.path.parent / "shipped" / "generator.npz",
    "sealed": lambda run: run.path.parent / "shipped" / "generator.npz",
    "judge": lambda run: run.path.parent / "judges" / "mnist.npz",
}
"""What is damaged; "sealed": with a checksum that is right again, as a stranger may make it."""
COMMANDS = {
    "sample": ["sample", "run", "--count", "3", "--output", "new.npz"],
    "sample shipped": ["sample", "shipped", "--count", "3", "--output", "new.npz"],
    "compare": ["compare", "run", "--output", "new.png"],
    "evaluate": ["evaluate", "run", "--judge", "judges/mnist.npz", "--count", "1000"],
    "resume": ["train", NAME, "--resume", "--output", "run"],
}
CASES = [  # file, command, seeds for each kind of damage
    ("record", "sample", 4), ("record", "compare", 3), ("record", "resume", 3),
    ("history", "compare", 4), ("steps", "compare", 3), ("checkpoint", "resume", 2),
    ("generator", "sample", 6), ("scores", "compare", 3), ("grid", "compare", 2),
    ("shipped", "sample shipped", 2), ("sealed", "sample shipped", 4), ("judge", "evaluate", 3),
]  # fmt: skip


def damage(path: Path, kind: str, source: random.Random, others: list[Path]) -> None:
    """Cut the file, flip some of its bytes, empty it, or give it the content of another."""
    content = bytearray(path.read_bytes())
    if kind == "cut":
        content = content[: source.randrange(len(content))]
    elif kind == "flipped":
        for _ in range(source.choice((1, 3, 30))):
            content[source.randrange(len(content))] ^= source.randrange(1, 256)
    elif kind == "emptied":
        content = bytearray()
    else:
        content = bytearray(source.choice(others).read_bytes())
    path.write_bytes(content)


def answer(arguments: list[str], capsys: Any) -> tuple[int, str, str]:
    """What a command printed; a traceback, or a sentence that breaks the rules, fails the test."""
    capsys.readouterr()
    try:
        status = cli.main(arguments)
    except SystemExit as exit:
        status = int(exit.code or 0)
    out, err = capsys.readouterr()
    assert status in (0, 2)
    lines = [line for line in err.splitlines() if "%" not in line and line]  # but for the bar
    assert all(line.startswith("ganlib: ") for line in lines), err
    assert bool(status == 2) <= bool(lines) and len(err) < 4000
    assert not any(ord(c) < 32 and c not in "\n\t\r" for c in out + err)
    return status, out, err


@pytest.fixture
def copied(made, tmp_path, monkeypatch) -> RunFolder:
    """A copy of all, in the current folder."""
    shutil.copytree(made.path.parent, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return RunFolder(Path("run"))


@pytest.mark.parametrize(("file", "command", "seeds"), CASES)
def test_a_damaged_file_gives_the_right_answer_or_one_sentence(
    made, file, command, seeds, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    run = RunFolder(Path("run"))
    images = None
    for number in range(-1, seeds * len(KINDS)):  # first as it is
        shutil.copytree(made.path.parent, tmp_path, dirs_exist_ok=True)
        kind = KINDS[number % len(KINDS)]
        source = random.Random(zlib.crc32(f"{file} {command} {number}".encode()))
        path = FILES[file](run)
        others = [p for p in sorted(made.path.parent.rglob("*.*")) if p.name != path.name]
        if number >= 0:
            damage(path, kind, source, [p for p in others if p.is_file()])
        elif command == "evaluate":
            continue  # as it is, this takes long
        if file == "sealed":
            record = json.loads(Path("shipped/run.json").read_text(encoding="utf-8"))
            checksum = hashlib.sha256(path.read_bytes()).hexdigest()
            record["shipped"]["generator"]["sha256"] = checksum
            RunFolder("shipped").write_record(record)
        status, _, err = answer(COMMANDS[command], capsys)
        if number < 0 and command != "resume":
            assert status == 0, err
        if number < 0 and command == "resume":
            assert status == 2 and "already used up its 2 epochs" in err
        other = file not in ("checkpoint", "grid", "steps")  # one before it; any picture or table
        if number >= 0 and (kind == "emptied" or (kind == "another's" and other)):
            if file == "checkpoint":
                assert "is damaged" in err and status == 0, f"{kind} {path}"
                continue
            assert status == 2, f"{kind} {path}"
        if status == 0 and command.startswith("sample"):
            with np.load("new.npz") as archive:
                found = archive["images"]
            images = found if images is None else images
            if file != "record":  # whose seed, latent and networks decide about the images
                np.testing.assert_array_equal(found, images)
        for new in ("new.npz", "new.png"):
            Path(new).unlink(missing_ok=True)


VALUES: list[Any] = [
    None, -1, 0, 1.5, 2**70, 10**400, math.inf, math.nan, True, "", "x", "\x1b[31m", "x" * 20_000,
    [], [1, "x"], {}, {"module": "os", "class_name": "system"}, [[[[[1]]]]],
]  # fmt: skip


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in nested dicts and lists."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, inner in items:
        found.append((*path, key))
        if isinstance(inner, dict | list):
            found += leaves(inner, (*path, key))
    return found


def replaced(record: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    record = copy.deepcopy(record)
    inner: Any = record
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return record


def test_every_value_of_a_record_is_refused_in_one_sentence_or_harmless(made, copied, capsys):
    record = made.record | {"best": {"frechet": 1.0, "epoch": 1.0, "weights": "last"}}
    accepted, count = [], 0
    for place in leaves(record):
        for value in random.Random(str(place)).sample(VALUES, 7):
            text = json.dumps(replaced(record, place, value))
            copied.record_file.write_text(text, encoding="utf-8")
            count += 1
            try:
                assert isinstance(copied.recipe.name, str) and copied.record
            except GanlibError as error:
                assert "run.json" in str(error) and len(str(error)) < 600
            else:
                accepted.append((place, value, text))
    assert count > 400
    inside = ("networks", "latent", "optimizers", "options", "image_shape", "ema", "kind")
    building = [text for place, _, text in accepted if place[0] == "recipe" and place[1] in inside]
    for text in random.Random(0).sample(building, min(10, len(building))):
        copied.record_file.write_text(text, encoding="utf-8")
        answer(COMMANDS["sample"], capsys)
    used = ("budget", "precision", "strategy", "score_every", "best", "data", "seed", "progress")
    going_on = [text for place, _, text in accepted if place[0] in used]
    for text in random.Random(0).sample(going_on, min(5, len(going_on))):
        copied.record_file.write_text(text, encoding="utf-8")
        answer(COMMANDS["resume"], capsys)


GENERATOR = ("recipe", "networks", "generator")


@pytest.mark.parametrize("name", ["forward:tf.print", "layers:keras.utils.get_file", "os:system"])
def test_a_foreign_record_calls_only_what_is_registered(copied, name, capsys):
    for place, value in (
        ((*GENERATOR, "builder"), name),
        ((*GENERATOR, "options"), {"output_stream": "file://evil.txt"}),
    ):
        copied.write_record(replaced(copied.record, place, value))
    with pytest.raises(GanlibError, match=f"there is no network '{name}'"):
        copied.recipe.build()
    answer(COMMANDS["sample"], capsys)  # from the file alone, in Keras's safe mode
    assert not Path("evil.txt").exists()


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((*GENERATOR, "options"), {"latent_dim": 4, "filters": [65_536, 65_536]}),
        ((*GENERATOR, "options"), {"latent_dim": 4, "units": 0, "filters": [4, 5]}),
        ((*GENERATOR, "options"), {"latent_dim": 4, "units": "many"}),
        (("recipe", "image_shape"), [28, 28, 2]),
        (("recipe", "image_shape"), [4096, 4096, 1]),
        (("recipe", "latent", "noise", "size"), 5),
    ],
)
def test_a_generator_that_is_not_the_records_is_refused(copied, place, value, capsys):
    copied.write_record(replaced(copied.record, place, value))
    assert answer(COMMANDS["sample"], capsys)[0] == 2


@pytest.mark.parametrize("name", ["get", "deserialize", "Optimizer", "LossScaleOptimizer", "sgd"])
def test_an_optimiser_is_a_class_of_keras(copied, name):
    place = ("recipe", "optimizers", "generator", "name")
    copied.write_record(replaced(copied.record, place, name))
    with pytest.raises(GanlibError, match=f"has no optimiser '{name}'"):
        copied.recipe.optimizers["generator"].build()

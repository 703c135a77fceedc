"""The small programs in tools/, and the lessons' helpers."""

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from ganlib import lessons, recipes
from ganlib.errors import GanlibError
from ganlib.runs.folder import RunFolder

ROOT = Path(__file__).resolve().parent.parent
EARLIER = {"ablation-mnist-express", "ablation-svhn-express"}  # its texts say so; to be made anew
ABLATIONS = sorted((ROOT / "benchmarks").glob("ablation-*.json"))


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(tmp_path, monkeypatch) -> ModuleType:
    """The stamping tool on a copy of the files that it writes to."""
    stamp = tool("stamp")
    (tmp_path / "notebooks").mkdir()
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(path, tmp_path / "notebooks")
    monkeypatch.setattr(stamp, "ROOT", tmp_path)
    monkeypatch.setattr(stamp, "PROJECT", tmp_path / "pyproject.toml")
    return stamp


def test_stamping_puts_the_address_everywhere_and_can_be_done_again(copy, tmp_path):
    for address in ("https://github.com/one/first", "https://github.com/two/second.course"):
        copy.stamp(address)
        assert copy.address() == address
        for path in (tmp_path / "notebooks").glob("*.ipynb"):
            text = path.read_text(encoding="utf-8")
            cells = json.loads(text)["cells"]
            assert cells[1]["source"][0].startswith(f'COURSE = "{address}"')
            badges = [line for line in cells[0]["source"] if line.startswith("[![Open in Colab]")]
            slug = address.removeprefix("https://github.com/")
            assert [f"/github/{slug}/blob/main/notebooks/{path.name})" in b for b in badges] == [1]
    assert copy.stamp("https://github.com/two/second.course") == []


def test_what_is_no_address_is_not_stamped(copy):
    with pytest.raises(SystemExit, match="not of the form"):
        copy.stamp("somewhere")


SIX = [f"{data}-{kind}" for data in ("mnist", "svhn") for kind in ("baseline", "modified", "wgan")]


@pytest.mark.parametrize("name", SIX)
def test_the_reference_runs_are_shipped_whole_and_small(name):
    run = lessons.reference(name)
    assert run.recipe.name == name
    assert not run.record["data"]["synthetic"]
    assert run.record["progress"]["images"] > 0
    assert run.history and run.steps
    assert lessons.last_grid(run).size[0] > 200
    assert run.gif.stat().st_size <= 3_000_000
    assert "images seen" in lessons.describe(run)
    assert lessons.generated_by(run).shape == (256, *run.recipe.image_shape)


@pytest.mark.parametrize("trio", [SIX[:3], SIX[3:]])
def test_the_reference_runs_of_a_data_set_can_be_compared_after_ten_epochs(trio):
    runs = [lessons.reference(name) for name in trio]
    assert all((run.samples / "epoch_0010.png").is_file() for run in runs)
    assert len({run.record["data"]["checksum"] for run in runs}) == 1
    assert len({run.recipe.batch_size for run in runs}) == 1


def test_a_check_says_what_is_right_and_what_is_not_yet(capsys):
    lessons.check(("two", True), ("three", False))
    right, wrong = capsys.readouterr().out.splitlines()
    assert right.startswith("✓ right") and wrong.startswith("✗ not yet")


def test_an_unknown_budget_is_one_sentence(tiny_recipe, tiny_data):
    with pytest.raises(GanlibError, match="unknown budget 'slow'; choose one of quick, full"):
        lessons.train(tiny_recipe, tiny_data, "slow")


def test_lessons_start_quick_runs_anew_and_take_full_ones_as_they_are(
    tiny_recipe, tiny_data, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANLIB_QUICK_MINUTES", "0.01")
    first = lessons.train(tiny_recipe, tiny_data, "quick", display="none")
    started = first.record["started"], first.record_file.stat().st_mtime_ns
    again = lessons.train(tiny_recipe, tiny_data, "quick", display="none")
    assert (again.record["started"], again.record_file.stat().st_mtime_ns) != started
    small = 4 * 2 * (8 + 1)  # four 8x8 images with their gaps, twice as large
    assert lessons.strip(first).height == small + 18  # and a caption, as the data are synthetic
    assert lessons.strip(first, moments=3).width > 3 * small
    full = lessons.train(tiny_recipe, tiny_data, "full", display="none")
    assert full.record["progress"]["epochs"] == tiny_recipe.epochs
    written = full.record_file.stat().st_mtime_ns
    assert lessons.train(tiny_recipe, tiny_data, "full").record_file.stat().st_mtime_ns == written


@pytest.mark.parametrize("record", ABLATIONS, ids=lambda path: path.stem)
def test_an_ablation_is_of_the_recipe_as_it_is_or_called_earlier(record):
    recorded = json.loads(record.read_text(encoding="utf-8"))["recipe"]
    today = json.loads(json.dumps(recipes.get(recorded["name"]).to_json()))
    words = {"title", "source", "notes"}
    same = all(recorded[key] == today[key] for key in recorded.keys() - words)
    assert same == (record.stem not in EARLIER)


def test_records_are_migrated_and_what_is_of_today_stays(tmp_path):
    migrate = tool("migrate_records")
    file = ROOT / "figures" / "mnist-wgan" / "run.json"
    today = json.loads(file.read_text(encoding="utf-8"))
    assert migrate.migrated(today) == today
    assert RunFolder(file.parent).recipe == recipes.get("mnist-wgan")


@pytest.mark.parametrize("name", ["mnist-nn", "mnist-baseline", "mnist-modified", "mnist-wgan"])
def test_three_seeds_of_each_system_are_recorded_after_equally_many_images(name):
    runs = lessons.recorded(name)
    assert [run.record["seed"] for run in runs] == [0, 1, 2]
    assert {run.record["progress"]["images"] for run in runs} == {180_000}
    assert len({run.record["data"]["checksum"] for run in runs}) == 1

"""What lessons share: training that can be interrupted, and pictures as wide as the page."""

import dataclasses
import functools
import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from running import StopAt, assert_same_run

from ganlib import figures, lessons, recipes
from ganlib.datasets import Dataset
from ganlib.errors import GanlibError
from ganlib.lessons import charts, pictures, plots
from ganlib.lessons.budget import Interrupted
from ganlib.runs.folder import RunFolder
from ganlib.startup import keras
from ganlib.training.train import train


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANLIB_QUICK_MINUTES", "5")
    monkeypatch.delenv("GANLIB_RUNS", raising=False)


@pytest.fixture
def learn(tiny_recipe, tiny_data):
    """`lessons.train`, quick, for two epochs."""

    def learn(recipe=tiny_recipe, data=tiny_data, **options) -> RunFolder:
        return lessons.train(recipe, data, "quick", **{"display": "none", "epochs": 2} | options)

    return learn


def test_an_interrupted_run_stops_with_a_sentence_and_goes_on(learn, tiny_recipe, tiny_data):
    with pytest.raises(Interrupted) as stop:
        learn(callbacks=[StopAt(7)])
    text = "interrupted after 112 images, saved in runs/tiny-quick: run the cell again to go on"
    assert str(stop.value) == text
    assert stop.value._render_traceback_() == [text]  # all that a notebook shows
    run = learn()
    assert run.record["status"] == "finished"
    assert_same_run(run, train(tiny_recipe, tiny_data, "whole", epochs=2, display="none"))


def test_a_run_whose_kernel_died_goes_on(learn):
    with pytest.raises(Interrupted):
        learn(callbacks=[StopAt(7)])
    run = RunFolder("runs/tiny-quick")
    run.write_record(run.record | {"status": "running", "started": "before"})
    assert learn().record["started"] == "before"


def test_an_interrupt_before_anything_is_saved_is_a_sentence_too(learn, monkeypatch):
    class AtOnce(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="^interrupted before anything was saved: run the cell"):
        learn(callbacks=[AtOnce()])
    assert learn().record["status"] == "finished"


def test_a_run_of_another_recipe_seed_or_data_is_left_alone(learn, tiny_recipe, tiny_data):
    with pytest.raises(Interrupted):
        learn(callbacks=[StopAt(7)])
    before = RunFolder("runs/tiny-quick").record_file.read_bytes()
    others = {
        "2": learn(dataclasses.replace(tiny_recipe, batch_size=8)),
        "3": learn(seed=1),
        "4": learn(data=dataclasses.replace(tiny_data, images=tiny_data.images[::-1].copy())),
    }
    assert all(run.path.name == f"tiny-quick-{number}" for number, run in others.items())
    assert RunFolder("runs/tiny-quick").record_file.read_bytes() == before
    assert learn(seed=1).path == others["3"].path
    assert learn().path.name == "tiny-quick"


def test_a_damaged_run_is_left_alone(learn):
    damaged = RunFolder("runs/tiny-quick")
    damaged.path.mkdir(parents=True)
    damaged.record_file.write_text("{")
    assert learn().path.name == "tiny-quick-2"
    assert damaged.record_file.read_text() == "{"


def test_a_run_that_is_being_trained_is_left_alone(learn):
    run = learn()
    with run.locked(), pytest.raises(GanlibError, match="another process is training"):
        learn()
    assert run.record["status"] == "finished"


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def test_a_grid_fills_the_page_with_sharp_pixels():
    images = np.random.default_rng(0).integers(0, 256, (32, 8, 8, 1), np.uint8)
    grid = figures.grid(images, columns=16)  # 288 wide, 36 high
    png, metadata = figures.as_png(grid)
    assert metadata == {"alt": "32 images", "width": 1000}
    large = opened(png)
    assert large.size == (4 * grid.width, 4 * grid.height)
    np.testing.assert_array_equal(np.asarray(large)[::4, ::4], np.asarray(grid))
    np.testing.assert_array_equal(np.asarray(large)[3::4, 3::4], np.asarray(grid))


def test_a_square_fills_the_height_and_what_is_large_stays_as_it_is():
    assert figures.as_png(Image.new("L", (320, 320)))[1]["width"] == 640
    png, metadata = figures.as_png(Image.new("RGB", (1200, 900), "red"))
    assert opened(png).size == (1200, 900)
    assert "width" not in metadata


def test_grey_pixels_are_stored_as_grey_and_colours_as_colours():
    grey = Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16))
    assert opened(figures.as_png(grey.convert("RGB"))[0]).mode == "L"
    assert opened(figures.as_png(Image.new("RGB", (9, 9), "red"))[0]).mode == "RGB"


def test_a_picture_says_what_it_shows_whatever_is_made_of_it():
    grid = figures.grid(np.zeros((4, 8, 8, 1), np.uint8), caption="zeros")
    assert figures.alt_of(grid) == "zeros: 4 images"
    both = figures.row([grid, figures.described(Image.new("L", (9, 9)), "a hole")])
    assert figures.alt_of(both.reduce(2).quantize(4)) == "zeros: 4 images; a hole"
    panels = figures.side_by_side({"real": np.zeros((4, 8, 8, 1), np.uint8)}, title="both")
    assert figures.alt_of(panels) == "both: real: 4 images"


def test_the_last_grid_says_whose_images_it_shows(learn):
    assert figures.alt_of(lessons.last_grid(learn())) == "images of tiny: epoch 2"


def test_a_chart_says_what_its_axes_say():
    curves = figures.loss_curves(
        {"run": [{"images": 1, "d_loss": 2.0, "g_loss": 1.0}]}, title="WGAN"
    )
    assert pictures.chart_alt(curves) == (
        "WGAN: discriminator loss against images seen; generator loss against images seen"
    )
    assert pictures.chart_alt(Figure()) == "a chart"


@pytest.fixture(scope="module")
def shell():
    """IPython as a notebook has it, with lessons' display of pictures."""
    interactive = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
    made = interactive.instance()
    made.enable_gui = lambda gui=None: None  # a notebook's has one
    yield made
    interactive.clear_instance()


def test_a_notebook_stores_a_picture_once_and_with_its_text(shell):
    pictures.register()
    data, metadata = shell.display_formatter.format(figures.grid(np.zeros((4, 8, 8, 1), np.uint8)))
    assert data.keys() == {"image/png", "text/plain"}
    assert metadata == {"image/png": {"alt": "4 images", "width": 640}}


def test_a_notebook_stores_charts_with_their_text_after_matplotlib_inline_too(shell):
    pylabtools = pytest.importorskip("IPython.core.pylabtools")
    pictures.register()
    figure = Figure()
    figure.subplots().set_title("a title")
    for _ in range(2):  # as when all cells are run again
        pylabtools.select_figure_formats(shell, {"png"})  # what %matplotlib inline does to it
        shell.run_cell("0")
        data, metadata = shell.display_formatter.format(figure)
        assert metadata["image/png"] == {"alt": "a title"}
        assert data["image/png"]


class Screen:
    """What a notebook would show, in place of IPython's display."""

    def __init__(self, monkeypatch) -> None:
        self.outputs: list[list] = []
        monkeypatch.setattr("IPython.display.display", self.display)

    def display(self, output, display_id):
        shown = [output]
        self.outputs.append(shown)
        return type("Handle", (), {"update": staticmethod(shown.append)})


def test_the_live_picture_is_there_before_the_first_step_and_fills_the_page(learn, monkeypatch):
    pytest.importorskip("IPython")
    screen, seen = Screen(monkeypatch), []

    class Look(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append([len(shown) for shown in screen.outputs])

    monkeypatch.setattr("ganlib.training.display.LINE_SECONDS", 0.0)
    learn(display="notebook", callbacks=[Look()])
    assert seen[0] == [1, 1]
    shown, lines = screen.outputs  # two outputs, renewed in place
    png, metadata = shown[-1]._repr_png_()
    assert opened(png).width == 3 * 16 * (8 + 1) * 3  # enlarged once more: the images are tiny
    assert metadata == {"alt": "SYNTHETIC data: 64 images", "width": 1000}
    lines = [repr(line) for line in lines]
    assert lines[0].startswith("  0% |") and lines[0].endswith(" left · epoch 0.00 · 0 images")
    assert lines[5].startswith(" 50% |" + 15 * "█") and " left · epoch 1.00 · " in lines[5]
    assert "left" not in lines[-1] and " · epoch 2.00 · 160 images · d_loss " in lines[-1]


def test_outside_a_notebook_the_picture_is_shown_once(learn, capsys):
    pytest.importorskip("IPython")
    learn(display="notebook")
    assert capsys.readouterr().out.splitlines()[0] == "SYNTHETIC data: 64 images"


@pytest.mark.parametrize("minutes, allowed", [("5", 600), ("0.1", 60), ("0.001", 20)])
def test_what_is_trained_by_steps_shrinks_with_the_quick_minutes(minutes, allowed, monkeypatch):
    monkeypatch.setenv("GANLIB_QUICK_MINUTES", minutes)
    assert lessons.steps(600) == allowed


def test_a_trial_that_is_stopped_is_not_scored(tiny_recipe, tiny_data, monkeypatch):
    stopping = functools.partial(train, callbacks=[StopAt(3)])
    monkeypatch.setattr("ganlib.training.train.train", stopping)
    with pytest.raises(Interrupted, match="interrupted before anything was saved"):
        lessons.trial(tiny_recipe, tiny_data, steps=6)


def test_a_trial_trains_scores_and_leaves_nothing_behind(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (70, 28, 28, 1), dtype=np.uint8)
    data = Dataset("mnist", "train", images, np.zeros(70, np.int64), "synthetic", "a test")
    one, same, longer = (
        lessons.trial(recipes.get("mnist-express"), data, steps=count) for count in (20, 20, 40)
    )
    assert one.images.shape == (2000, 28, 28, 1)
    assert (one.images == same.images).all()
    assert one.frechet == same.frechet != longer.frechet
    assert longer.steps[-1]["step"] == 40
    assert str(one) == f"Fréchet distance {one.frechet:.1f} (SYNTHETIC data)"
    assert list(tmp_path.iterdir()) == []


def test_other_options_go_to_the_optimiser_or_to_the_network_alone():
    recipe = recipes.get("mnist-express")
    slow = lessons.changed(recipe, discriminator={"learning_rate": 0.0})
    assert slow.optimizers["discriminator"].options == {
        **recipe.optimizers["discriminator"].options,
        "learning_rate": 0.0,
    }
    small = lessons.changed(recipe, generator={"units": 16})
    assert small.build()["generator"].count_params() == 40_772
    for name in ("generator", "discriminator"):
        assert small.optimizers[name] == recipe.optimizers[name]
        assert slow.networks[name] == recipe.networks[name]
    assert slow.optimizers["generator"] == recipe.optimizers["generator"]
    assert small.networks["discriminator"] == recipe.networks["discriminator"]


def test_a_checkerboard_is_seen_in_what_varies():
    images = np.random.default_rng(0).standard_normal((5000, 16, 16, 1))
    assert lessons.checkerboard(images) == pytest.approx(1, abs=0.02)
    images[:, ::2] *= 2  # four times the variance in every second row
    assert lessons.checkerboard(images + 7) == pytest.approx(4, abs=0.1)


def test_curves_stand_over_numbers_or_over_names():
    few, many = ([1, 2], [0, 200_000])
    for x, shown in ((few, "2.0"), (many, "200k"), (["8", "16"], "16")):
        figure = charts.curves(x, {"speed": {"": [1.0, 2.0]}}, "size")
        figure.draw_without_rendering()
        labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
        assert shown in labels


def test_a_chart_of_scores_shows_each_even_if_two_are_equal():
    (axes,) = charts.scores({"a": [2.0, 2.0, 9.0], "b": [3.0]}, "score").axes
    assert [text.get_text() for text in axes.texts] == ["2.0, 2.0, 9.0", "3.0"]
    dots = {tuple(dot) for line in axes.lines for dot in line.get_xydata()}
    assert len(dots) == 4
    assert all(axes.get_xlim()[0] < x < axes.get_xlim()[1] for x, _ in dots)


@pytest.mark.parametrize(("low", "high"), [(13.1, 26.5), (2.0, 3.0), (17.0, 19.0), (0.8, 112.0)])
def test_a_chart_of_scores_has_ticks_enough_to_read_a_logarithmic_axis(low, high):
    (axes,) = charts.scores({"a": [low] * 6, "b": [high]}, "score").axes
    left, right = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if left <= tick <= right]
    assert 4 <= len(ticks) <= 12


@pytest.mark.parametrize(
    ("family", "names"),
    [
        ("svhn-one-change", ["baseline", "smaller-kernels", "more-layers", "modified"]),
        ("svhn-balance", ["batch-32", "slow-discriminator", "svhn-baseline-ttur"]),
    ],
)
def test_the_images_of_variants_are_cut_out_pixel_by_pixel(family, names):
    found = lessons.variants(family)
    assert list(found) == names
    picture = np.asarray(Image.open(lessons.ROOT / "figures" / family / "comparison.png"))
    last = np.asarray(figures.grid(found[names[-1]], 8))
    height, width = last.shape
    places = range(picture.shape[1] - width + 1)
    assert any((picture[-height:, i : i + width, 0] == last).all() for i in places)


def test_kept_scores_are_those_of_every_seed():
    kept = lessons.kept_scores("09_svhn_modified")
    assert len({len(scores) for scores in kept.values()}) == 1
    assert all(0 < score < 500 for scores in kept.values() for score in scores)


def test_kept_losses_are_those_of_every_seed():
    kept = lessons.kept_losses("13_pca_and_a_first_gan", "DCGAN")
    assert list(kept) == ["seed 0", "seed 1", "seed 2"]
    for rows in kept.values():
        assert rows[-1]["step"] == 400
        for row in rows:
            both = row["d_loss_real"] + row["d_loss_fake"]
            assert row["d_loss"] == pytest.approx(both, abs=1e-3)


def test_clouds_share_their_axes_and_each_class_has_a_colour():
    real, drawn = np.array([[0.0, 0.0], [2.0, 2.0], [9.0, 5.0]]), np.array([[30.0, 40.0]])
    figure = plots.clouds({"a": real, "b": drawn}, np.array([4, 4, 7]), "x", "y")
    left, right = figure.axes
    (legend,) = figure.legends
    assert ["4" in text.get_text() for text in legend.texts] == [True, False]
    assert left.get_xlim() == right.get_xlim() and left.get_xlim()[1] > 30
    assert [left.get_xlabel(), right.get_xlabel(), left.get_ylabel()] == ["x", "x", "y"]

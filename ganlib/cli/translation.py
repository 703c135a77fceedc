"""What the commands do with a run that translates: pictures, scores, and pictures of one's own."""

import argparse
from pathlib import Path
from typing import Any

from ganlib.cli.arguments import a_png
from ganlib.datasets import Dataset, pairs
from ganlib.errors import GanlibError
from ganlib.files import atomic
from ganlib.runs import pretrained
from ganlib.runs.folder import RunFolder
from ganlib.systems import KINDS

NETWORKS = ("generator", "back")
SCALE = 3  # screen pixels for one of a picture of one's own


def translate(options: argparse.Namespace) -> int:
    """Pictures of one's own through a CycleGAN: before, after, and translated back."""
    output = a_png(options.output)
    run = pretrained.find(options.run)
    if not KINDS[run.recipe.kind].sets:
        raise GanlibError(
            f"{run.path} is a run of {run.recipe.name}, which translates nothing: give a run of a "
            "CycleGAN, such as pretrained:coloured-cyclegan"
        )
    from ganlib import figures
    from ganlib.datasets.pictures import read_all
    from ganlib.runs.sampling import load_system

    images = read_all(map(Path, options.pictures), run.recipe.image_shape)
    system = load_system(run, names=NETWORKS)
    inputs = {"images": images.astype("float32") / 127.5 - 1.0}
    if options.invert:
        inputs["images"] *= -1.0
    shown = system.shown(inputs, NETWORKS[::-1] if options.back else NETWORKS)
    figures.save(figures.grid(shown, min(len(images), system.columns), SCALE), output)
    print(f"{len(images)} pictures, their translations, and those back in {output}")
    return 0


def sample(run: RunFolder, options: argparse.Namespace, output: Path) -> int:
    """Test images, their translations, and those back, as a grid; only the translations as .npz."""
    _refuse(options, "label", "code", "seed")
    import numpy as np

    from ganlib import figures
    from ganlib.runs.sampling import load_system

    data, system = _test_pair(run), load_system(run, options.weights, NETWORKS)
    count = system.columns if options.count is None else options.count
    if not 1 <= count <= len(data["source"]):
        raise GanlibError(f"--count must be from 1 to {len(data['source']):,}, not {count:,}")
    inputs = system.draw(np.random.default_rng(0), count, **system.conditions(data, count))
    alone = output.suffix == ".npz"
    images = system.generate(inputs) if alone else system.shown(inputs)
    write(run, output, figures.to_uint8(images), min(count, system.columns))
    print(f"{count} images, their translations, and those back in {output}")
    return 0


def write(
    run: RunFolder, output: Path, images: Any, columns: int, legend: str = "", **beside: Any
) -> None:
    """A run's images as a grid, which says where they are SYNTHETIC, or as an .npz."""
    import numpy as np

    from ganlib import figures

    if output.suffix == ".npz":
        output.parent.mkdir(parents=True, exist_ok=True)
        with atomic(output) as partial:
            np.savez_compressed(partial, images=images, **beside)
        return
    synthetic = "SYNTHETIC data" if run.record["data"]["synthetic"] else ""
    caption = "; ".join(filter(None, (synthetic, legend)))
    figures.save(figures.grid(images, columns, caption=caption), output)


def evaluate(run: RunFolder, options: argparse.Namespace) -> int:
    """Print how many labels survive the journey; write journeys.json into the run folder."""
    _refuse(options, "judge", "weights", "seed")
    from ganlib.evaluation import translation
    from ganlib.evaluation.scores import aligned
    from ganlib.runs.sampling import load_system

    data = _test_pair(run, options.data_dir)
    found = translation.journeys(load_system(run, names=NETWORKS), data, options.count)
    for one in data.values():
        print(f"data     {one.describe()}")
    print(f"\n{aligned(translation.table(found))}\n")
    print("The first row of each side is the ceiling: what its judge sees in real images.")
    if not run.ships:
        file = run.path / "journeys.json"
        translation.write(found, file)
        print(f"written  {file}")
    return 0


def _refuse(options: argparse.Namespace, *names: str) -> None:
    """Raise `GanlibError` for an option that means nothing to a translation."""
    for name in names:
        if getattr(options, name):
            raise GanlibError(f"a translation has no --{name}: leave it out")


def _test_pair(run: RunFolder, data_dir: str | None = None) -> dict[str, Dataset]:
    """The test images of both sets that a CycleGAN was trained on."""
    about = run.record["data"]
    stand_in = "always" if about["synthetic"] else "never"
    return pairs.load(about["name"], "test", data_dir, stand_in, run.recipe.image_shape)

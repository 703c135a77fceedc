"""How much memory the largest .mat file needs: peak of a process that loads it.

    python benchmarks/svhn_memory.py [--images 604388] [--json FILE]

Writes a file in the format of SVHN's extra_32x32.mat (random images, compressed) with as many
images as "train" and "extra" hold together, loads it in fresh processes, in colour and in
greyscale, the last one up to the first batch of training, and prints each one's peak resident
memory beside the images' own size.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.io import savemat

from ganlib.datasets import load

MEGABYTE = 1e6
CASES = {  # channels, and whether a batch is made
    "colour": (3, False),
    "greyscale": (1, False),
    "greyscale, first batch": (1, True),
    "colour, first batch": (3, True),
}


def report(folder: str, case: str) -> None:
    """In a process of its own: load, perhaps make a batch; print peak and size of the images."""
    channels, batch = CASES[case]
    data = load("svhn_cropped", "extra", folder, channels=channels)
    if batch:
        from ganlib.datasets.batches import batches

        next(iter(batches(data, 256, seed=0)))
    print(json.dumps([peak(), data.images.nbytes]))


def peak() -> int:
    """Peak resident memory of this process in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where getrusage counts the memory of the parent process too
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Write the file, measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=73_257 + 531_131)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--peak", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        report(*options.peak)
        return
    result: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "svhn_cropped").mkdir()
        rng = np.random.default_rng(0)
        images = rng.integers(0, 8, (options.images, 3, 32, 32), dtype=np.uint8).T
        labels = rng.integers(1, 11, (options.images, 1), dtype=np.uint8)
        path = Path(folder) / "svhn_cropped" / "extra_32x32.mat"
        savemat(path, {"X": images, "y": labels}, do_compression=True)
        del images
        for name in CASES:
            command = [sys.executable, __file__, "--peak", folder, name]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            bytes_ = json.loads(done.stdout)
            result[name] = dict(
                zip(("peak_mb", "images_mb"), [round(b / MEGABYTE) for b in bytes_], strict=True)
            )
            print(f"{name:<24}peak {result[name]['peak_mb']:>6,} MB, images "
                  f"{result[name]['images_mb']:>6,} MB", flush=True)  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps({"images": options.images, **result}, indent=2) + "\n")


if __name__ == "__main__":
    main()

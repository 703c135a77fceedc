"""A folder of 200,000 pictures: how long to the first batch, how much memory, and the second time?

    python benchmarks/pictures.py [--pictures 200000] [--json FILE]

Writes as many small JPEG files (80×100 pixels, smooth colours), loads them in a fresh process up to
the first batch of training, at 64×64, then again in another one, which finds the decoded pictures
kept. Prints seconds, pictures a second and two peaks of memory: resident, and the part of it that
is the process's own. The rest are pages of the kept file, which the system takes back when it needs
them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

SIDE, BATCH = 64, 64
STATUS = Path("/proc/self/status")  # Linux


def write(folder: Path, count: int) -> int:
    """Write the files, in folders of 1,000; their size in bytes."""
    from PIL import Image

    rng, size = np.random.default_rng(0), 0
    for number in range(count):
        place = folder / f"{number // 1000:03d}"
        place.mkdir(parents=True, exist_ok=True)
        small = Image.fromarray(rng.integers(0, 256, (6, 5, 3), dtype=np.uint8))
        file = place / f"{number:06d}.jpg"
        small.resize((80, 100), Image.Resampling.BICUBIC).save(file, quality=80)
        size += file.stat().st_size
    return size


class Peaks:
    """The largest values of memory that were seen, in bytes."""

    def __init__(self) -> None:
        self.own = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            self.own = max(self.own, self.read("RssAnon"))
            time.sleep(0.05)

    @staticmethod
    def read(key: str) -> int:
        """A line of the process's status, 0 where there is none."""
        text = STATUS.read_text() if STATUS.exists() else ""
        return int(text.split(f"{key}:")[1].split()[0]) * 1024 if key in text else 0


def report(folder: str) -> None:
    """In a process of its own: load up to a batch, and print what that took."""
    peaks, start = Peaks(), time.perf_counter()
    from ganlib.datasets import load
    from ganlib.datasets.batches import batches

    began = time.perf_counter()
    data = load(folder, size=(SIDE, SIDE))
    loaded = time.perf_counter()
    next(iter(batches(data, BATCH, seed=0)))
    values = {
        "seconds_to_first_batch": round(time.perf_counter() - start, 1),
        "pictures_a_second": round(len(data) / (loaded - began)),
        "peak_mb": round(peaks.read("VmHWM") / 1e6),
        "peak_own_mb": round(peaks.own / 1e6),
        "images_mb": round(data.images.nbytes / 1e6),
    }
    print(json.dumps(values))


def main() -> None:
    """Write the files, measure twice, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=200_000)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--load", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        report(options.load)
        return
    from ganlib import devices

    result: dict[str, object] = {"pictures": options.pictures, **devices.describe()}
    with tempfile.TemporaryDirectory() as folder:
        result["files_mb"] = round(write(Path(folder) / "pictures", options.pictures) / 1e6)
        settings = os.environ | {"GANLIB_CACHE": str(Path(folder) / "kept")}
        for name in ("first", "second"):
            command = [sys.executable, __file__, "--load", str(Path(folder) / "pictures")]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=settings)
            result[name] = json.loads(done.stdout)
            print(f"{name:<8}{result[name]}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""Commands in which several runs compete."""

import argparse
import sys
from pathlib import Path

from ganlib.errors import GanlibError


def tournament(options: argparse.Namespace) -> int:
    """Every discriminator against every generator, as text, .csv and .png."""
    output = Path(options.output)
    if output.suffix != ".png":
        raise GanlibError(f"--output {output} must end in .png")
    from ganlib import figures
    from ganlib.evaluation.league import league

    def told(sentence: str) -> None:
        print(f"refused  {sentence}", file=sys.stderr)

    found = league(options.runs, options.count, options.seed, options.data_dir, told)
    count = len(found.images[0])
    print(f"data     {found.test.describe()}")
    print(f"shown    {count:,} of them and {count:,} images of each generator, seed {found.seed}\n")
    print(f"{found.text()}\n")
    output.parent.mkdir(parents=True, exist_ok=True)
    figures.save(found.picture(), output)
    found.write_csv(output.with_suffix(".csv"))
    print(f"picture  {output}")
    print(f"table    {output.with_suffix('.csv')}")
    return 0

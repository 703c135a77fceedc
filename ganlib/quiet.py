"""Hold back TensorFlow's start-up noise, and nothing else.

TensorFlow writes several log lines straight to file descriptor 2 while it is imported and
when it first computes. No environment variable silences them all without changing numerics,
so the descriptor is redirected for that moment; whatever is not known noise is then shown.
"""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator

NOISE = re.compile(
    "|".join(
        [
            r"^\s*$",
            r"^WARNING: All log messages before absl::InitializeLog",
            r"^I\d{4} ",  # absl's and TensorFlow's information level
            r"^[\d-]+ [\d:.]+: I ",
            r"^To enable the following instructions",
            r"Could not find cuda drivers on your machine",
            r"Unable to register cu(FFT|DNN|BLAS) factory",
            r"computation placer already registered",
            r"failed call to cuInit",
            r"Could not find TensorRT",
            r"^INFO:tensorflow:",
        ]
    )
)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Redirect file descriptor 2, then pass on every line that is not known start-up noise."""
    try:
        saved = os.dup(2)
    except OSError:  # started without a standard error stream: there is nothing to keep clean
        yield
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)
            caught.seek(0)
            for line in caught.read().decode(errors="replace").splitlines():
                if not NOISE.search(line):
                    print(line, file=sys.stderr)

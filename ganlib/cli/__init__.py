"""The command line, thin: arguments in, one call, a few lines out.

TensorFlow is imported inside the commands that compute, so that help and mistakes are answered
at once. Errors are one line on standard error, with exit status 2.
"""

import argparse
import contextlib
import errno
import functools
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TextIO, cast

from ganlib.cli import commands, contests, train, translation
from ganlib.cli.arguments import INTERRUPTED, parser
from ganlib.errors import GanlibError, lacking, plain, shortened

COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "recipes": commands.list_recipes,
    "pretrained": commands.list_pretrained,
    "summary": commands.summary,
    "train": train.train,
    "live": functools.partial(train.train, display="live"),
    "sample": commands.sample,
    "translate": translation.translate,
    "evaluate": commands.evaluate,
    "doctor": commands.doctor,
    "compare": commands.compare,
    "tournament": contests.tournament,
    "search": contests.search,
    "judge list": commands.list_judges,
    "judge train": commands.train_judge,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 2 for an error, 130 after Ctrl-C."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks × shows a question mark
    try:
        options = parser().parse_args(arguments)
        with contextlib.redirect_stdout(cast(TextIO, _Plain(sys.stdout))):
            return COMMANDS[options.command](options)
    except GanlibError as error:
        return _fail(str(error))
    except ModuleNotFoundError as error:
        return _fail(str(lacking(error)))
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        reason = f"cannot read or write{where}: {error.strerror or error}"
        if error.errno == errno.ENOSPC:
            reason = "the disk is full: free some space, then go on with a begun run by --resume"
        return _fail(reason)
    except MemoryError:
        return _fail("there is not enough memory for this: ask for less at a time")
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return INTERRUPTED


def _fail(message: str) -> int:
    print(f"ganlib: {shortened(plain(' '.join(message.split())))}", file=sys.stderr)
    return 2


class _Plain:
    """Standard output without the control characters that names in files and paths may hold."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(plain(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

"""Ctrl-C in good order: finish the step, save, and say how to go on."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType


@dataclass
class Interrupt:
    """Whether somebody has asked to stop."""

    requested: bool = False


@contextlib.contextmanager
def interrupts() -> Iterator[Interrupt]:
    """Turn the first SIGINT or SIGTERM into a request; a second one stops at once.

    Only a process's main thread may handle signals: elsewhere nothing is changed.
    """
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return

    def request(number: int, frame: FrameType | None) -> None:
        if interrupt.requested:
            raise KeyboardInterrupt
        interrupt.requested = True

    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""A training for the beamer: one large picture in the browser, which renews itself.

The page comes from a server on this machine alone; nothing is loaded from elsewhere.
"""

import io
import json
import threading
import time
import webbrowser
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any

import numpy as np
from PIL import Image

from ganlib.startup import keras
from ganlib.training.display import losses_of

PICTURE_SECONDS = 2.0  # between two pictures
NAMES = {"d_loss": "discriminator’s loss", "g_loss": "generator’s loss"}
FAREWELL_SECONDS = 3.0  # at the end, for the page to fetch the last picture


class LivePage(keras.callbacks.Callback):
    """Serves the picture that `draw` makes, with time, images seen, losses and score.

    Parameters
    ----------
    draw : makes the picture as the generator draws now
    title : above the numbers
    show : called with the page's address when training begins; by default it opens a browser
    """

    address = ""

    def __init__(
        self,
        draw: Callable[[], Image.Image],
        title: str,
        show: Callable[[str], Any] = webbrowser.open,
    ) -> None:
        super().__init__()
        self.draw, self.title, self.show = draw, title, show
        # Replaced as a whole, never changed: the server reads it from another thread.
        self._state: dict[str, Any] = {"title": title, "numbers": {}, "share": 0.0, "number": 0}
        self._picture = b""
        self._due = 0.0
        self._server: ThreadingHTTPServer | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self._renew({})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/"
        print(f"live     {self.address}", flush=True)
        self.show(self.address)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if logs and time.monotonic() >= self._due:
            self._renew(losses_of(logs))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if "frechet" in (logs or {}):
            score = {"Fréchet distance": f"{logs['frechet']:.2f}"}
            self._state = {**self._state, "numbers": self._state["numbers"] | score}

    def on_train_end(self, logs: Any = None) -> None:
        self._renew({})
        self._state = {**self._state, "ended": True}
        time.sleep(FAREWELL_SECONDS)

    def close(self) -> None:
        """Stop the server, also after an error: the loop calls it in any case."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _renew(self, losses: dict[str, str]) -> None:
        progress = self.model.progress
        file = io.BytesIO()
        self.draw().save(file, "PNG")
        self._picture = file.getvalue()
        numbers = self._state["numbers"] | {"seconds": f"{progress.seconds:.0f}"}
        numbers |= {"images seen": f"{progress.images:,}"}
        numbers |= {NAMES.get(name, name): value for name, value in losses.items()}
        self._state = self._state | {
            "numbers": numbers,
            "share": float(np.clip(progress.fraction, 0.0, 1.0)),
            "number": self._state["number"] + 1,
        }
        self._due = time.monotonic() + PICTURE_SECONDS

    def _answer(self, path: str) -> tuple[str, bytes] | None:
        if path == "/":
            page = resources.files("ganlib.training").joinpath("live.html").read_bytes()
            return "text/html; charset=utf-8", page
        if path == "/state":
            return "application/json", json.dumps(self._state).encode()
        if path.startswith("/picture"):  # with the picture's number, so that no cache answers
            return "image/png", self._picture
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self._answer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = answer(self.path)
                if found is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Type", found[0])
                self.send_header("Content-Length", str(len(found[1])))
                self.end_headers()
                self.wfile.write(found[1])

            def log_message(self, format: str, *arguments: Any) -> None:
                """Say nothing: the terminal shows the training."""

        return Handler

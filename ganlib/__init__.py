"""ganlib: generative adversarial networks, from zero to trained and measured.

The package is the library behind the numbered notebooks. Importing it is
cheap: TensorFlow is loaded only by the modules that compute with it.
"""

import os
import pkgutil
import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganlib.runs.pretrained import pretrained as pretrained

__version__ = "0.1.0"

_settings = os.path.expanduser("~/.config/matplotlib")
if not any(os.access(path, os.W_OK) for path in (os.path.expanduser("~"), _settings)):
    # A read-only home: matplotlib would complain, and make a new folder each time.
    os.environ.setdefault("MPLCONFIGDIR", os.path.join(tempfile.gettempdir(), "ganlib-matplotlib"))


def __getattr__(name: str) -> Any:
    """Import `pretrained` when it is first asked for."""
    if name == "pretrained":
        return pkgutil.resolve_name("ganlib.runs.pretrained:pretrained")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

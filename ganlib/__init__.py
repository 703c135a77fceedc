"""ganlib: generative adversarial networks, from zero to trained and measured.

The package is the library behind the numbered notebooks. Importing it is
cheap: TensorFlow is loaded only by the modules that compute with it.
"""

import pkgutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganlib.runs.pretrained import pretrained as pretrained

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import `pretrained` when it is first asked for."""
    if name == "pretrained":
        return pkgutil.resolve_name("ganlib.runs.pretrained:pretrained")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

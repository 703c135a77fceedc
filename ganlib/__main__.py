"""``python -m ganlib``."""

import sys

from ganlib.errors import lacking

try:
    from ganlib.cli import main
except ModuleNotFoundError as error:
    print(f"ganlib: {lacking(error)}", file=sys.stderr)
    sys.exit(2)

sys.exit(main())

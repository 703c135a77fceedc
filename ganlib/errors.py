"""The one exception a user should ever read: a sentence that says what is wrong and what to do."""


class GanlibError(Exception):
    """Base of every error that ganlib raises on purpose; its text is one line for a terminal."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows under the cell, in place of the calls that led here."""
        return [str(self)]


class DataError(GanlibError, ValueError):
    """A data file, or an array given as data, is not what it should be."""


class DataNotFound(DataError):
    """A data set is neither in the data folder, nor prepared, nor downloadable here."""

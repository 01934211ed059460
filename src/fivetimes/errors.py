"""Problems that a person can act on, each with the place and the way out; and the trace of one that is ours to mend."""

import traceback
from pathlib import Path


class FivetimesError(Exception):
    """A stated problem; the command line prints its sentence and leaves with exit code 1."""


class ConfigError(FivetimesError):
    """A configuration that cannot be used."""


class ReadError(FivetimesError):
    """A source that cannot be opened or is not what it was taken for."""


class ReaderFault(ReadError):
    """A source that its reader failed at, by a fault of the reader's own: what was read before it counts."""


class NothingRead(FivetimesError):
    """Of all that a scan is about, nothing is there or nothing can be read.

    Attributes:
        sentences: one for each source that cannot be read.
    """

    def __init__(self, message: str, sentences: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.sentences = sentences


class RuleError(FivetimesError):
    """Something that the five-times rule refuses."""


class UnknownId(FivetimesError):
    """An id that stands for no candidate of the last scan."""


class MiningError(FivetimesError, ValueError):
    """A search for patterns that cannot be done as asked, or whose answer would be too large to be of use."""


def trace(error: BaseException) -> str:
    """Where an unexpected error came from: files, lines, functions and types.

    Never its message or its values: they may quote the record that was being read.

    Example:
        >>> try:
        ...     int("hunter2")
        ... except ValueError as problem:
        ...     text = trace(problem)
        >>> text.splitlines()[-1], "hunter2" in text
        ('ValueError', False)
    """
    lines = []
    links: list[BaseException] = [error]
    while (before := links[-1].__cause__ or links[-1].__context__) is not None and before not in links:
        links.append(before)
    for link in reversed(links):
        frames = traceback.extract_tb(link.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        lines.append(type(link).__name__)
    return "\n".join(lines)


def fault(error: BaseException) -> str:
    """The sentence for an unexpected error."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return (
        f"a fault of fivetimes itself ({type(error).__name__}{place}). Call it again with --debug before the command and"
        " report what that prints: it says where the fault is, and nothing of what was read."
    )

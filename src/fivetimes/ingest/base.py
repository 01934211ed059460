"""What a reader is -> ReaderSpec: the record that each file in `readers/` declares, and that a plug-in's module becomes.

A reader knows how its sources are recognised, where they lie by default, how one of them is read, and what its program loses.
What is known of a source stands in its reader and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fivetimes.ingest.balance import conserved
from fivetimes.ingest.formats.sqlite import Table
from fivetimes.model.sources import Balance, RawBatch, Reader, Source, SourceReport


@dataclass(frozen=True, slots=True)
class Signature:
    """What shows that a file is a reader's: any of these. `recognition.sniff` looks for them in this order.

    Attributes:
        tables: of which an SQLite database holds one.
        column: a column that a CSV header or a Parquet file has.
        first_bytes: how the file begins.
        line: how one of its first lines begins, where that is no JSON.
        record: whether a JSON object on one of its first lines is a record of this source.
        file_name: the end of the path (its last three parts). Counts only where the content shows nothing.
        vague_name: the same, for names that say little: they count only where no reader's `file_name` fits.
    """

    tables: tuple[Table, ...] = ()
    column: str | None = None
    first_bytes: re.Pattern[bytes] | None = None
    line: re.Pattern[str] | None = None
    record: Callable[[Mapping[str, object]], bool] | None = None
    file_name: re.Pattern[str] | None = None
    vague_name: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """Where to look: a person's home folder, the folder that they stand in, their environment, and what startup files set.

    Its methods yield the paths that exist or may exist below a usual folder. Names with `*` are patterns; one path may come
    twice.

    Example:
        >>> machine = Machine(Path("/home/ana"), Path("/work"), {"XDG_DATA_HOME": "/data"})
        >>> [path.as_posix() for path in machine.in_data("atuin/history.db")]
        ['/data/atuin/history.db', '/home/ana/Library/Application Support/atuin/history.db']
    """

    home: Path
    here: Path
    environ: Mapping[str, str]
    startup: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def named_by(self, variable: str) -> Iterator[Path]:
        """The paths that a variable holds, in the environment or by the startup files of shells, which seldom export it."""
        values = (self.environ.get(variable), *self.startup.get(variable, ()))
        yield from (Path(value) for value in dict.fromkeys(values) if value)

    def in_home(self, *names: str) -> Iterator[Path]:
        """Below the home folder, and below zsh's where that is another."""
        for folder in (self.home, *self.named_by("ZDOTDIR")):
            yield from _below(folder, names)

    def in_state(self, *names: str) -> Iterator[Path]:
        """Below the folders where programs keep what they can lose: XDG's for state, and the one for caches."""
        for variable, usual in (("XDG_STATE_HOME", ".local/state"), ("XDG_CACHE_HOME", ".cache")):
            yield from _below(Path(self.environ.get(variable) or self.home / usual), names)

    def in_data(self, *names: str) -> Iterator[Path]:
        """Below the folder for programs' data."""
        yield from self._in_library(Path(self.environ.get("XDG_DATA_HOME") or self.home / ".local/share"), names)

    def in_settings(self, *names: str) -> Iterator[Path]:
        """Below the folder for programs' settings."""
        yield from self._in_library(Path(self.environ.get("XDG_CONFIG_HOME") or self.home / ".config"), names)

    def in_roaming(self, *names: str) -> Iterator[Path]:
        """Below the folder where programs keep both on Windows."""
        for folder in self.named_by("APPDATA"):
            yield from _below(folder, names)

    def in_own(self, variable: str, usual: str, *names: str) -> Iterator[Path]:
        """Below a program's own folder: the one that a variable names, else `usual` in the home folder."""
        yield from _below(Path(self.environ.get(variable) or self.home / usual), names)

    def _in_library(self, folder: Path, names: Iterable[str]) -> Iterator[Path]:
        yield from _below(folder, names)
        yield from _below(self.home / "Library" / "Application Support", names)  # macOS


def _below(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        yield from sorted(folder.glob(name)) if "*" in name else (folder / name,)


def _nowhere(_machine: Machine) -> Iterable[Path]:
    return ()


def _nothing(_report: SourceReport) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class ReaderSpec:
    """One reader. To call it is to read a source and to have the balance checked.

    Attributes:
        name: what the reader is called in outputs and in configurations.
        read: yields the rows of a source and accounts for every record (`fivetimes.model.Reader`).
        signature: what its files show.
        recognises: whether a path is one of its sources, where a signature cannot say so; must not raise.
        takes_folder: whether a folder of such files is one source.
        default_paths: where its sources lie on a machine by default; what is there is still recognised before it is read.
        advice: sentences on what its program loses or leaves out, and on the setting that keeps it.
        drops_repeats: whether its program never keeps a command twice, which its advice then states.
    """

    name: str
    read: Reader
    signature: Signature = Signature()
    recognises: Callable[[Path], bool] | None = None
    takes_folder: bool = False
    default_paths: Callable[[Machine], Iterable[Path]] = _nowhere
    advice: Callable[[SourceReport], Iterable[str]] = _nothing
    drops_repeats: bool = False

    def __call__(self, source: Source, balance: Balance) -> Iterator[RawBatch]:
        """Yield the rows of a source in batches, in the order of the file.

        Args:
            source: what to read.
            balance: its account; filled while the rows are taken.

        Raises:
            ReadError: the source cannot be opened, is of another kind, or its records are not all accounted for.
        """
        return conserved(self._begun(source, balance), self.name, source, balance)

    def _begun(self, source: Source, balance: Balance) -> Iterator[RawBatch]:
        yield from self.read(
            source, balance
        )  # called when the first row is asked for: a reader may begin to read at once

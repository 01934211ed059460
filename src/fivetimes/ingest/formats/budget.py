"""What reading a source costs, held against its budget: bytes are counted where they come in, and behind it none do.

A budget ends what a reader is given, not the reader: it sees a source that ends there, accounts for what it has taken, and returns.
`conserved` in `ingest/balance.py` opens an account for each source and states afterwards where it ended.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from time import monotonic

from fivetimes.config import BUDGET, Budget

_current: ContextVar[Spending | None] = ContextVar("account", default=None)


class Spending:
    """What was spent on one source so far.

    Args:
        path: the source; its size on disk decides what it may cost, and is looked at only once the fixed part is spent.
        budget: what it may cost.
    """

    def __init__(self, path: Path, budget: Budget = BUDGET) -> None:
        self.budget = budget
        self.bytes = self.rows = 0
        self.reached: str | None = None  # what was spent, as a noun with its number
        self._path = path
        self._size: int | None = None
        self._spent = 0.0  # seconds, without those since `_since`
        self._since: float | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Let what comes in meanwhile be counted here, and the time too."""
        token, self._since = _current.set(self), monotonic()
        try:
            yield
        finally:
            self._spent, self._since = self.seconds, None
            _current.reset(token)

    @property
    def seconds(self) -> float:
        """Seconds that the account was open."""
        return self._spent + (monotonic() - self._since if self._since is not None else 0.0)

    @property
    def left(self) -> float:
        """Seconds that may still be spent; not below 0."""
        return max(0.0, self._allowed(self.budget.seconds, self.budget.seconds_share) - self.seconds)

    @property
    def memory(self) -> int:
        """Bytes of memory that a program may take which reads the source for us."""
        return int(self._allowed(self.budget.memory, self.budget.decoded_share))

    def take(self, count: int = 0, *, rows: int = 0) -> bool:
        """Count what came in; whether more may be taken."""
        self.bytes += count
        self.rows += rows
        if self.reached is None:
            self.reached = self._reached()
        return self.reached is None

    def _reached(self) -> str | None:
        budget = self.budget
        for spent, least, share, unit in (
            (self.bytes, budget.decoded, budget.decoded_share, "bytes"),
            (self.rows, budget.rows, budget.rows_share, "records"),
            (self.seconds, budget.seconds, budget.seconds_share, "seconds"),
        ):
            if spent > least and spent > self._allowed(least, share):
                return f"{spent:,.0f} {unit}"
        return None

    def _allowed(self, least: float, share: float) -> float:
        if self._size is None:
            self._size = size_on_disk(self._path)
        return least + share * self._size


def more(count: int = 0) -> bool:
    """Count decoded bytes that came in; whether more may be taken of the source that is being read."""
    account = _current.get()
    return account is None or account.take(count)


def current() -> Spending | None:
    """The account of the source that is being read, None outside of one."""
    return _current.get()


@contextmanager
def limited(path: Path) -> Iterator[None]:
    """Let nothing more come in behind the budget of a source, for what is asked of it besides its records.

    Where an account is open already, that one counts it.
    """
    if _current.get() is not None:
        yield
        return
    with Spending(path).open():
        yield


# ---- what a source takes on disk


def size_on_disk(path: Path) -> int:
    """Bytes that a file, a folder or a repository takes on disk; holes in files take none, what cannot be seen neither.

    A database counts with its log. Of a working tree what counts is its repository, for git reads nothing else of it, and a
    repository counts with those that it borrows objects from.

    Example:
        >>> size_on_disk(Path("nowhere"))
        0
    """
    if not path.is_dir():
        return sum(map(_of_file, (path, *(path.with_name(path.name + end) for end in ("-wal", "-journal")))))
    named = path / ".git"
    own = [named if named.is_dir() else path] if not named.is_file() else []
    return sum(map(_of_folder, dict.fromkeys((*own, *_elsewhere(path)))))


def _of_file(path: Path | os.DirEntry[str]) -> int:
    try:
        found = path.stat()
    except OSError:
        return 0
    return min(found.st_size, found.st_blocks * 512) if hasattr(found, "st_blocks") else found.st_size


def _of_folder(folder: Path) -> int:
    total, waiting = 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        total += _of_file(entry)
        except OSError:
            continue
    return total


def _elsewhere(folder: Path) -> Iterator[Path]:
    """The folders outside a working tree or repository in which its objects lie."""
    named = folder / ".git"
    own = named if named.is_dir() else folder
    if named.is_file():
        own = folder / _first_line(named).removeprefix("gitdir:").strip()
        yield own
    common = own / (_first_line(own / "commondir") or ".")
    if common.resolve() != own.resolve():
        yield common
    borrowed = _first_line(common / "objects" / "info" / "alternates")
    if borrowed:
        yield common / "objects" / borrowed


def _first_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return os.fsdecode(file.readline(1 << 12)).strip()
    except OSError:
        return ""

"""The tables that pass between packages: events, actions, sessions and sequences as columns, in the order of the data's way.

What there are many of, 10^4 to 10^8 rows, is arrays of numpy; the few are records and stand in `model`, so that what needs
only those does not load numpy. Times are seconds since the epoch, UTC, as float64, NaN
when unknown. Nothing here reads, counts or decides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
_Whole = TypeVar("_Whole", np.int32, np.int64)


def distinct(numbers: npt.NDArray[_Whole]) -> npt.NDArray[_Whole]:
    """The different ones of some whole numbers from 0 on, rising.

    By sorting: `numpy.unique` hashes them, which takes many times as long where a million differ (numpy 2.4).

    Example:
        >>> distinct(np.array([3, 1, 3, 0])).tolist()
        [0, 1, 3]
    """
    rising = np.sort(numbers)
    return rising[np.diff(rising, prepend=-1) > 0]


# ---- the event log: what redact keeps (eventlog)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of an event log by id: a label that may be kept, and the pieces by which values are recognised again.

    An id stands for one exact word within this run and says nothing about it; the text is gone. `labels[id]` is a public
    word, a typed placeholder (`<path>`), a pseudonym (`prog-3f9a`) or a declared name. `piece_start`/`pieces` list, per word,
    ids of the parts of a value (`v1.4.2` and `1.4.2` share one). `same` is equal for words of equal text, whatever their role.
    In memory only.
    """

    labels: tuple[str, ...]
    piece_start: Int32s
    pieces: Int32s
    same: Int32s


@dataclass(frozen=True, slots=True)
class Forms:
    """The distinct things done, columnar: form → its actions → their words.

    Form `f` has the actions `action_start[f]:action_start[f+1]`; action `a` has `kind[a]`, `effect[a]`, `via[a]` (id of a label
    tuple in `wrappers`) and the words `word_start[a]:word_start[a+1]` of `words` (ids into the lexicon) with `roles`. What its
    wrappers were given (the host of `ssh`), and the words of all that its output is piped into, are `fed_start[a]:fed_start[a+1]`
    of `fed`.
    """

    action_start: Int32s
    kind: Bytes
    effect: Bytes
    via: Int32s
    wrappers: tuple[tuple[str, ...], ...]
    word_start: Int32s
    words: Int32s
    roles: Bytes
    fed_start: Int32s
    fed: Int32s


# The columns of EventLog.columns, with their types. `order` counts events of one origin from 0. Ids count from 0; -1 is unknown.
EVENT_COLUMNS: Mapping[str, str] = {
    "person": "int32",
    "source": "int16",
    "origin": "int32",
    "line": "int64",
    "commit": "int32",  # id into EventLog.commits, -1: none
    "order": "int64",
    "time": "float64",
    "offset": "float32",
    "time_source": "uint8",
    "session": "int32",
    "where": "int32",
    "by": "uint8",
    "exit": "float32",
    "duration": "float32",
    "form": "int32",
    "parent": "int32",  # id of the calling skill's word in the lexicon
    "subject": "int32",  # in memory only: equal for equal commit subjects, -1: no commit
    "tag": "int32",  # in memory only: equal for equal names of tags that were made, -1: none was
    "key": "int32",  # in memory only: equal for records of one reader with one id of their program, -1: they have none
    "digest": "uint64",  # keyed, of the record's text
}


@dataclass(frozen=True, slots=True)
class EventLog:
    """What is kept of the work: no raw text, one row per event.

    `columns` has exactly EVENT_COLUMNS, all of one length. `also` lists further locations of events that were recorded twice,
    as rows (event, origin, line, commit id); filled by `eventlog.deduplicate`. `redactions` counts what was taken out, by rule.
    """

    columns: Mapping[str, npt.NDArray[Any]]
    forms: Forms
    lexicon: Lexicon
    persons: tuple[str, ...]
    sources: tuple[str, ...]
    origins: tuple[str, ...]
    commits: tuple[str, ...]
    redactions: Mapping[str, int]
    deduplicated: frozenset[int] = frozenset()  # origins that keep one entry per text
    public_aliases: frozenset[int] = frozenset()  # origins whose lines are read with public aliases expanded
    remembered: Mapping[str, int] = field(default_factory=dict)  # origin -> events of it that memory alone holds
    also: Int32s = field(default_factory=lambda: np.zeros((0, 4), dtype=np.int32))

    def __post_init__(self) -> None:
        if set(self.columns) != set(EVENT_COLUMNS):
            raise TypeError(f"event columns are {sorted(self.columns)}")
        for name, kind in EVENT_COLUMNS.items():
            if self.columns[name].dtype != np.dtype(kind) or len(self.columns[name]) != len(self):
                raise TypeError(f"event column {name} is {self.columns[name].dtype}[{len(self.columns[name])}]")

    def __len__(self) -> int:
        return len(self.columns["form"])


# ---- what memory keeps of records whose source may forget them (eventlog, memory)

# The columns of KeptRows, with their types. Tags are keyed digests of 40 bits, 0: none.
KEPT_COLUMNS: Mapping[str, str] = {
    "position": "float64",  # in the file; rows of equal positions in the order in which they came
    "collected": "float64",  # seconds since the epoch; when it was found
    "line": "int64",  # where it stood when it was collected; -1: none
    "time": "float64",
    "offset": "float32",
    "by": "uint8",
    "exit": "float32",
    "duration": "float32",
    "session": "uint64",  # tag of the native session id
    "where": "uint64",  # tag of the working folder
    "key": "uint64",  # tag of the id that the program gave
    "person": "uint64",  # tag of the author, as the record has it
    "digest": "uint64",  # under the local key, of the record's text, as in the event log
    "form": "int32",  # index into `forms`
    "parent": "int32",  # index into `parents`, -1: none
    "commit": "int32",  # index into `commits`, -1: none
}


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows of one file as memory keeps them: redacted, no raw text, and what was typed recognised by keyed digests alone.

    columns: exactly KEPT_COLUMNS, all of one length. forms, parents: what was done and which skill called it, as text that
    `eventlog` writes and reads. commits: hashes. once: the file keeps one entry per text.
    """

    reader: str
    columns: Mapping[str, npt.NDArray[Any]]
    forms: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    once: bool = False

    def __len__(self) -> int:
        return len(self.columns["digest"])


# ---- actions and sessions (actions, sessions)

LEVELS = 5  # exact words, constants kept, flags alone, subcommand path, that without the thing it is done on
FORM, COARSE = 1, 3  # the levels of commands with what varies left out, and of subcommand paths


@dataclass(frozen=True, slots=True)
class ActionLog:
    """The steps people took, on each person's own timeline: sorted by person, then time.

    One row per action; a line with `&&` has several rows with one `event`. `levels[i]` are LEVELS token ids, finest first; where
    a level says no more than the next coarser one, both hold the same id. `labels[token]` is what may be shown of a token.
    `values` (CSR: `value_start[i]:value_start[i+1]`) are ids of the value pieces in the action's arguments. `clock` is seconds
    since the epoch and never NaN: for events without a time it keeps their order (see `timed`). `context` marks navigation
    and looking around, which is no step by default. In memory only.
    """

    events: EventLog
    event: Int32s
    person: Int32s
    clock: Floats
    timed: Bools
    levels: Int32s
    labels: tuple[str, ...]
    kind: Bytes
    effect: Bytes
    context: Bools
    value_start: Int32s
    values: Int32s

    def __len__(self) -> int:
        return len(self.event)


@dataclass(frozen=True, slots=True)
class SessionLog:
    """An action log cut into sessions: `session[i]` counts from 0, rises with the row, and never spans two persons.

    A pause longer than `idle` seconds ended a session.
    """

    actions: ActionLog
    session: Int32s
    idle: float = 1800.0

    def __len__(self) -> int:
        return int(self.session[-1]) + 1 if len(self.session) else 0


def digest(log: SessionLog, *, besides: str, key: bytes) -> str:
    """A keyed digest of all that a session log holds, in hexadecimal: the same for the same work, and for no other.

    Args:
        log: actions in sessions, with the events that they are made of.
        besides: what else it is to depend on.
        key: the local key, so that nobody without it can try what the log may hold.
    """
    made = hashlib.blake2b(besides.encode(), key=key, digest_size=16)
    for part in _parts(log):
        made.update(part)
    return made.hexdigest()


def _parts(value: Any) -> Iterator[bytes | memoryview]:
    """The bytes of a table: of each of its fields its name, its type and what it holds."""
    if isinstance(value, np.ndarray):
        yield f"{value.dtype}{value.shape}".encode()
        yield np.ascontiguousarray(value).data
    elif is_dataclass(value):
        for one in fields(value):
            yield f"\n{one.name}:".encode()
            yield from _parts(getattr(value, one.name))
    elif isinstance(value, Mapping):
        for name in sorted(value):
            yield f"\n{json.dumps(name)}:".encode()
            yield from _parts(value[name])
    else:  # words and numbers, and tuples and sets of them
        yield json.dumps(sorted(value) if isinstance(value, frozenset) else value).encode()


# ---- sequences of tokens, counted plainly (sequential_patterns)

Token = str | int  # what a step of a trace is called


@dataclass(frozen=True, slots=True)
class Traces:
    """A sequence database: the tokens of every session, in order.

    Trace `i` is `items[start[i]:start[i + 1]]`, ids into `labels`. Where known, `person[i]` is whose trace it is (any number per
    person) and `day[p]` the day of the event at `p` (days since the epoch, UTC; -1 unknown).
    """

    items: Int32s
    start: Ints
    labels: tuple[Token, ...]
    person: Int32s | None = None
    day: Int32s | None = None

    def __len__(self) -> int:
        return len(self.start) - 1


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sequence of tokens and its support (disjoint occurrences, summed over sessions)."""

    tokens: tuple[Token, ...]
    support: int


@dataclass(frozen=True, slots=True)
class PatternSet:
    """Frequent sequences, columnar: the most frequent first, equals in the order of their tokens.

    Pattern `i` has the tokens `items[start[i]:start[i + 1]]`, ids into `labels`. `columns` holds what was asked for besides, one
    entry per pattern: `sessions`, `days`, `people` (counts) and `surprise` (bits). `found` is how many patterns there were
    before the best were kept; it is more than `len` only where a limit was set.
    """

    items: Int32s
    start: Ints
    support: Ints
    labels: tuple[Token, ...]
    found: int
    columns: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.support)

    def tokens(self, index: int) -> tuple[Token, ...]:
        """The tokens of one pattern."""
        return tuple(self.labels[item] for item in self.items[self.start[index] : self.start[index + 1]].tolist())

    def records(self) -> tuple[Pattern, ...]:
        """All patterns as records: for the few that are looked at."""
        return tuple(Pattern(self.tokens(i), support) for i, support in enumerate(self.support.tolist()))

    def to_frame(self) -> pd.DataFrame:
        """A tidy table, one row per pattern: tokens (a tuple), length, support, and the columns asked for."""
        import pandas

        lengths = np.diff(self.start)
        tokens = pandas.Series([self.tokens(i) for i in range(len(self))], dtype=object)
        return pandas.DataFrame({"tokens": tokens, "length": lengths, "support": self.support, **self.columns})

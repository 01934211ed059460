"""Lists, tables, sessions -> Traces -> CodedDatabase: what is to be searched, and the Task that says for what.

A sequence database is a list of traces, a trace a list of tokens (Agrawal and Srikant, ICDE 1995, with single items instead of
itemsets). Engines take it coded: items as numbers, infrequent ones blanked. A task that finds more patterns than its limit ends
with `too_many`, which says how far the search was and what to set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeGuard, cast

import numpy as np
import numpy.typing as npt

from fivetimes.columns import Int32s, Ints, SessionLog, Token, Traces
from fivetimes.errors import MiningError

if TYPE_CHECKING:
    import pandas as pd

Sessions: TypeAlias = "SessionLog | Traces | pd.DataFrame | Sequence[Sequence[Token]]"
Count = Literal["occurrences", "sessions"]
Keep = Literal["all", "closed", "maximal"]

_LEVEL = 1  # level of detail of the tokens that are mined: constants kept, values that vary as placeholders
_DAY = 86_400  # seconds
COLUMNS = ("case", "time", "activity")  # a table of events, in the words of process mining


# ---- what to search for


@dataclass(frozen=True, slots=True)
class Task:
    """What to search for.

    Attributes:
        support: how often a pattern must be seen, at least 1.
        max_gap: foreign actions allowed between two neighbours; 0 adjacent, None any number.
        min_length: tokens that a pattern has at least.
        max_length: and at most.
        count: what support counts: disjoint occurrences, or the sessions that hold one.
        keep: all patterns, the closed, or the maximal ones.
        limit: patterns; a search that finds more is refused.

    Raises:
        MiningError: a value makes no sense.
    """

    support: int
    max_gap: int | None
    min_length: int
    max_length: int
    count: Count
    keep: Keep
    limit: int

    def __post_init__(self) -> None:
        if self.support < 1:
            raise MiningError(f"support is {self.support}, and nothing occurs less than once. Give 1 or more.")
        if self.max_gap is not None and self.max_gap < 0:
            raise MiningError(f"max_gap is {self.max_gap}. Give 0 for adjacent tokens or more, or None for no limit.")
        if not 1 <= self.min_length <= self.max_length:
            raise MiningError(f"lengths from {self.min_length} to {self.max_length} hold nothing. Begin at 1 and rise.")
        if self.count not in ("occurrences", "sessions"):
            raise MiningError(f'count is "{self.count}". Count "occurrences" or "sessions".')
        if self.keep not in ("all", "closed", "maximal"):
            raise MiningError(f'keep is "{self.keep}". Keep "all", "closed" or "maximal".')

    @property
    def by_session(self) -> bool:
        """Whether a session counts once, however often it holds a pattern."""
        return self.count == "sessions"

    @property
    def first_only(self) -> bool:
        """Whether the earliest end in each session is enough to follow: no later one reaches anything more."""
        return self.by_session and self.max_gap is None


def too_many(task: Task, *, found: int, share: float) -> MiningError:
    """The error of a search that found more patterns than its limit: how many, how far it was, what to set.

    Args:
        task: what was asked for.
        found: patterns found before the search ended.
        share: part of the search that was done; 0 where unknown, 1 where it came to its end.

    Example:
        >>> task = Task(5, None, 1, 9, "occurrences", "all", 1000)
        >>> print(too_many(task, found=1000, share=0.01))
        1,000 patterns with only 1.00 % of the search done, so about 100,000 in all, and the limit is 1,000 (support 5, no gap \
limit, up to 9 tokens). Set max_gap to 1 or 2, raise support (10), shorten max_length (4), or raise limit.
    """
    if 0 < share < 1:
        done = f"{found:,} patterns with only {share:.2%} of the search done, so about {_two_digits(found / share):,} in all,"
        done = done.replace("%", " %")
    else:
        done = f"{found:,} patterns{' or more' if share == 0 else ''},"
    gap = "no gap limit" if task.max_gap is None else f"max_gap {task.max_gap}"
    return MiningError(
        f"{done} and the limit is {task.limit:,} (support {task.support}, {gap}, up to {task.max_length} tokens). "
        f"{_remedies(task)}"
    )


def _two_digits(number: float) -> int:
    """Two leading digits: more would be a claim."""
    return int(float(f"{number:.1e}"))


def _remedies(task: Task) -> str:
    remedies = []
    if task.max_gap is None:
        remedies.append("set max_gap to 1 or 2")
    elif task.max_gap > 0:
        remedies.append(f"lower max_gap ({task.max_gap - 1})")
    remedies.append(f"raise support ({2 * task.support})")
    if task.max_length > 2:
        remedies.append(f"shorten max_length ({max(2, task.max_length // 2)})")
    sentence = ", ".join(remedies) + ", or raise limit."
    return sentence[0].upper() + sentence[1:]


# ---- what is searched


@dataclass(frozen=True, slots=True)
class CodedDatabase:
    """A sequence database for the engines: one row per event, infrequent items blanked.

    Attributes:
        items: (events,) ids into `labels`; -1 is a blank, an infrequent item that still takes up room in a gap.
        last: (events,) index of the last event of the same stretch; no occurrence goes beyond it.
        unit: (events,) the session that counts once; rising.
        labels: the frequent tokens, in the order of `sorted_labels`.
        span: how many events ahead a sequence may continue: `max_gap` + 1.
    """

    items: Int32s
    last: Int32s
    unit: Int32s
    labels: tuple[Token, ...]
    span: int


def sorted_labels(labels: Iterable[Token]) -> list[Token]:
    """Labels in the order in which every answer lists them: numbers by size, then text.

    Example:
        >>> sorted_labels(["b", 10, "a", 9])
        [9, 10, 'a', 'b']
    """
    return sorted(labels, key=lambda label: (isinstance(label, str), label))


# ---- whatever holds sequences -> Traces


def traces_of(sessions: Sessions) -> Traces:
    """The sequence database in any of the forms that `mine` takes.

    Raises:
        MiningError: a token is neither text nor a whole number, or a table lacks a column.

    Example:
        >>> traces = traces_of([["build", "test"], ["test"]])
        >>> traces.labels, traces.items.tolist(), traces.start.tolist()
        (('build', 'test'), [0, 1, 1], [0, 2, 3])
    """
    if isinstance(sessions, Traces):
        return sessions
    if isinstance(sessions, SessionLog):
        return _of_sessions(sessions)
    if _is_frame(sessions):
        return _of_frame(sessions)
    return _of_lists(cast("Sequence[Sequence[Token]]", sessions))


def _is_frame(sessions: object) -> TypeGuard[pd.DataFrame]:
    """Whether this is a table of pandas; pandas itself is not loaded for that."""
    return hasattr(sessions, "columns")


def _of_sessions(sessions: SessionLog) -> Traces:
    actions = sessions.actions
    steps = ~actions.context
    session = sessions.session[steps]
    edges = np.arange(len(sessions) + 1)
    day = np.where(actions.timed[steps], actions.clock[steps] // _DAY, -1).astype(np.int32)
    _, first_row = np.unique(sessions.session, return_index=True)
    return Traces(
        items=actions.levels[steps, _LEVEL].astype(np.int32),
        start=np.searchsorted(session, edges),
        labels=actions.labels,
        person=actions.person[first_row],
        day=day,
    )


def _of_lists(sessions: Iterable[Sequence[Token]]) -> Traces:
    ids: dict[Token, int] = {}
    rows = [[ids.setdefault(token, len(ids)) for token in trace] for trace in sessions]
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    items = np.fromiter((item for row in rows for item in row), dtype=np.int32, count=int(lengths.sum()))
    return Traces(items, _starts(lengths), _labels(ids))


def _of_frame(frame: pd.DataFrame) -> Traces:
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise MiningError(f"the table has no column {', '.join(missing)}. Rename its columns to {', '.join(COLUMNS)}.")
    known = frame.dropna(subset=["case", "activity"]).sort_values(["case", "time"], kind="stable")
    codes, labels = known["activity"].factorize()
    case, _ = known["case"].factorize()
    starts = np.searchsorted(case, np.arange(case.max(initial=-1) + 2))
    person = known["person"].factorize()[0][starts[:-1]].astype(np.int32) if "person" in known.columns else None
    return Traces(codes.astype(np.int32), starts, _labels(labels), person=person, day=_days(known["time"]))


def _days(time: pd.Series[Any]) -> Int32s | None:
    """Days since the epoch; None for a column of numbers, whose unit is unknown."""
    if not hasattr(time, "dt"):
        return None
    moments = time.dt.tz_convert("UTC").dt.tz_localize(None) if time.dt.tz is not None else time
    days = moments.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(days), -1, days.astype(np.int64)).astype(np.int32)


def _starts(lengths: npt.NDArray[np.int64]) -> Ints:
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)


def _labels(tokens: Iterable[object]) -> tuple[Token, ...]:
    return tuple(map(_token, tokens))


def _token(token: object) -> Token:
    if isinstance(token, str | int):
        return token
    if isinstance(token, np.integer) or (isinstance(token, float) and token.is_integer()):
        return int(token)  # a column of whole numbers with gaps is one of floats in pandas
    raise MiningError(f"{token!r} is no token: a token is text or a whole number. Turn it into text first.")


# ---- Traces -> CodedDatabase


def encode(traces: Traces, task: Task) -> CodedDatabase:
    """Number the frequent items in the order of their labels; what is infrequent becomes a blank.

    Without a gap limit blanks mean nothing and are left out.

    Args:
        traces: the sequence database.
        task: gives the support from which an item is frequent, and the gap limit.
    """
    unit = np.repeat(np.arange(len(traces), dtype=np.int32), np.diff(traces.start))
    number, labels = _numbering(traces, task.support)
    items = number[traces.items]
    if task.max_gap is None:
        unit, items = unit[items >= 0], items[items >= 0]
    return CodedDatabase(items, stretch_ends(unit), unit, labels, span_of(task.max_gap, len(items)))


def span_of(max_gap: int | None, events: int) -> int:
    """How many events ahead a sequence may continue; more than there are events where gaps have no limit."""
    return events + 1 if max_gap is None else max_gap + 1


def stretch_ends(unit: Int32s) -> Int32s:
    """For every event the index of the last one of its stretch, a run of equal units.

    Example:
        >>> stretch_ends(np.array([4, 4, 7], dtype=np.int32)).tolist()
        [1, 1, 2]
    """
    breaks = np.flatnonzero(np.diff(unit, append=-1) != 0).astype(np.int32)
    return np.repeat(breaks, np.diff(breaks, prepend=-1))


def _numbering(traces: Traces, support: int) -> tuple[Int32s, tuple[Token, ...]]:
    """For every label its number or -1; labels that read the same are one token."""
    often = np.bincount(traces.items, minlength=len(traces.labels))
    named: dict[Token, list[int]] = {}
    for item, label in enumerate(traces.labels):
        named.setdefault(label, []).append(item)
    labels = sorted_labels(label for label, same in named.items() if often[same].sum() >= support)
    number = np.full(len(traces.labels), -1, dtype=np.int32)
    for index, label in enumerate(labels):
        number[named[label]] = index
    return number, tuple(labels)

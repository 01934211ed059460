"""Entries of a text history -> RawBatch: what every shell's history has in common."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt

from fivetimes.config import BATCH_ROWS, ONCE_ENTRIES
from fivetimes.ingest.lines import NAN
from fivetimes.model import Balance, Floats, RawBatch, Source


@dataclass(frozen=True, slots=True)
class Entries:
    """Some entries of a history, in its order: the command, the line where its text starts, seconds since the epoch."""

    texts: Sequence[str]
    lines: Sequence[int]
    times: Sequence[float]
    durations: Sequence[float] | None = None  # seconds


def moments(seconds: Floats) -> Sequence[float]:
    """Seconds since the epoch as a column of a batch; 0 is what writers put where they know no time."""
    return packed(np.where(seconds < 1, NAN, seconds))


def packed(numbers: npt.NDArray[Any]) -> Sequence[Any]:
    """An array of numbers as a sequence that makes an object of a number only where somebody looks at it.

    Example:
        >>> import numpy as np
        >>> packed(np.array([1.5, 2.0]))
        array('d', [1.5, 2.0])
    """
    return array(numbers.dtype.char, numbers.tobytes())


def batches(
    source: Source, balance: Balance, found: Iterable[Entries], *, keeps_repeats: bool, hidden: str | None = " "
) -> Iterator[RawBatch]:
    """Yield what is to be read of a history, and account for the rest.

    Args:
        source: the history.
        balance: its account; one record per entry.
        found: its entries.
        keeps_repeats: whether this kind of history holds a command as often as it was given, if nobody asked otherwise.
        hidden: what a command begins with that is not to be read; None where a blank is an indent and no wish.
    """
    once = None if keeps_repeats else True
    for entries in found:
        balance.records += len(entries.texts)
        if once is None and len(entries.texts) > ONCE_ENTRIES:
            once = len(set(entries.texts)) == len(entries.texts)
        kept = _kept(entries, balance, hidden)
        balance.events += len(kept.texts)
        for start in range(0, len(kept.texts), BATCH_ROWS):
            yield _batch(source, kept, slice(start, start + BATCH_ROWS), deduplicated=bool(once))


def _batch(source: Source, kept: Entries, rows: slice, *, deduplicated: bool) -> RawBatch:
    return RawBatch(
        source.reader,
        source.origin,
        kept.texts[rows],
        line=kept.lines[rows],
        time=kept.times[rows],
        duration=None if kept.durations is None else kept.durations[rows],
        owner=source.person,
        deduplicated=deduplicated,
    )


def _kept(entries: Entries, balance: Balance, hidden: str | None) -> Entries:
    # "!" is the first printing character: what sorts before it is empty or begins with a blank
    if min(entries.texts, default="!") >= "!":
        return entries
    stays = [bool(text) and text[0] != hidden for text in entries.texts]
    for text in compress(entries.texts, (not stay for stay in stays)):
        balance.ignored["leading space" if text else "empty"] += 1
    return Entries(
        list(compress(entries.texts, stays)),
        list(compress(entries.lines, stays)),
        list(compress(entries.times, stays)),
        None if entries.durations is None else list(compress(entries.durations, stays)),
    )

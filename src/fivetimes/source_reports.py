"""What was read of a source -> SourceReport: how much, from when until when, and how much of it has no time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np

from fivetimes.columns import EventLog
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport


def reports_of(sources: Sequence[Source], balances: Sequence[Balance], events: EventLog) -> tuple[SourceReport, ...]:
    """A report of each source of an event log, in the order of the sources.

    Args:
        sources: what was read.
        balances: of each source.
        events: what was kept of all of them.
    """
    reports = []
    for source, balance in zip(sources, balances, strict=True):
        inside = [
            number
            for number, origin in enumerate(events.origins)
            if origin == source.origin or origin.startswith(source.origin.rstrip("/") + "/")
        ]
        times = events.columns["time"][np.isin(events.columns["origin"], inside)]
        known = times[~np.isnan(times)]
        first, last = (known.min(), known.max()) if len(known) else (np.nan, np.nan)
        lossy = any(number in events.deduplicated for number in inside)
        untimed = len(times) - len(known)
        gone = sum(events.remembered.get(events.origins[number], 0) for number in inside)
        reports.append(SourceReport(source, balance, _moment(first), _moment(last), lossy, untimed, remembered=gone))
    return tuple(reports)


def report_of(source: Source, balance: Balance, batches: Iterable[RawBatch]) -> SourceReport:
    """A report of one source by its rows, of which nothing is kept.

    Args:
        source: what is read.
        balance: of the source; its reader fills it while the batches are taken.
        batches: the rows.
    """
    lossy, untimed, ends_untimed = False, 0, False
    first, last = np.inf, -np.inf
    for batch in batches:
        times = np.full(len(batch.text), np.nan) if batch.time is None else np.asarray(batch.time, dtype=np.float64)
        known = times[~np.isnan(times)]
        untimed += len(times) - len(known)
        first, last = min(first, known.min(initial=np.inf)), max(last, known.max(initial=-np.inf))
        lossy |= batch.deduplicated
        ends_untimed = bool(np.isnan(times[-1])) if len(times) else ends_untimed
    timed = last >= first
    return SourceReport(
        source,
        balance,
        _moment(first) if timed else None,
        _moment(last) if timed else None,
        lossy,
        untimed,
        ends_untimed,
    )


def _moment(seconds: float) -> datetime | None:
    return None if np.isnan(seconds) else datetime.fromtimestamp(seconds, UTC)

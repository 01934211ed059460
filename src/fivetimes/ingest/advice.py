"""What was read of a source -> sentences that help: what was not read, what its program loses, and the setting that keeps it."""

from __future__ import annotations

from collections.abc import Iterator

from fivetimes.ingest.registry import READERS
from fivetimes.model.sources import SourceReport


def advice_on(report: SourceReport) -> list[str]:
    """Sentences about one source: what was not read of it, then what its reader knows of its program."""
    reader = READERS[report.source.reader]
    return [*_unread(report, repeats_expected=not reader.drops_repeats), *reader.advice(report)]


def _unread(report: SourceReport, *, repeats_expected: bool) -> Iterator[str]:
    balance = report.balance
    if report.deduplicated and repeats_expected:
        yield "No command stands in it twice: repeats were dropped, and counts from here are lower bounds."
    if balance.records and not balance.events + balance.duplicates:
        yield "Nothing that was done could be read in it: no command, no call, no action."
    if balance.bad:
        reasons = ", ".join(f"{reason} ({count:,})" for reason, count in sorted(balance.bad.items()) if count)
        yield f"{balance.bad.total():,} of {balance.records:,} records could not be read: {reasons}."

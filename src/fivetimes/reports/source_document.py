"""SourceReport -> SourceDocument: a source and its balance in plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import NotRequired, TypedDict, cast

from fivetimes.model.sources import SourceReport
from fivetimes.reports.figures import ReaderBalance
from fivetimes.words import iso


class SourceDocument(TypedDict):
    """A source and its balance; `untimed` and `advice` stand in what `sources --json` writes."""

    reader: str
    origin: str
    first: str | None
    last: str | None
    deduplicated: bool
    records: int
    events: int
    ignored: dict[str, int]
    duplicates: int
    bad: dict[str, int]
    held_back: int
    remembered: int
    untimed: NotRequired[int]
    advice: NotRequired[list[str]]


class SourcesDocument(TypedDict):
    """The output of `fivetimes sources --json`."""

    schema: int
    sources: list[SourceDocument]
    skipped: list[str]


class ReaderDocument(TypedDict):
    """The balance of all sources of a reader; `deduplicated` counts sources that keep each text once."""

    reader: str
    sources: int
    records: int
    events: int
    duplicates: int
    held_back: int
    ignored: dict[str, int]
    bad: dict[str, int]
    deduplicated: int


def reader_document(balance: ReaderBalance) -> ReaderDocument:
    """All sources of one reader together."""
    return cast(ReaderDocument, {**asdict(balance), "ignored": dict(balance.ignored), "bad": dict(balance.bad)})


def sources_document(
    reports: Sequence[SourceReport], advice: Sequence[Sequence[str]], skipped: Sequence[str]
) -> SourcesDocument:
    """The output of `fivetimes sources --json`: each source with its balance and its advice."""
    described: list[SourceDocument] = [
        {**source_document(report), "untimed": report.untimed, "advice": list(sentences)}
        for report, sentences in zip(reports, advice, strict=True)
    ]
    return {"schema": 1, "sources": described, "skipped": list(skipped)}


def source_document(report: SourceReport) -> SourceDocument:
    """One source, as report.json has it."""
    balance = report.balance
    return {
        "reader": report.source.reader,
        "origin": report.source.origin,
        "first": iso(report.first),
        "last": iso(report.last),
        "deduplicated": report.deduplicated,
        "records": balance.records,
        "events": balance.events,
        "ignored": dict(sorted(balance.ignored.items())),
        "duplicates": balance.duplicates,
        "bad": dict(sorted(balance.bad.items())),
        "held_back": balance.held_back,
        "remembered": report.remembered,
    }

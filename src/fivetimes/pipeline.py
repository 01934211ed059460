"""Request -> Scan: ingest -> redact -> deduplicate -> align -> normalise -> segment -> find routines.

`run` is the whole way on one page; what it calls stands below it in the order in which it acts. Nothing is kept and nothing of our
own is read here: `workspace.py` does the same with our own files, the package `review` leads from a candidate to its draft and to a
decision.

What acts is imported by the function that calls it: `status` needs the last scan, and nothing that makes one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fivetimes.config import IDLE, Search, SearchEngine, Team
from fivetimes.errors import FivetimesError
from fivetimes.model.scans import Scan
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport
from fivetimes.scan_requests import Request, of_team, own_addresses

if TYPE_CHECKING:
    from fivetimes import eventlog, ingest, routines
    from fivetimes.columns import EventLog, SessionLog, Traces
    from fivetimes.redaction import Known

Tick = Callable[[str, float], None]  # (stage, share of it that is done)


def quiet(_stage: str, _share: float) -> None:
    """No one is watching."""


# ---- the whole way


def run(
    request: Request,
    *,
    key: bytes,
    tick: Tick = quiet,
    approved: frozenset[str] = frozenset(),
    histories: int = 0,
    remembered: eventlog.Remembered | None = None,
) -> Scan:
    """Scan: read, redact, and find the routines.

    Args:
        request: what to scan.
        key: the local key of pseudonyms and digests.
        tick: called with the stage and the share of it done.
        approved: names that a person said yes to.
        histories: made-up histories of each sort that are searched as well, to see what chance gives.
        remembered: what memory holds of these sources.
    """
    read = gather(request, key=key, tick=tick, approved=approved, remembered=remembered)
    return searched(read, request, tick=tick, histories=histories)


def searched(read: Gathered, request: Request, *, tick: Tick = quiet, histories: int = 0) -> Scan:
    """The scan of what was read, with the routines in it.

    Args:
        read: what was read.
        request: for the rule and the engine.
        tick: called with the stage and the share of it done.
        histories: as in `run`.
    """
    from fivetimes import routines

    found = routines.find_routines(
        read.sessions,
        rule=request.team.rule,
        search=Search(),
        engine=_engine(request.engine, tick),
        histories=histories,
        tick=partial(tick, "searching chance histories"),
    )
    return replace(
        read.scan,
        candidates=tuple(found.candidates),
        suppressed=found.suppressed,
        chance=found.chance,
        trace=found.trace,
    )


# ---- what was read


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read of a request: the sessions, and the scan of them; of `gather` one in which nothing is found yet."""

    sessions: SessionLog
    scan: Scan


def gather(
    request: Request,
    *,
    key: bytes,
    tick: Tick = quiet,
    approved: frozenset[str] = frozenset(),
    remembered: eventlog.Remembered | None = None,
) -> Gathered:
    """Read and redact, as far as to the sessions; the arguments are those of `run`."""
    return gathered(opened(request, tick=tick, approved=approved, remembered=remembered), key=key, tick=tick)


def gathered(reading: Opened, *, key: bytes, tick: Tick) -> Gathered:
    """Redact what is read, as far as to the sessions."""
    from fivetimes import eventlog, routines
    from fivetimes.source_reports import reports_of

    request, events = reading.request, redacted(reading, key=key)
    tick("finding steps", 0.0)
    timed = timeline(events, request.team)
    looked_at, confined = (timed, None) if request.span is None else eventlog.within(timed, request.span)
    sessions = segmented(looked_at, request.team)
    scan = Scan(
        candidates=(),
        suppressed=(),
        sources=reports_of(request.sources, reading.balances, events),
        redactions=events.redactions,
        skipped=(*request.skipped, *reading.unread, *_all_bad(request.sources, reading.balances)),
        rule=request.team.rule,
        events=len(sessions.actions.events),
        actions=len(sessions.actions),
        sessions=len(sessions),
        persons=eventlog.people_in(looked_at),
        varied=eventlog.varied_programs(events),
        shared_names=eventlog.names_of_several(events),
        public_aliases=tuple(sorted(events.origins[number] for number in events.public_aliases)),
        compositions=routines.compositions(sessions.actions),
        confined=confined,
    )
    return Gathered(sessions, scan)


@dataclass(frozen=True, slots=True)
class Opened:
    """What is read of a request, row by row as it is asked for, and all besides that decides how it is redacted.

    `balances` and `unread` are whole when the last batch was taken. `own`: the addresses of whoever runs this.
    """

    request: Request
    batches: Iterator[RawBatch]
    balances: Sequence[Balance]
    unread: Sequence[str]
    known: Known
    own: Sequence[str]
    aliases: Callable[[str], Mapping[str, str]]
    remembered: eventlog.Remembered | None


def opened(
    request: Request,
    *,
    tick: Tick = quiet,
    approved: frozenset[str] = frozenset(),
    remembered: eventlog.Remembered | None = None,
) -> Opened:
    """What is read of a request; nothing is until its first batch is asked for. The arguments are those of `run`."""
    from fivetimes import ingest

    balances, unread = [Balance() for _ in request.sources], list[str]()
    return Opened(
        request,
        ingested(request, balances, unread, tick),
        balances,
        unread,
        ingest.known_here(request.sources, os.environ, approved=approved),
        own_addresses(request) if not request.team.persons else (),  # a team says itself who is who
        ingest.aliases_of(request.sources, os.environ, public=_public_aliases),
        remembered,
    )


def _public_aliases(framework: str) -> Mapping[str, str] | None:
    from fivetimes import eventlog  # only where a startup file loads a framework

    return eventlog.PUBLIC_ALIASES.get(framework)


def ingested(
    request: Request, balances: Sequence[Balance], unread: list[str], tick: Tick = quiet
) -> Iterator[RawBatch]:
    """The rows of all sources, without those that their owner does not want read.

    Args:
        balances: of each source; filled as it is read.
        unread: takes a sentence for each source that cannot be read.
    """
    from fivetimes import ingest

    for number, (source, balance) in enumerate(zip(request.sources, balances, strict=True)):
        tick("reading", number / len(request.sources))
        batches = ingest.READERS[source.reader](source, balance)
        yield from _as_far_as_it_goes(ingest.without_ignored(batches, source, balance, request.unwanted), unread)


def _as_far_as_it_goes(batches: Iterator[RawBatch], unread: list[str]) -> Iterator[RawBatch]:
    """The batches of a source; where it ends by a stated problem, its sentence goes to `unread`, and the others are read."""
    try:
        yield from batches
    except FivetimesError as error:
        unread.append(str(error))


def _all_bad(sources: Sequence[Source], balances: Sequence[Balance]) -> Iterator[str]:
    """A sentence for each source that could be opened, and of which no record could be read.

    Where some records are bad, they are counted, and the others are the answer. Where all are, there is none.
    """
    for source, balance in zip(sources, balances, strict=True):
        if balance.records and balance.bad.total() == balance.records:
            reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(balance.bad.items()))
            yield f"{source.origin}: none of its {balance.records:,} records could be read ({reasons}). Mend it, or leave it out."


def redacted(reading: Opened, *, key: bytes) -> EventLog:
    """All that is read, redacted: from here on nobody sees a raw line."""
    from fivetimes import eventlog

    return eventlog.redact(
        reading.batches,
        key=key,
        identify=eventlog.person_resolver(reading.request.team.persons, own=reading.own),
        known=reading.known,
        aliases=reading.aliases,
        remembered=reading.remembered,
    )


def timeline(events: EventLog, team: Team) -> EventLog:
    """From redacted events to each act once, by persons and bots, with the times that can be known."""
    from fivetimes import eventlog

    events = eventlog.mark_bots(events, persons=[person.name for person in team.persons])
    events = eventlog.deduplicate(events)
    return eventlog.align(events, reach=(team.idle or IDLE).total_seconds())


def segmented(events: EventLog, team: Team) -> SessionLog:
    """From a timeline to sessions."""
    from fivetimes.actions import normalise
    from fivetimes.sessions import learnt_idle, segment

    actions = normalise(events)
    only_git = set(events.sources) <= {"git", "reflog"}
    return segment(actions, idle=team.idle or (learnt_idle(actions) if only_git else None) or IDLE)


# ---- what looks for routines


def _engine(engine: SearchEngine, tick: Tick) -> routines.Engine:
    """What looks for routines. Here alone meet `routines` and `sequential_patterns`."""
    from fivetimes import routines

    if engine is SearchEngine.PREFIXSPAN:
        return routines.FixedSequences(_frequent)

    def searching(share: float) -> None:
        tick("searching", share)
        if share >= 1.0:
            tick("scoring what was found", 0.0)

    return routines.SeedAndGrow(searching)


def _frequent(sessions: SessionLog) -> list[tuple[int, ...]]:
    """The most frequent sequences of the classic miner, the best first."""
    from fivetimes import sequential_patterns

    traces = sequential_patterns.traces_of(sessions)
    return [
        tokens for tokens, _ in sequential_patterns.prefixspan_baseline(traces, most=100, min_length=3, max_length=8)
    ]


# ---- what was read of each source


def survey(request: Request) -> tuple[list[SourceReport], list[str]]:
    """Read every source, keep nothing of it, and report what is in it; and sentences for what cannot be read."""
    reports, unread = [], list(request.skipped)
    for source in request.sources:
        before = len(unread)
        report = _surveyed(source, request.unwanted, unread)
        if (
            report.balance.records or len(unread) == before
        ):  # of one that ends in the middle there is something to report
            reports.append(report)
    return reports, unread


def _surveyed(source: Source, unwanted: ingest.IgnoreRules, unread: list[str]) -> SourceReport:
    from fivetimes import ingest
    from fivetimes.source_reports import report_of

    balance = Balance()
    found = ingest.without_ignored(ingest.READERS[source.reader](source, balance), source, balance, unwanted)
    return report_of(source, balance, _as_far_as_it_goes(found, unread))


def advice(reports: Sequence[SourceReport]) -> list[list[str]]:
    """For each source, sentences that help."""
    from fivetimes import ingest

    return [ingest.advice_on(report) for report in reports]


# ---- what else is made of the same sessions


def sessions(request: Request, *, key: bytes) -> SessionLog:
    """All work, cut into sessions: what routines are looked for in."""
    return segmented(timeline(redacted(opened(request), key=key), request.team), request.team)


def sequences(request: Request, *, key: bytes) -> Traces:
    """The steps of each session in order, navigation left out: what frequent sequences are counted in."""
    from fivetimes import sequential_patterns

    return sequential_patterns.traces_of(sessions(request, key=key))


def scan_team(path: Path) -> Scan:
    """Scan a team without keeping anything: for notebooks and tests. The key is made for this call alone."""
    return run(of_team(path), key=os.urandom(32))

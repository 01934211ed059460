"""Sources -> the routines in them: ingest -> redact -> deduplicate -> align -> normalise -> segment -> find routines -> Scan.

`run` is the whole way on one page; what it calls stands below it in the order in which it acts. `scan` does the same with our own
files: the key, the names that were approved, the last scan. The package `review` leads from a candidate to its draft and to a
decision.

What acts is imported by the function that calls it: `status` needs the last scan, and nothing that makes one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivetimes import identity, store
from fivetimes.config import IDLE, Search, SearchEngine, Team, columns_of, home_of_person, load
from fivetimes.errors import FivetimesError, NothingRead
from fivetimes.model.candidates import Candidate
from fivetimes.model.scans import Scan, SearchedWork
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport
from fivetimes.model.spans import Span
from fivetimes.model.trace import Explanation
from fivetimes.words import id_of

if TYPE_CHECKING:
    from fivetimes import eventlog, ingest, memory, routines
    from fivetimes.columns import EventLog, SessionLog, Traces
    from fivetimes.eventlog.unknown import UnknownName
    from fivetimes.redaction import Known

_MAP = "--map="  # begins the line of a request's name that holds what columns are called
_THIS_MACHINE = "this machine"  # the name of a request for whatever is found here
_EVENTS = "--events="  # begins the name of a request for a folder of teams
Tick = Callable[[str, float], None]  # (stage, share of it that is done)


def _quiet(_stage: str, _share: float) -> None:
    """No one is watching."""


def _nothing_ignored() -> ingest.IgnoreRules:
    from fivetimes import ingest

    return ingest.IgnoreRules()


@dataclass(frozen=True, slots=True)
class Request:
    """What to scan: sources, whose they are, and by which rule. `name` is how the store finds its last scan.

    `events` is a folder of teams (`company.py`): their sources are found by those who read them, and none is listed here.
    `discovered`: nobody named the sources, they were found on this machine. `span`: only what was done on these days is looked at;
    a scan of it is never kept, for decisions, later reports and the follow-up are about all that was done.
    """

    name: str
    team: Team
    sources: tuple[Source, ...]
    skipped: tuple[str, ...] = ()
    engine: SearchEngine = SearchEngine.PROFILE
    unwanted: ingest.IgnoreRules = field(default_factory=_nothing_ignored)
    events: Path | None = None
    discovered: bool = False
    span: Span | None = None


# ---- from sources to routines


def run(
    request: Request,
    *,
    key: bytes,
    tick: Tick = _quiet,
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
    return _searched(read, request, tick=tick, histories=histories)


def _searched(
    read: Gathered, request: Request, *, tick: Tick, histories: int, work: str = "", kept: Scan | None = None
) -> Scan:
    """The scan of what was read, with the routines in it.

    Args:
        read: what was read.
        request: for the rule and the engine.
        tick: called with the stage and the share of it done.
        histories: as in `run`.
        work: what `_work_of` says of it; empty where nobody will ask whether it changed, or nobody can say.
        kept: an earlier scan: of the same work it has the same routines, and nothing is searched.
    """
    if work and kept is not None and kept.searched is not None and kept.searched.work == work:
        same = _as_searched(kept, kept.searched.ids)
        return replace(
            read.scan,
            candidates=same.candidates,
            suppressed=kept.suppressed,
            chance=kept.chance,
            trace=same.trace,
            searched=kept.searched,
        )
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
        searched=SearchedWork(work, tuple(one.id for one in found.candidates)) if work else None,
    )


def _as_searched(scan: Scan, ids: Sequence[str]) -> Scan:
    """A kept scan under the ids that the search gave its routines, in their order."""
    return renamed(scan, [replace(one, id=own) for one, own in zip(scan.candidates, ids, strict=True)])


def _work_of(sessions: SessionLog, deciding: Sequence[object] | None, *, key: bytes) -> str:
    """A digest of all that decides what a search of these sessions finds: the work, the settings, and our own code.

    Empty where `_deciding` cannot say it.
    """
    from fivetimes import columns

    return "" if deciding is None else columns.digest(sessions, besides=json.dumps(deciding), key=key)


def _deciding(request: Request, histories: int) -> Sequence[object] | None:
    """What decides, besides what is read, what a scan finds; `histories` as in `run`.

    None where our own code cannot be looked at: nobody knows then whether another version of it searched before.
    """
    code = store.code()
    if code is None:
        return None
    return [_settings(request), asdict(Search()), histories, code, store.libraries()]


def _settings(request: Request) -> dict[str, Any]:
    return {
        "rule": asdict(request.team.rule),
        "idle": str(request.team.idle),
        "persons": [(person.name, sorted(person.emails)) for person in request.team.persons],
        "engine": request.engine,
    }


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was read of a request: the sessions, and the scan of them; of `gather` one in which nothing is found yet."""

    sessions: SessionLog
    scan: Scan


def gather(
    request: Request,
    *,
    key: bytes,
    tick: Tick = _quiet,
    approved: frozenset[str] = frozenset(),
    remembered: eventlog.Remembered | None = None,
) -> Gathered:
    """Read and redact, as far as to the sessions; the arguments are those of `run`."""
    return _gathered(_reading(request, tick=tick, approved=approved, remembered=remembered), key=key, tick=tick)


def _gathered(reading: _ToRedact, *, key: bytes, tick: Tick) -> Gathered:
    from fivetimes import eventlog, routines
    from fivetimes.source_reports import reports_of

    request, events = reading.request, _redacted(reading, key=key)
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
class _ToRedact:
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


def _reading(
    request: Request,
    *,
    tick: Tick = _quiet,
    approved: frozenset[str] = frozenset(),
    remembered: eventlog.Remembered | None = None,
) -> _ToRedact:
    from fivetimes import ingest

    balances, unread = [Balance() for _ in request.sources], list[str]()
    return _ToRedact(
        request,
        _ingested(request, balances, unread, tick),
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


def _digested(reading: _ToRedact, read: ingest.ReadDigest, deciding: Sequence[object]) -> str:
    """A digest of all that decides what a scan finds: of the rows, which have gone by, of what they are redacted with, of the
    settings and of our own code (`_deciding`). Empty where it cannot be known."""
    request, remembered = reading.request, reading.remembered
    read.add([asdict(balance) for balance in reading.balances])
    read.add([*request.skipped, *reading.unread])
    read.add([(one.reader, one.path, one.origin, one.person, one.columns, sorted(one.skip)) for one in request.sources])
    read.add([sorted(names) for names in asdict(reading.known).values()])
    read.add([reading.own, *((origin, reading.aliases(origin)) for origin in sorted(read.origins))])
    if remembered is not None:
        read.add([remembered.tags(""), remembered.people])  # the tag stands for the key of all tags
        read.add([(file, reading.aliases(file.origin)) for file in remembered.files])
    read.add(deciding)
    return read.hexdigest()


def _ingested(
    request: Request, balances: Sequence[Balance], unread: list[str], tick: Tick = _quiet
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


def _redacted(reading: _ToRedact, *, key: bytes) -> EventLog:
    from fivetimes import eventlog

    return eventlog.redact(
        reading.batches,
        key=key,
        identify=eventlog.person_resolver(reading.request.team.persons, own=reading.own),
        known=reading.known,
        aliases=reading.aliases,
        remembered=reading.remembered,
    )


def own_addresses(request: Request) -> list[str]:
    """The addresses under which whoever runs this commits in the repositories of a request, sorted."""
    from fivetimes import ingest

    repositories = [source.path for source in request.sources if source.reader == "git"]
    return sorted({mail for path in repositories for mail in ingest.own_addresses(path)})


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


# ---- with our own files: the key, the last scan


def mark_of(request: Request, folder: Path) -> str:
    """A digest of all that decides what a scan of this request would find, as far as can be seen without reading."""
    from fivetimes import memory

    settings = {
        **_settings(request),
        "unwanted": repr(request.unwanted),
        "approved": sorted(store.approved(folder)),
        "memory": memory.mark(folder),
    }
    return store.fingerprint(request.sources, settings=settings)


def scan(request: Request, *, folder: Path, tick: Tick = _quiet, histories: int = 0) -> Scan:
    """Scan, and keep the result as the last one of its configuration; `histories` as in `run`.

    Of a scan of a span only what was read is kept, so that later commands are about the same sources. Where every row that is read
    is what it was for the kept scan, and all that decides what is made of them, that scan is the answer.

    Raises:
        NothingRead: there is nothing to read, or nothing of it could be read.
    """
    mark = mark_of(request, folder)
    same = _unchanged(request, mark, folder=folder, tick=tick, histories=histories)
    if same is not None:
        return keep(same, request, mark=mark, folder=folder)
    return _scanned(request, mark, folder=folder, tick=tick, histories=histories).scan


def _unchanged(request: Request, mark: str, *, folder: Path, tick: Tick, histories: int) -> Scan | None:
    """The kept scan, as the search gave it, if a new one would find the same; None where something changed, or may have.

    All is read, and nothing is redacted. Where files have other sizes or times, a new scan reads and redacts at once.
    """
    from fivetimes import ingest

    kept = store.saved(name=request.name, folder=folder) if request.span is None else None
    deciding = _deciding(request, histories)
    if kept is None or kept[0] != mark or kept[1].searched is None or deciding is None:
        return None
    read, before = ingest.ReadDigest(store.local_key(folder)), kept[1].searched
    reading = _reading_here(request, folder=folder, tick=tick, read=read)
    for _batch in reading.batches:
        pass
    same = _digested(reading, read, deciding) == before.read != ""
    return _as_searched(kept[1], before.ids) if same else None


def _scanned(request: Request, mark: str, *, folder: Path, tick: Tick, histories: int = 0) -> Gathered:
    if not request.sources:
        raise unread(request, nothing_found(request), folder=folder)
    try:
        read = studied(request, folder=folder, tick=tick, histories=histories)
    except NothingRead as error:
        raise unread(request, error, folder=folder) from error
    if request.span is not None:
        store.keep_last_name(request.name, folder=folder)
        return replace(read, scan=continued(read.scan, request, folder=folder))
    return replace(read, scan=keep(read.scan, request, mark=mark, folder=folder))


def unread(request: Request, error: NothingRead, *, folder: Path) -> NothingRead:
    """The same error; its sentences are kept until something can be read, for what shows the last scan.

    A scan that was kept before stays. Before the first one, the request becomes what later commands are about.
    """
    if error.sentences:
        store.keep_unread(error.sentences, name=request.name, folder=folder)
        if store.last_name(folder) is None:
            store.keep_last_name(request.name, folder=folder)
    return error


def studied(request: Request, *, folder: Path, tick: Tick = _quiet, histories: int = 0) -> Gathered:
    """Scan with our own key, names and memory, and keep nothing but the key; `histories` as in `run`.

    Where the redacted work is what it was in the kept scan, its routines are those of that scan.

    Raises:
        NothingRead: nothing could be read.
    """
    from fivetimes import ingest

    read = ingest.ReadDigest(store.local_key(folder))
    reading = _reading_here(request, folder=folder, tick=tick, read=read)
    all_work = _work(reading, folder=folder, tick=tick)
    deciding = _deciding(request, histories)
    state = _work_of(all_work.sessions, deciding, key=store.local_key(folder))
    kept = store.saved(name=request.name, folder=folder)
    before = kept[1] if kept is not None else None
    found = _searched(all_work, request, tick=tick, histories=histories, work=state, kept=before)
    if deciding is not None and found.searched is not None:
        found = replace(found, searched=replace(found.searched, read=_digested(reading, read, deciding)))
    return Gathered(all_work.sessions, found)


def work(request: Request, *, folder: Path, tick: Tick = _quiet) -> Gathered:
    """Read with our own key, names and memory: all work that a scan of this request would look at.

    Raises:
        NothingRead: nothing could be read.
        FivetimesError: the request is for a folder of teams.
    """
    return _work(_reading_here(request, folder=folder, tick=tick), folder=folder, tick=tick)


def _work(reading: _ToRedact, *, folder: Path, tick: Tick) -> Gathered:
    read = _gathered(reading, key=store.local_key(folder), tick=tick)
    found = read.scan
    is_read = any(report.balance.records > report.balance.bad.total() for report in found.sources)
    if found.skipped and not found.events and not is_read:
        raise NothingRead("nothing could be read. " + " ".join(found.skipped), found.skipped)
    return read


def _reading_here(request: Request, *, folder: Path, tick: Tick, read: ingest.ReadDigest | None = None) -> _ToRedact:
    """What is read with our own names and memory; `read` takes the rows as they go by."""
    from fivetimes import memory

    if request.events is not None:
        raise FivetimesError(
            f"{request.events}: it is read team by team, never as a whole. Name a team: --config TEAM/fivetimes.toml"
        )
    unread, remembered = list[str](), None
    if memory.begun(folder):
        people = (word for person in request.team.persons for word in (person.name, *person.emails))
        remembered = memory.remembered(
            request.sources, home=folder, people=people, others=request.discovered, unread=unread
        )
    made = _reading(
        replace(request, skipped=(*request.skipped, *unread)),
        tick=tick,
        approved=store.approved(folder),
        remembered=remembered,
    )
    return made if read is None else replace(made, batches=read.watched(made.batches))


def continued(result: Scan, request: Request, *, folder: Path) -> Scan:
    """The scan with the ids that its routines had before, in whatever was scanned here; nothing is kept."""
    kept = store.saved(name=request.name, folder=folder)
    before = kept[1].candidates if kept is not None else ()
    found = identity.continued(result.candidates, before, store.identities(folder))
    return renamed(result, found)


def renamed(scan: Scan, candidates: Sequence[Candidate]) -> Scan:
    """The scan with the same candidates under other ids; what became of each sequence names them likewise."""
    ids = {now.id: other.id for now, other in zip(scan.candidates, candidates, strict=True)}
    return replace(scan, candidates=tuple(candidates), trace=scan.trace.renamed(ids))


def keep(result: Scan, request: Request, *, mark: str, folder: Path) -> Scan:
    """Keep a scan as the last one of its request; returns it with the ids that its routines had before.

    Args:
        result: what was found.
        request: what was scanned.
        mark: the state of its sources before they were read (`mark_of`).
        folder: our own folder.
    """
    result = continued(result, request, folder=folder)
    store.save(result, name=request.name, mark=mark, folder=folder)
    store.keep_identities((identity.identity(one.id, one.steps) for one in result.candidates), folder=folder)
    return result


def last_scan(request: Request, *, folder: Path, tick: Tick = _quiet) -> Scan:
    """The last scan of a configuration while its sources are what they were; else a new one, as of a span always.

    A scan of a folder of teams is made anew only by `fivetimes scan`: to see whether anything changed is work for many machines.

    Raises:
        FivetimesError: nothing is kept of a folder of teams, or a span of it is asked for.
    """
    return last_work(request, folder=folder, tick=tick)[0]


def last_work(request: Request, *, folder: Path, tick: Tick = _quiet) -> tuple[Scan, Gathered | None]:
    """As `last_scan`, with what was read for a new one, so that nobody reads it again; None where the kept scan still holds.

    Raises:
        FivetimesError: as `last_scan`.
    """
    if request.events is not None and request.span is not None:
        raise FivetimesError(
            f"{request.events}: --since and --until are for one team. Name one: --config TEAM/fivetimes.toml"
        )
    kept = store.saved(name=request.name, folder=folder)
    if request.events is not None:
        if kept is None:
            raise FivetimesError(f"{request.events}: no scan of it is kept. Run: fivetimes scan --events FOLDER")
        return kept[1], None
    mark = mark_of(request, folder)
    if request.span is None and kept is not None and kept[0] == mark:
        return kept[1], None
    read = _scanned(request, mark, folder=folder, tick=tick)
    return read.scan, read


def known_scan(config: Path | None, *, here: Path, folder: Path) -> Scan | None:
    """The last scan of what `requested` would name, as it was; None when there is none. Nothing is read anew."""
    name = _known_name(config, here=here, folder=folder)
    kept = store.saved(name=name, folder=folder) if name is not None else None
    return kept[1] if kept is not None else None


def known_unread(config: Path | None, *, here: Path, folder: Path) -> tuple[str, ...]:
    """Sentences for what could not be read when it was tried last, by what is kept. Nothing is read anew."""
    name = _known_name(config, here=here, folder=folder)
    nothing = store.kept_unread(name=name, folder=folder) if name is not None else ()
    known = known_scan(config, here=here, folder=folder)
    return nothing or (known.skipped if known is not None else ())


def _known_name(config: Path | None, *, here: Path, folder: Path) -> str | None:
    named = config or (here / "fivetimes.toml" if (here / "fivetimes.toml").is_file() else None)
    return str(named.resolve()) if named is not None else store.last_name(folder)


# ---- memory


def collect(request: Request, *, folder: Path) -> memory.Collected:
    """Add what is new in the sources to memory; by the team's retention, forget what is too old."""
    from fivetimes import memory

    keep = request.team.keep
    return memory.collect(
        request.sources,
        home=folder,
        unwanted=request.unwanted,
        keep=None if keep is None else keep.total_seconds(),
    )


def forget(
    folder: Path,
    *,
    before: float | None,
    source: Path | None,
    person: str | None,
    everything: bool,
    config: Path | None,
) -> int:
    """Delete from memory for good, and the scans that were kept with it: they hold what is to be forgotten. Gives how many events.

    Args:
        folder: our own.
        before: seconds since the epoch.
        source: a file, or a folder with all below it.
        person: by the name of the configuration, with all their addresses.
        everything: all of memory, and its key.
        config: a fivetimes.toml; None: the one in this folder, if there is one.
    """
    from fivetimes import memory

    here = Path("fivetimes.toml")
    named = config or (here if here.is_file() else None)
    known = load(named).persons if named is not None else ()
    words = [word for one in known if one.name == person for word in (one.name, *one.emails)]
    gone = memory.forget(
        folder, before=before, source=source, person=words or ([person] if person else []), everything=everything
    )
    store.forget_scans(folder)
    return gone


# ---- one candidate


def candidate_of(scan: Scan, name: str) -> Candidate:
    """The candidate with this id, or the only one whose id begins so.

    Raises:
        UnknownId: there is none, or several begin so.
    """
    found = id_of(name, (c.id for c in scan.candidates), otherwise="none: the last scan found no routine")
    return next(c for c in scan.candidates if c.id == found)


# ---- what else is made of the same sessions


def explain(scan: Scan, asked: str, *, folder: Path) -> Explanation:
    """What became of a candidate (by its id) or of actions, as labels have them or as they are typed.

    Args:
        scan: the last one.
        asked: as for `routines.explain`; own programs, scripts and public aliases may stand as one types them.
        folder: of our own state, with the key of the pseudonyms.

    Raises:
        UnknownId: as there.
    """
    from fivetimes import eventlog, redaction, routines
    from fivetimes.shell.programs import name_of

    pseudonyms = redaction.Pseudonyms(store.local_key(folder))

    def spellings(step: str) -> Iterator[str]:
        meant = eventlog.expanded(step, eventlog.PUBLIC_ALIASES["oh-my-zsh"])
        for command in dict.fromkeys((step, meant)):
            program, _, rest = command.partition(" ")
            yield command
            named = f"{name_of(program, grammar=redaction.public())} {rest}".strip()
            yield from redaction.typed_labels(named, pseudonyms=pseudonyms)

    return routines.explain(scan.trace, asked, listed=scan.suppressed, spellings=spellings)


def sessions(request: Request, *, key: bytes) -> SessionLog:
    """All work, cut into sessions: what routines are looked for in."""
    return segmented(timeline(_redacted(_reading(request), key=key), request.team), request.team)


def sequences(request: Request, *, key: bytes) -> Traces:
    """The steps of each session in order, navigation left out: what frequent sequences are counted in."""
    from fivetimes import sequential_patterns

    return sequential_patterns.traces_of(sessions(request, key=key))


def scan_team(path: Path) -> Scan:
    """Scan a team without keeping anything: for notebooks and tests. The key is made for this call alone."""
    return run(of_team(path), key=os.urandom(32))


# ---- since when


def compared(scan: Scan, request: Request, *, at: datetime, since: date | None, folder: Path) -> Scan:
    """A scan with what has changed since an earlier report of its request; None changed where there is no report to compare with.

    A scan of a span is compared with none: what is not in it is not gone.

    Args:
        scan: as people decided.
        request: what was scanned.
        at: now; a report of the same day is this one in another form.
        since: the last report by then, or the first one where that is later; None: the last one.
        folder: our own folder.
    """
    if request.span is not None:
        return scan
    earlier = [one for one in store.baselines(name=request.name, folder=folder) if one.at.date() < at.date()]
    until = earlier if since is None else [one for one in earlier if one.at.date() <= since]
    before = until[-1] if until else next(iter(earlier), None)
    changes = None if before is None else identity.compared(scan, before, places=_places(scan))
    return replace(scan, changes=changes)


def keep_report(scan: Scan, request: Request, *, at: datetime, folder: Path) -> None:
    """Keep what a report shows of a scan, for later reports to be compared with; of a span nothing."""
    if request.span is not None:
        return
    store.keep_baseline(identity.baseline(scan, places=_places(scan), at=at), name=request.name, folder=folder)


def _places(scan: Scan) -> dict[str, str]:
    """Of each origin of a source its path, whichever way it was typed."""
    return {report.source.origin: os.path.realpath(report.source.path) for report in scan.sources}


# ---- a file for its owner


def write_report(path: Path, text: str) -> None:
    """Write a report that only its owner may read."""
    store.write_all({path.name: text}, directory=path.parent, private=True)


# ---- names that nobody knows


def unknown_names(request: Request, *, folder: Path) -> list[UnknownName]:
    """Names in program and script position that are in no vocabulary, read now and kept nowhere; for a terminal alone.

    Raises:
        FivetimesError: the request is for a folder of teams.
    """
    from fivetimes import eventlog, ingest

    if request.events is not None:
        raise FivetimesError(
            f"{request.events}: names are asked for team by team. Name one: --config TEAM/fivetimes.toml"
        )
    known = ingest.known_here(request.sources, os.environ, approved=store.approved(folder))
    return eventlog.unknown_names(_ingested(request, [Balance() for _ in request.sources], []), known=known)


def approve(words: Sequence[str], *, folder: Path) -> None:
    """Keep names that a person said yes to; from the next scan on they stand as they are."""
    store.approve(words, folder=folder)


# ---- what to scan


def _unwanted(team: Team, environ: Mapping[str, str], home: Path) -> ingest.IgnoreRules:
    from fivetimes import ingest

    return ingest.ignore_rules(
        environ, root=team.root, home=home, histignore=team.histignore, history_ignore=team.history_ignore
    )


def from_config(path: Path, *, engine: SearchEngine = SearchEngine.PROFILE) -> Request:
    """A team, as a `fivetimes.toml` describes it; where that names no source, this machine, by its settings."""
    from fivetimes import ingest

    named = of_team(path, engine=engine)
    if named.team.persons or named.team.repositories:
        return named
    found, skipped = ingest.discover(home_of_person(), Path(os.path.abspath(path)).parent, os.environ)
    return replace(named, sources=tuple(found), skipped=tuple(skipped), discovered=True)


def of_team(path: Path, *, engine: SearchEngine = SearchEngine.PROFILE) -> Request:
    """A team with the sources that its `fivetimes.toml` names, and no others."""
    from fivetimes import ingest

    team = load(path)
    found, skipped = ingest.sources(team)
    unwanted = _unwanted(team, os.environ, home_of_person())
    return Request(str(path.resolve()), team, _anywhere(found), tuple(skipped), engine, unwanted)


def from_events(folder: Path, *, engine: SearchEngine = SearchEngine.PROFILE) -> Request:
    """A folder of teams, one sub-folder each; a `fivetimes.toml` beside them has the rule for all.

    Raises:
        FivetimesError: there is no such folder, or its `fivetimes.toml` names sources: then it is a team, and no folder of teams.
    """
    if not folder.is_dir():
        raise FivetimesError(f"{folder}: there is no such folder. Name one that has a sub-folder for each team.")
    path = folder / "fivetimes.toml"
    team = load(path) if path.is_file() else Team(root=folder)
    if team.persons or team.repositories:
        raise FivetimesError(
            f"{path}: it names sources, so this folder is one team. Name the folder above, or use --config."
        )
    return Request(f"{_EVENTS}{folder.resolve()}", team, (), engine=engine, events=folder)


def from_paths(paths: Sequence[Path], *, columns: str = "", engine: SearchEngine = SearchEngine.PROFILE) -> Request:
    """Files, folders and repositories named one by one.

    Args:
        paths: what was named.
        columns: what generic logs among them call their fields, as `person=user,time=ts,action=activity`.
        engine: what looks for routines.

    Raises:
        ConfigError: there is no such field.
    """
    from fivetimes import ingest

    pairs = [pair.partition("=") for pair in columns.split(",") if pair.strip()]
    called = columns_of("--map", {field.strip(): column.strip() for field, _, column in pairs})
    found, skipped = ingest.named(paths, columns=called)
    named = sorted({str(path.resolve()) for path in paths})  # whichever way they were typed, and in whatever order
    name = "\n".join([*named, *([_MAP + columns] if called else ())])
    team = Team(root=Path())
    return Request(name, team, _anywhere(found), tuple(skipped), engine, _unwanted(team, os.environ, home_of_person()))


def _anywhere(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The sources by full paths: a kept scan is read again from whatever folder the next command is typed in."""
    return tuple(replace(source, path=source.path.absolute()) for source in sources)


def from_machine(
    environ: Mapping[str, str], *, home: Path, here: Path, engine: SearchEngine = SearchEngine.PROFILE
) -> Request:
    """The histories, agent logs and repository found on this machine."""
    from fivetimes import ingest

    team, (found, skipped) = Team(root=here), ingest.discover(home, here, environ)
    unwanted = _unwanted(team, environ, home)
    return Request(_THIS_MACHINE, team, tuple(found), tuple(skipped), engine, unwanted, discovered=True)


def requested(config: Path | None, *, environ: Mapping[str, str], home: Path, here: Path, folder: Path) -> Request:
    """What `show`, `draft` and `report` are about: the named configuration, the one in this folder, or the last scan.

    Raises:
        FivetimesError: nothing was scanned yet.
    """
    if config is not None:
        return from_config(config)
    if (here / "fivetimes.toml").is_file():
        return from_config(here / "fivetimes.toml")
    name = store.last_name(folder)
    if name is None:
        raise FivetimesError("nothing was scanned yet. Run: fivetimes scan")
    if name.startswith(_EVENTS):
        return from_events(Path(name.removeprefix(_EVENTS)))
    if name == _THIS_MACHINE:
        return from_machine(environ, home=home, here=here)
    paths = [Path(line) for line in name.split("\n") if not line.startswith(_MAP)]
    columns = next((line.removeprefix(_MAP) for line in name.split("\n") if line.startswith(_MAP)), "")
    return from_config(paths[0]) if paths[0].suffix == ".toml" else from_paths(paths, columns=columns)


# ---- before anything is read


def _size_text(size: int) -> str:
    """A number of bytes as text, the small ones in kB: a history is not 0.0 MB.

    Example:
        >>> _size_text(9_164), _size_text(1_234_567_890)
        ('9.2 kB', '1,234.6 MB')
    """
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"


def sizes(request: Request) -> list[tuple[str, str]]:
    """(size on disk, last change) of each source, as text."""
    from fivetimes.ingest.formats.budget import size_on_disk

    found = []
    for source in request.sources:
        changed = datetime.fromtimestamp(source.path.stat().st_mtime, UTC)
        found.append((_size_text(size_on_disk(source.path)), changed.strftime("%Y-%m-%d")))
    return found


def nothing_found(request: Request) -> NothingRead:
    """The error for a scan that has nothing to read."""
    if request.skipped:
        return NothingRead("nothing to read. " + " ".join(request.skipped), request.skipped)
    return NothingRead(
        "nothing to read: no shell history, agent log or repository was found here. Name one: fivetimes scan PATH"
    )

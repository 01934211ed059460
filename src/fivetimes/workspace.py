"""Request -> Scan, with our own files: the local key, the names that were approved, memory, the last scan, and the last report.

What `pipeline.py` does without any of them. A scan whose rows and settings are those of the kept one is the kept one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivetimes import atomic, identity, pipeline, store
from fivetimes.config import Search, load
from fivetimes.errors import FivetimesError, NothingRead
from fivetimes.model.candidates import Candidate
from fivetimes.model.scans import Scan, SearchedWork
from fivetimes.model.sources import Balance
from fivetimes.model.trace import Explanation
from fivetimes.pipeline import Gathered, Opened, Tick, quiet
from fivetimes.scan_requests import Request, nothing_found
from fivetimes.words import id_of

if TYPE_CHECKING:
    from fivetimes import ingest, memory
    from fivetimes.columns import SessionLog
    from fivetimes.eventlog.unknown import UnknownName


# ---- a scan, kept


def scan(request: Request, *, folder: Path, tick: Tick = quiet, histories: int = 0) -> Scan:
    """Scan, and keep the result as the last one of its configuration; `histories` as in `pipeline.run`.

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


def studied(request: Request, *, folder: Path, tick: Tick = quiet, histories: int = 0) -> Gathered:
    """Scan with our own key, names and memory, and keep nothing but the key; `histories` as in `pipeline.run`.

    Where the redacted work is what it was in the kept scan, its routines are those of that scan.

    Raises:
        NothingRead: nothing could be read.
    """
    from fivetimes import ingest

    read = ingest.ReadDigest(store.local_key(folder))
    reading = _reading_here(request, folder=folder, tick=tick, read=read)
    all_work = _work(reading, folder=folder, tick=tick)
    deciding = _deciding(request, histories)
    state = _state_of(all_work.sessions, deciding, key=store.local_key(folder))
    kept = store.saved(name=request.name, folder=folder)
    before = kept[1] if kept is not None else None
    found = _searched(all_work, request, tick=tick, histories=histories, state=state, kept=before)
    if deciding is not None and found.searched is not None:
        found = replace(found, searched=replace(found.searched, read=_digested(reading, read, deciding)))
    return Gathered(all_work.sessions, found)


def _searched(read: Gathered, request: Request, *, tick: Tick, histories: int, state: str, kept: Scan | None) -> Scan:
    """The scan of what was read; of the same work a kept scan has the same routines, and nothing is searched.

    Args:
        read: what was read.
        request: for the rule and the engine.
        tick: called with the stage and the share of it done.
        histories: as in `pipeline.run`.
        state: what `_state_of` says of the work; empty where nobody can say whether it changed.
        kept: an earlier scan.
    """
    if state and kept is not None and kept.searched is not None and kept.searched.work == state:
        same = _as_searched(kept, kept.searched.ids)
        return replace(
            read.scan,
            candidates=same.candidates,
            suppressed=kept.suppressed,
            chance=kept.chance,
            trace=same.trace,
            searched=kept.searched,
        )
    found = pipeline.searched(read, request, tick=tick, histories=histories)
    ids = tuple(one.id for one in found.candidates)
    return replace(found, searched=SearchedWork(state, ids) if state else None)


def work(request: Request, *, folder: Path, tick: Tick = quiet) -> Gathered:
    """Read with our own key, names and memory: all work that a scan of this request would look at.

    Raises:
        NothingRead: nothing could be read.
        FivetimesError: the request is for a folder of teams.
    """
    return _work(_reading_here(request, folder=folder, tick=tick), folder=folder, tick=tick)


def _work(reading: Opened, *, folder: Path, tick: Tick) -> Gathered:
    read = pipeline.gathered(reading, key=store.local_key(folder), tick=tick)
    found = read.scan
    is_read = any(report.balance.records > report.balance.bad.total() for report in found.sources)
    if found.skipped and not found.events and not is_read:
        raise NothingRead("nothing could be read. " + " ".join(found.skipped), found.skipped)
    return read


def _reading_here(request: Request, *, folder: Path, tick: Tick, read: ingest.ReadDigest | None = None) -> Opened:
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
    made = pipeline.opened(
        replace(request, skipped=(*request.skipped, *unread)),
        tick=tick,
        approved=store.approved(folder),
        remembered=remembered,
    )
    return made if read is None else replace(made, batches=read.watched(made.batches))


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


def _as_searched(scan: Scan, ids: Sequence[str]) -> Scan:
    """A kept scan under the ids that the search gave its routines, in their order."""
    return renamed(scan, [replace(one, id=own) for one, own in zip(scan.candidates, ids, strict=True)])


# ---- what decides what a scan finds


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


def _settings(request: Request) -> dict[str, Any]:
    return {
        "rule": asdict(request.team.rule),
        "idle": str(request.team.idle),
        "persons": [(person.name, sorted(person.emails)) for person in request.team.persons],
        "engine": request.engine,
    }


def _state_of(sessions: SessionLog, deciding: Sequence[object] | None, *, key: bytes) -> str:
    """A digest of all that decides what a search of these sessions finds: the work, the settings, and our own code.

    Empty where `_deciding` cannot say it.
    """
    from fivetimes import columns

    return "" if deciding is None else columns.digest(sessions, besides=json.dumps(deciding), key=key)


def _deciding(request: Request, histories: int) -> Sequence[object] | None:
    """What decides, besides what is read, what a scan finds; `histories` as in `pipeline.run`.

    None where our own code cannot be looked at: nobody knows then whether another version of it searched before.
    """
    code = store.code()
    if code is None:
        return None
    return [_settings(request), asdict(Search()), histories, code, store.libraries()]


def _digested(reading: Opened, read: ingest.ReadDigest, deciding: Sequence[object]) -> str:
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


# ---- the last scan


def last_scan(request: Request, *, folder: Path, tick: Tick = quiet) -> Scan:
    """The last scan of a configuration while its sources are what they were; else a new one, as of a span always.

    A scan of a folder of teams is made anew only by `fivetimes scan`: to see whether anything changed is work for many machines.

    Raises:
        FivetimesError: nothing is kept of a folder of teams, or a span of it is asked for.
    """
    return last_work(request, folder=folder, tick=tick)[0]


def last_work(request: Request, *, folder: Path, tick: Tick = quiet) -> tuple[Scan, Gathered | None]:
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


# ---- what it says


def candidate_of(scan: Scan, name: str) -> Candidate:
    """The candidate with this id, or the only one whose id begins so.

    Raises:
        UnknownId: there is none, or several begin so.
    """
    found = id_of(name, (c.id for c in scan.candidates), otherwise="none: the last scan found no routine")
    return next(c for c in scan.candidates if c.id == found)


def explain(scan: Scan, asked: str, *, folder: Path) -> Explanation:
    """What became of a candidate (by its id) or of actions, as labels have them or as they are typed.

    Args:
        scan: the last one.
        asked: as for `routines.explain`; own programs, scripts and public aliases may stand as one types them.
        folder: of our own state, with the key of the pseudonyms.

    Raises:
        UnknownId: as there.
    """
    from fivetimes import eventlog, ingest, redaction, routines
    from fivetimes.shell import name_of

    pseudonyms = redaction.Pseudonyms(store.local_key(folder))
    public = {**eventlog.PUBLIC_ALIASES["oh-my-zsh"], **ingest.USUAL_IN_GIT}

    def spellings(step: str) -> Iterator[str]:
        meant = eventlog.expanded(step, public)
        for command in dict.fromkeys((step, meant)):
            program, _, rest = command.partition(" ")
            yield command
            named = f"{name_of(program, grammar=redaction.public())} {rest}".strip()
            yield from redaction.typed_labels(named, pseudonyms=pseudonyms)

    return routines.explain(scan.trace, asked, listed=scan.suppressed, spellings=spellings)


# ---- the last report


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


def write_report(path: Path, text: str) -> None:
    """Write a report that only its owner may read."""
    atomic.write_all({path.name: text}, directory=path.parent, private=True)


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
    return eventlog.unknown_names(pipeline.ingested(request, [Balance() for _ in request.sources], []), known=known)


def approve(words: Sequence[str], *, folder: Path) -> None:
    """Keep names that a person said yes to; from the next scan on they stand as they are."""
    store.approve(words, folder=folder)

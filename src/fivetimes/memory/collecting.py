"""Sources -> memory, memory -> the rows that a scan adds: `collect`, `remembered`, `forget`, `kept`."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np

from fivetimes import atomic, eventlog, ingest, redaction, store
from fivetimes.columns import KEPT_COLUMNS, Bools, KeptRows
from fivetimes.config import COLLECTED, MEMORY
from fivetimes.errors import FivetimesError
from fivetimes.memory import manifest, parts
from fivetimes.memory.manifest import KnownFile, Manifest, MemoryPart
from fivetimes.model.sources import Balance, RawBatch, Source

_KEY = "memory.key"
# A repository keeps its own history, and what was rebased is meant to be gone.
_REMEMBERS_ITSELF = frozenset({"git"})
_MOST_PARTS = 24  # one a day for some weeks; more are joined, so that a scan opens few files
_TICK = 2.0  # seconds; a file changed so shortly before it was read may change again without another time of change


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection did: rows that are new, rows of which it was open whether they are, sentences for what was not read.

    `busy`: another process was collecting, and nothing was done.
    """

    new: int = 0
    uncertain: int = 0
    unread: tuple[str, ...] = ()
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What memory holds: files, events, bytes on disk, and when the first of them was collected (seconds since the epoch).

    `unread`: a sentence for each part that cannot be read; its events are not among `events`.
    """

    files: int
    events: int
    size: int
    since: float | None
    uncertain: int
    unread: tuple[str, ...] = ()


def collect(
    sources: Sequence[Source],
    *,
    home: Path,
    unwanted: ingest.IgnoreRules,
    keep: float | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Collected:
    """Add what is new in the sources to memory. Absence deletes nothing; running it twice adds nothing.

    Args:
        sources: to read; those that did not change are passed over.
        home: our own folder.
        unwanted: what its owner does not want read.
        keep: seconds; what is older is forgotten. None: everything stays.
        environ: where programs are looked for.

    Raises:
        FivetimesError: memory cannot be read or written; then it is as it was.
    """
    folder = home / MEMORY
    with store.writing(folder), atomic.locked(folder, wait=False) as ours:
        if not ours:
            return Collected(busy=True)
        known = manifest.read(folder)
        parts.sweep(folder, known.parts)
        known, lost = _without_damaged(folder, known)
        collection = _Collection(folder, known, home, unwanted, sources, environ)
        for source in sources:
            if source.reader not in _REMEMBERS_ITSELF:
                collection.take(source)
        collection.commit(keep, repairs=bool(lost))
        (folder / COLLECTED).touch(mode=0o600)
    return Collected(collection.new, collection.uncertain, (*lost, *collection.unread))


def _without_damaged(folder: Path, known: Manifest) -> tuple[Manifest, list[str]]:
    """What counts without damaged parts, and sentences for them. All files are read again: nobody knows which the parts held.

    Raises:
        FivetimesError: a part that may be whole cannot be read now; what it holds would be taken for new.
    """
    found = parts.unreadable(folder, [part for part in known.parts if not part.lost])
    for unread in found:
        if not unread.damaged:
            raise FivetimesError(unread.sentence)
    if not found:
        return known, []
    damaged = {unread.part for unread in found}
    return Manifest(
        tuple(replace(part, lost=part.lost or part in damaged) for part in known.parts),
        tuple(replace(file, state="") for file in known.files),
    ), [unread.sentence for unread in found]


class _Collection:
    """One collection: what is known, and what is found to be new."""

    def __init__(
        self,
        folder: Path,
        known: Manifest,
        home: Path,
        unwanted: ingest.IgnoreRules,
        sources: Sequence[Source],
        environ: Mapping[str, str],
    ) -> None:
        self.folder, self.known, self.unwanted = folder, known, unwanted
        self.key, self.tags = store.local_key(home), redaction.Tags(_key(home))
        self.files = {(file.reader, file.path): file for file in known.files}
        self.ids = count(max((file.id for file in known.files), default=0) + 1)
        self.rows: list[tuple[int, KeptRows]] = []
        self.unread: list[str] = []
        self.new = self.uncertain = 0
        self._sources, self._environ, self._home = sources, environ, home
        self._keeper: eventlog.Keeper | None = None
        self._before: dict[int, KeptRows] | None = None

    def take(self, source: Source) -> None:
        """Read a source, and note what memory does not hold yet."""
        states = {path: store.state_of(path) for path in _files_of(source)}
        same = frozenset(path for path, state in states.items() if state and self._state(source.reader, path) == state)
        if states and len(same) == len(states):
            return
        began = time.time()
        read = ingest.READERS[source.reader](replace(source, skip=same), balance := Balance())
        found: dict[str, list[RawBatch]] = {}
        whole = True
        try:
            for batch in ingest.without_ignored(read, source, balance, self.unwanted):
                found.setdefault(batch.origin, []).append(batch)
        except FivetimesError as error:  # what came before it is taken, as a scan does; the rest is read another time
            self.unread.append(str(error))
            whole = False
        for origin, batches in found.items():
            path = _path_of(origin, source)
            sure = whole and store.changed(path) <= began - _TICK
            self._take_file(source, path, batches, (states.get(path) or store.state_of(path)) if sure else "")

    def _state(self, reader: str, path: Path) -> str:
        file = self.files.get((reader, path))
        return file.state if file else ""

    def _take_file(self, source: Source, path: Path, batches: list[RawBatch], state: str) -> None:
        file = self.files.get((source.reader, path)) or KnownFile(next(self.ids), source.reader, path, source.person)
        once = file.once or any(batch.deduplicated for batch in batches)
        kept = self._kept_before(file)
        now = eventlog.file_rows(batches, key=self.key, tags=self.tags)
        if _unfinished(path):
            now = now.first(len(now) - 1)
        columns = kept.columns
        before = eventlog.FileRows(columns["digest"], columns["time"], columns["key"])
        found = eventlog.reconcile(before, now, once=once)
        place = eventlog.positions(columns["position"], found.known)
        start = 0
        for batch in batches:
            part = slice(start, start + len(batch.text))
            new = found.known[part] < 0
            start += len(batch.text)
            if new.any():
                rows = ingest.kept(batch, np.append(new, np.zeros(len(batch.text) - len(new), dtype=np.bool_)).tolist())
                self.rows.append((file.id, self._redacted(rows, place[part][new])))
                self.new += int(new.sum())
        self.uncertain += found.uncertain
        self.files[source.reader, path] = replace(
            file, person=source.person, once=once, state=state, uncertain=file.uncertain + found.uncertain
        )

    def _kept_before(self, file: KnownFile) -> KeptRows:
        if self._before is None:
            whole = [part for part in self.known.parts if not part.lost]
            unread: list[parts.Unread] = []
            rows = parts.read(self.folder, whole, unread) if whole else parts.joined([])
            if unread:  # it was readable a moment ago; without it, what it holds would be taken for new
                raise FivetimesError(unread[0].sentence)
            self._before = {each.id: kept for each, kept in rows.of_files(self.known.files)}
        nothing = KeptRows(file.reader, {name: np.zeros(0, dtype=kind) for name, kind in KEPT_COLUMNS.items()})
        return self._before.get(file.id, nothing)

    def _redacted(self, batch: RawBatch, position: np.ndarray[tuple[int], np.dtype[np.float64]]) -> KeptRows:
        if self._keeper is None:  # what exists here is looked for only where something is new
            known = ingest.known_here(self._sources, self._environ, approved=store.approved(self._home))
            aliases = ingest.aliases_of(self._sources, self._environ, public=eventlog.PUBLIC_ALIASES.get)
            self._keeper = eventlog.Keeper(key=self.key, tags=self.tags, known=known, aliases=aliases)
        return self._keeper.keep(batch, position=position, at=time.time())

    def commit(self, keep: float | None, *, repairs: bool) -> None:
        """Make what is new count."""
        files = tuple(self.files.values())
        if self.rows or files != self.known.files or repairs or keep is not None:
            added = [parts.write(self.folder, parts.joined(self.rows))] if self.rows else []
            counting = (*self.known.parts, *added)
            lost = [part for part in counting if part.lost]
            manifest.write(self.folder, parts=counting, files=files)
            if keep is not None:
                _rewrite(
                    self.folder, Manifest(counting, files), lambda rows: _since(rows, time.time() - keep), beside=lost
                )
            elif len(counting) - len(lost) > _MOST_PARTS:
                _rewrite(self.folder, Manifest(counting, files), None, beside=lost)


def _files_of(source: Source) -> list[Path]:
    """The files of which a source may consist."""
    if source.path.is_file():
        return [source.path]
    return sorted(path for path in source.path.rglob("*") if path.is_file()) if source.path.is_dir() else []


def _path_of(origin: str, source: Source) -> Path:
    inner = origin.removeprefix(source.origin).lstrip("/") if origin.startswith(source.origin) else ""
    return (source.path / inner if inner else source.path).absolute()


def _unfinished(path: Path) -> bool:
    """Whether a file ends within a line that is still being written; a document in JSON may end without a newline."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
            file.seek(-1, os.SEEK_END)
            return file.read(1) not in b"\n]}" and not head.startswith((b"SQLite format 3", b"PAR1", b"(\xb5/\xfd"))
    except OSError:
        return False


# ---- what a scan adds


def remembered(
    sources: Sequence[Source], *, home: Path, people: Iterable[str] = (), others: bool = False, unread: list[str]
) -> eventlog.Remembered | None:
    """What memory holds of these sources; None before the first collection.

    Args:
        sources: that are read as well.
        home: our own folder.
        people: names and addresses by which records may call somebody who is known.
        others: also what memory holds of files that exist no more and belong to none of these sources.
        unread: takes a sentence for each part that cannot be read.

    Raises:
        FivetimesError: the manifest or the key cannot be read.
    """
    folder = home / MEMORY
    if not manifest.exists(folder):
        return None
    known, rows, failed = _read(folder)
    unread.extend(each.sentence for each in failed)
    asked = []
    for file, kept in rows.of_files(known.files):
        source = next((source for source in sources if _holds(source, file)), None)
        if source is not None:
            asked.append(eventlog.RememberedFile(_origin_of(file.path, source), source.person, kept))
        elif others and not file.path.exists():
            asked.append(eventlog.RememberedFile(str(file.path), file.person, kept))
    return eventlog.Remembered(redaction.Tags(_key(home)), asked, tuple(people))


def _read(folder: Path) -> tuple[Manifest, parts.EventRows, list[parts.Unread]]:
    """All that counts; once more where a writer replaced parts meanwhile."""
    while True:
        known, unread = manifest.read(folder), list[parts.Unread]()
        rows = parts.read(folder, known.parts, unread)
        if not unread or manifest.read(folder).parts == known.parts:
            return known, rows, unread


def _holds(source: Source, file: KnownFile) -> bool:
    return source.reader == file.reader and file.path.is_relative_to(source.path.absolute())


def _origin_of(path: Path, source: Source) -> str:
    inner = path.relative_to(source.path.absolute()).as_posix()
    return source.origin if inner == "." else f"{source.origin.rstrip('/')}/{inner}"


# ---- forgetting


def forget(
    home: Path,
    *,
    before: float | None = None,
    source: Path | None = None,
    person: Sequence[str] = (),
    everything: bool = False,
) -> int:
    """Delete for good: rows that fit are in no part any more, the bytes of the old parts are overwritten.

    Args:
        home: our own folder.
        before: seconds since the epoch; what was done earlier. A row without a time goes by when it was collected.
        source: a file, or a folder with all that was read below it.
        person: the name, or the names and addresses, of somebody.
        everything: all of it, and memory's key.

    Returns:
        How many events were deleted.

    Raises:
        FivetimesError: memory cannot be read or written.
    """
    folder = home / MEMORY
    with store.writing(folder):
        if everything:
            return _forget_everything(home)
        with atomic.locked(folder):
            known = manifest.read(folder)
            whole = source.absolute() if source is not None else None
            named = set(person)
            gone = {
                file.id
                for file in known.files
                if (whole is not None and file.path.is_relative_to(whole)) or (file.person in named)
            }
            of_person = [redaction.Tags(_key(home))(name) for name in named]
            files = tuple(file for file in known.files if file.id not in gone)

            def stays(rows: parts.EventRows) -> Bools:
                kept = ~np.isin(rows.columns["file"], list(gone)) & ~np.isin(rows.columns["person"], of_person)
                return kept if before is None else kept & _since(rows, before)

            return _rewrite(folder, Manifest(known.parts, files), stays)


def _forget_everything(home: Path) -> int:
    folder = home / MEMORY
    with atomic.locked(folder):
        try:  # which undoes what the journal of a writer that was ended says; without it the journal is worth nothing
            events = sum(part.rows for part in manifest.read(folder).parts)
        except FivetimesError:
            events = 0
        manifest.discard(folder)  # first: from here on nothing counts, and what is left of the rest is nobody's
        parts.sweep(folder, ())
        atomic.discard(folder / COLLECTED)
        with atomic.locked(home):  # which clears what an earlier attempt has left of the key
            atomic.discard(home / _KEY)
        with suppress(OSError):  # somebody's own file in there keeps it
            folder.rmdir()
    return events


def _since(rows: parts.EventRows, moment: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    done = np.where(np.isnan(rows.columns["time"]), rows.columns["collected"], rows.columns["time"])
    return np.asarray(done >= moment)


def _rewrite(
    folder: Path,
    known: Manifest,
    stays: Callable[[parts.EventRows], Bools] | None,
    *,
    beside: Sequence[MemoryPart] = (),
) -> int:
    """Join all parts to one, without the rows that do not stay.

    Args:
        folder: of memory.
        known: what counts. A part that is damaged goes as a whole: nobody can say what of it would stay.
        stays: of rows those that stay; None: all.
        beside: parts of `known` that are not looked into and count as before.

    Returns:
        How many rows are gone.
    """
    unread: list[parts.Unread] = []
    asked = [part for part in known.parts if part not in beside]
    rows = parts.read(folder, asked, unread)
    for each in unread:
        if not each.damaged:
            raise FivetimesError(each.sentence)
    kept = rows if stays is None else rows.only(stays(rows))
    if len(kept) == len(rows) and not unread and len(asked) <= _MOST_PARTS:
        manifest.write(folder, parts=known.parts, files=known.files)
        return 0
    whole = parts.joined((file.id, part) for file, part in kept.of_files(known.files))
    counting = [*beside, *([parts.write(folder, whole)] if len(whole) else [])]
    manifest.write(folder, parts=counting, files=known.files)
    parts.sweep(folder, counting)
    return len(rows) - len(whole) + sum(each.part.rows for each in unread)


# ---- what is kept


def kept(home: Path) -> Kept | None:
    """What memory holds; None before the first collection.

    Raises:
        FivetimesError: the manifest cannot be read.
    """
    folder = home / MEMORY
    if not manifest.exists(folder):
        return None
    known, rows, unread = _read(folder)
    size = 0
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # a writer replaced it meanwhile
            size += path.stat().st_size
    return Kept(
        len(known.files),
        len(rows),
        size,
        float(rows.columns["collected"].min()) if len(rows) else None,
        sum(file.uncertain for file in known.files),
        tuple(each.sentence for each in unread),
    )


def _key(home: Path) -> bytes:
    """Memory's own key, beside its folder and never in it; made on first use."""
    path = home / _KEY
    try:
        return bytes.fromhex(store.made_once(path, partial(secrets.token_hex, 32)))
    except (OSError, ValueError) as error:
        raise FivetimesError(f"{path}: memory's key cannot be read. Begin anew: fivetimes forget --all") from error

"""Candidate -> LiveText, Relocated: read the lines that a candidate stands on again; find those that have moved since.

Four entry points: `recall` and `recall_all` read the commands for the owner's eyes, `masked` keeps of them what may stand in
a file, and `relocate` finds where the records stand now.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from fivetimes.errors import ReadError
from fivetimes.model.candidates import Candidate
from fivetimes.model.command_lines import CommandLine, Role
from fivetimes.model.events import Kind
from fivetimes.model.live_text import LiveCommand, LiveText
from fivetimes.model.occurrences import Location, Moment, Occurrence
from fivetimes.model.sources import Balance, RawBatch, Reader, Source
from fivetimes.redaction import (
    declared,
    digest,
    edits_of,
    flagged,
    is_activity,
    is_sign,
    placeholder,
    public,
    scalar,
    secret_looking,
    without_digit_groups,
)
from fivetimes.shell import is_secret_key, names_secret

# a line that goes to a folder; of shells that take the name of one, `..` is the one that is no program either
_GOES = re.compile(r"(?:^|[;&]\s*)(?:(?:cd|pushd|popd)\b|\.\.\s*(?:$|[;&]))")
_Key = tuple[str, int | None, str | None]  # path, line, commit


def _own_location(moment: Moment) -> Location | None:
    """The location whose record the digest is of; where a commit was typed, that is the line in the history."""
    return next((location for location in moment.locations if location.digest), None)


def _key(location: Location) -> _Key:
    return location.path, location.line, location.commit


def source_of(origin: str, sources: Sequence[Source]) -> Source | None:
    """The source that holds a file, narrowed to that file; None when no source does.

    Example:
        >>> from pathlib import Path
        >>> folder = Source("claude_code", Path("/h/claude"), "claude")
        >>> source_of("claude/a.jsonl", [folder]).path.as_posix()
        '/h/claude/a.jsonl'
    """
    for source in sources:
        if source.origin == origin:
            return source
        if origin.startswith(source.origin.rstrip("/") + "/"):
            inner = PurePosixPath(origin).relative_to(source.origin)
            return Source(source.reader, source.path / inner, origin, source.person)
    return None


def _args(batch: RawBatch, row: int) -> Mapping[str, Any] | None:
    if batch.files is not None and batch.commit is not None and batch.commit[row] is not None:
        return {"files": batch.files[row]}
    return batch.args[row] if batch.args is not None else None


@dataclass(slots=True)
class _Found:
    """What is read of the sources: the wanted records, the folders in which they were done, and the lines that go elsewhere."""

    commands: dict[_Key, list[LiveCommand]] = field(default_factory=lambda: defaultdict(list))
    folders: dict[_Key, str] = field(default_factory=dict)
    gone: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, batch: RawBatch, wanted: set[_Key]) -> None:
        """Take what is wanted of a batch."""
        for row, text in enumerate(batch.text):
            line = batch.line[row] if batch.line is not None else None
            commit = batch.commit[row] if batch.commit is not None else None
            key = (batch.origin, None if commit is not None else line, commit)
            where = batch.where[row] if batch.where is not None else None
            if line is not None and where is None and _GOES.search(text):
                self.gone[batch.origin].append((line, text))
            if key in wanted:
                kind = batch.kind if isinstance(batch.kind, Kind) else batch.kind[row]
                exit_ = batch.exit[row] if batch.exit is not None else None
                self.commands[key].append(LiveCommand(kind, text, _args(batch, row), exit_))
                if where is not None:
                    self.folders[key] = where

    def before(self, first: _Key, key: _Key) -> tuple[str, ...]:
        """The lines that lead from the folder of one record to that of a later one in the same file."""
        start, end = self.folders.get(first), self.folders.get(key)
        if start is not None and end is not None:
            return () if start == end else (f"cd {shlex.quote(posixpath.relpath(end, start))}",)
        if first[1] is None or key[1] is None:
            return ()
        gone = self.gone.get(key[0], [])
        after, until = bisect_right(gone, first[1], key=_line), bisect_left(gone, key[1], key=_line)
        return tuple(text for _, text in gone[after:until])


def _line(gone: tuple[int, str]) -> int:
    return gone[0]


def _read(wanted: set[_Key], sources: Sequence[Source], readers: Mapping[str, Reader]) -> _Found:
    found = _Found()
    for origin in sorted({path for path, _, _ in wanted}):
        source = source_of(origin, sources)
        if source is None or not source.path.exists():
            continue
        for batch in _batches(source, readers):
            found.take(batch, wanted)
    for gone in found.gone.values():
        gone.sort(key=_line)
    return found


def _batches(source: Source, readers: Mapping[str, Reader]) -> Iterator[RawBatch]:
    """What a reader yields, as far as it comes: a scan has said already where the rest of a source was not read.

    Raises:
        ReadError: it cannot be read at all.
    """
    begun = False
    try:
        for batch in readers[source.reader](source, Balance()):
            begun = True
            yield batch
    except ReadError:
        if not begun:
            raise


def _digest(command: LiveCommand, key: bytes) -> int:
    return digest(command.kind, command.text, None if command.kind is Kind.COMMIT else command.args, key=key)


def _part(command: LiveCommand, part: int) -> LiveCommand:
    """Of a commit the file that a moment is about; its last part is the commit itself."""
    if command.kind is not Kind.COMMIT:
        return command
    edits = edits_of((command.args or {}).get("files", ()))
    if part >= len(edits):
        return LiveCommand(Kind.COMMIT, command.text)
    kind, path = edits[part]
    return LiveCommand(Kind.EDIT, "edit", {"file": path} if path is not None else {"kind": kind})


def _unchanged(commands: Iterable[LiveCommand], moment: Moment, location: Location, key: bytes) -> LiveCommand | None:
    """The record that still has the digest; several calls may stand on one line of a transcript."""
    command = next((c for c in commands if _digest(c, key) == location.digest), None)
    return None if command is None else _part(command, moment.part)


Meant = Callable[[str, str], str]  # (origin, a line as it stands there) -> the line that its shell ran


def _ran(command: LiveCommand | None, location: Location | None, meant: Meant) -> LiveCommand | None:
    if command is None or location is None or command.kind is not Kind.SHELL:
        return command
    return replace(command, text=meant(location.path, command.text))


def _as_it_stands(_origin: str, text: str) -> str:
    return text


def recall(
    candidate: Candidate,
    *,
    sources: Sequence[Source],
    readers: Mapping[str, Reader],
    key: bytes,
    meant: Meant = _as_it_stands,
) -> LiveText:
    """Read again what a candidate stands on; what comes back is for the owner's eyes, and for no file.

    Args:
        candidate: whose locations to read.
        sources: of the scan that found it.
        readers: by name.
        key: the local key of the digests.
        meant: the line that a shell ran, of one with its owner's aliases: a draft runs where nobody has them.

    Returns:
        Per occurrence and moment the command, None where the source is gone or the line is another one now.
    """
    (live,) = recall_all([candidate], sources=sources, readers=readers, key=key, meant=meant)
    return live


def recall_all(
    candidates: Sequence[Candidate],
    *,
    sources: Sequence[Source],
    readers: Mapping[str, Reader],
    key: bytes,
    meant: Meant = _as_it_stands,
) -> Iterator[LiveText]:
    """As `recall`, for several candidates in turn: each source is read once for all of them.

    Args:
        candidates: whose locations to read.
        sources: as in `recall`.
        readers: as in `recall`.
        key: as in `recall`.
        meant: as in `recall`.

    Yields:
        As `recall` returns it, one for each, in this order. What is read is held until the last.

    Raises:
        ReadError: a source cannot be read at all; when the first one is asked for.
    """
    located = [
        [[_own_location(moment) for moment in occurrence.moments] for occurrence in candidate.occurrences]
        for candidate in candidates
    ]
    wanted = {_key(location) for rows in located for row in rows for location in row if location is not None}
    found = _read(wanted, sources, readers)
    for candidate, locations in zip(candidates, located, strict=True):
        yield _live(candidate, locations, found, key, meant)


def _live(
    candidate: Candidate, locations: Sequence[Sequence[Location | None]], found: _Found, key: bytes, meant: Meant
) -> LiveText:
    live = tuple(
        tuple(
            _ran(command, location, meant)
            for command, location in zip(_recalled(occurrence, row, found, key), row, strict=True)
        )
        for occurrence, row in zip(candidate.occurrences, locations, strict=True)
    )
    return LiveText(candidate.id, live, sum(command is None for row in live for command in row))


def _recalled(
    occurrence: Occurrence, locations: Sequence[Location | None], found: _Found, key: bytes
) -> Iterator[LiveCommand | None]:
    first: dict[str, _Key] = {}
    for moment, location in zip(occurrence.moments, locations, strict=True):
        if location is None:
            yield None
            continue
        at = _key(location)
        command = _unchanged(found.commands.get(at, ()), moment, location, key)
        before = found.before(first.setdefault(location.path, at), at)
        yield replace(command, before=before) if command is not None and before else command


# ---- in a file of the owner's

_HIDDEN = "•••"

Harmless = Callable[[str, Role], bool]


def masked(live: LiveText, *, parse: Callable[[str], CommandLine], harmless: Harmless) -> LiveText:
    """The same lines for a file that the owner asked for, with those of their words that may stand in one.

    Of a word that is not known to be harmless its placeholder is left (`<path>`), as of one that holds several words, which are
    somebody's text; one that is a secret or looks like one is hidden, and so are subjects of commits and requests.
    Comments, here-documents and what a shell alone would see are gone, and so is a line that is one unknown word: a mistyped
    password stands like that. The location beside each line is where the owner finds it whole.

    Args:
        live: as `recall` read it.
        parse: a command line to its commands, words with roles.
        harmless: whether a word of that role may stand in a file.
    """
    rows = tuple(
        tuple(None if command is None else _masked(command, parse, harmless) for command in row)
        for row in live.occurrences
    )
    return LiveText(live.candidate, rows, live.missing)


def _masked(command: LiveCommand, parse: Callable[[str], CommandLine], harmless: Harmless) -> LiveCommand:
    if command.kind is Kind.SHELL:
        text = without_digit_groups(_masked_line(parse(command.text), harmless))
    elif command.kind is Kind.REQUEST:
        text = _HIDDEN  # somebody's own words
    elif command.kind is Kind.COMMIT:
        text = _HIDDEN  # its type is the step's label, and the rest is what its author wrote
    else:
        named = " ".join(_masked_word(word, harmless, role=Role.NAME) for word in command.text.split())
        is_name = declared(command.text) or (
            command.kind is Kind.ACTION and is_activity(command.text, names_secret=names_secret)
        )
        text = " ".join(
            [named if is_name else _HIDDEN, *map(without_digit_groups, _masked_args(command.args or {}, harmless))]
        )
    return LiveCommand(command.kind, text)


def _masked_line(line: CommandLine, harmless: Harmless) -> str:
    every = [word for simple in line.commands for word in simple.words]
    if not line.sure or (len(every) == 1 and not public().is_program(every[0].text)):
        return _HIDDEN
    parts = []
    for simple in line.commands:
        if simple.within:  # it stands in a word of the command behind it
            continue
        words = [*simple.via, *(_masked_word(word.text, harmless, role=word.role) for word in simple.words)]
        parts.append(" ".join([simple.operator, *words] if simple.operator else words))
    return " ".join(parts)


def _masked_word(text: str, harmless: Harmless, *, role: Role = Role.VALUE) -> str:
    if role is Role.SECRET or flagged(text) is not None:
        return _HIDDEN
    if len(text.split()) > 1:  # a message, or another text of somebody's: public words make sentences too
        return placeholder(text)
    return _masked_part(text, harmless, role)


def _masked_part(part: str, harmless: Harmless, role: Role) -> str:
    if harmless(part, role) or (role is Role.FLAG and is_sign(part)):
        return part
    return _HIDDEN if secret_looking(part) else placeholder(part)


def _masked_args(args: Mapping[str, Any], harmless: Harmless) -> Iterator[str]:
    for key, value in args.items():
        words = _masked_word(scalar(value), harmless)
        named = key if harmless(key, Role.KEY) and flagged(key) is None else _HIDDEN  # of one word, or it is no name
        yield f"{named}={_HIDDEN if is_secret_key(str(key)) else words}"


# ---- where it is now


@dataclass(frozen=True, slots=True)
class Relocated:
    """Where the records of a candidate are now.

    Attributes:
        in_place: how many locations still hold their record.
        moved: (old, new) of those whose record stands elsewhere now.
        gone: those whose record was not found.
        occurrences: the candidate's, with every location as it is now; a moment of which nothing is left has none.
    """

    in_place: int
    moved: tuple[tuple[Location, Location], ...]
    gone: tuple[Location, ...]
    occurrences: tuple[Occurrence, ...]


def relocate(
    candidate: Candidate, *, sources: Sequence[Source], readers: Mapping[str, Reader], key: bytes
) -> Relocated:
    """Look for everything that a candidate stands on.

    Histories rotate: a record that is not where it was is looked for in its own file, then in all files of that reader. Equal
    records cannot be distinguished, so each one found stands for one that is missing.

    Args:
        candidate: as it was when it was drafted.
        sources: to look in.
        readers: by name.
        key: the local key of the digests.
    """
    moments = [moment for occurrence in candidate.occurrences for moment in occurrence.moments]
    distinct = list(dict.fromkeys(location for moment in moments for location in moment.locations))
    paths = sorted({location.path for location in distinct})
    own = [source for source in (source_of(path, sources) for path in paths) if source]
    now = _found_again(distinct, own, readers, key)
    if len(now) < len(distinct):
        names = {source.reader for source in own}
        now = _found_again(distinct, [source for source in sources if source.reader in names], readers, key)
    return Relocated(
        in_place=sum(now.get(old) == old for old in distinct),
        moved=tuple((old, now[old]) for old in distinct if old in now and now[old] != old),
        gone=tuple(old for old in distinct if old not in now),
        occurrences=tuple(_as_now(occurrence, now) for occurrence in candidate.occurrences),
    )


def _as_now(occurrence: Occurrence, now: Mapping[Location, Location]) -> Occurrence:
    def moved(moment: Moment) -> Moment:
        return replace(moment, locations=tuple(now[old] for old in moment.locations if old in now))

    return replace(occurrence, moments=tuple(map(moved, occurrence.moments)))


def _found_again(
    locations: Iterable[Location], sources: Iterable[Source], readers: Mapping[str, Reader], key: bytes
) -> dict[Location, Location]:
    """Each location with where its record is now, first those that stayed, then the others in order."""
    wanted = set(locations)
    rows = [row for source in sources if source.path.exists() for row in _records(source, readers, wanted, key)]
    now = {row: row for row in rows if row in wanted}
    free: dict[tuple[bool, int], list[Location]] = defaultdict(list)
    for row in dict.fromkeys(rows):
        if row not in now:
            free[_likeness(row)].append(row)
    for old in sorted(wanted - set(now), key=lambda old: (old.path, old.line or 0, old.commit or "")):
        if old.commit is None and free[_likeness(old)]:
            now[old] = free[_likeness(old)].pop(0)
    return now


def _likeness(location: Location) -> tuple[bool, int]:
    """What two records that cannot be distinguished have in common: whether they are commits, and the digest."""
    return bool(location.commit), location.digest


def _records(source: Source, readers: Mapping[str, Reader], wanted: set[Location], key: bytes) -> Iterator[Location]:
    """The rows of a source that may be among the wanted: by digest, by commit, or by line where no digest was kept."""
    digests = {location.digest for location in wanted if location.digest}
    undigested = {location for location in wanted if not location.digest}
    for batch in _batches(source, readers):
        for location in _locations(batch, key):
            bare = replace(location, digest=0)
            if location.digest in digests:
                yield location
            if bare in undigested:
                yield bare


def _locations(batch: RawBatch, key: bytes) -> Iterator[Location]:
    for row, text in enumerate(batch.text):
        commit = batch.commit[row] if batch.commit is not None else None
        line = batch.line[row] if batch.line is not None and commit is None else None
        kind = batch.kind if isinstance(batch.kind, Kind) else batch.kind[row]
        args = batch.args[row] if batch.args is not None else None
        yield Location(batch.origin, line, commit, digest(kind, text, args, key=key))

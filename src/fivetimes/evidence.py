"""Candidate -> LiveText, Traced: re-read the very lines that a candidate stands on; find those that have moved since."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from fivetimes.model import (
    Balance,
    Candidate,
    CommandLine,
    Kind,
    LiveCommand,
    LiveText,
    Location,
    Moment,
    Occurrence,
    RawBatch,
    Reader,
    Role,
    Source,
)
from fivetimes.redaction import (
    declared,
    digest,
    flagged,
    is_activity,
    is_sign,
    public,
    secret_looking,
    touched,
    typed,
    without_digit_groups,
)
from fivetimes.shell import is_secret_key, names_secret

_Key = tuple[str, int | None, str | None]


def _own_place(moment: Moment) -> Location | None:
    """The place whose record the digest is of; where a commit was typed, that is the line in the history."""
    return next((place for place in moment.locations if place.digest), None)


def _key(place: Location) -> _Key:
    return place.path, place.line, place.commit


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


def _rows(batch: RawBatch, wanted: set[_Key]) -> Iterator[tuple[_Key, LiveCommand]]:
    for row, text in enumerate(batch.text):
        line = batch.line[row] if batch.line is not None else None
        commit = batch.commit[row] if batch.commit is not None else None
        key = (batch.origin, None if commit is not None else line, commit)
        if key in wanted:
            kind = batch.kind if isinstance(batch.kind, Kind) else batch.kind[row]
            exit_ = batch.exit[row] if batch.exit is not None else None
            yield key, LiveCommand(kind, text, _args(batch, row), exit_)


def _read(wanted: set[_Key], sources: Sequence[Source], readers: Mapping[str, Reader]) -> dict[_Key, list[LiveCommand]]:
    found: dict[_Key, list[LiveCommand]] = defaultdict(list)
    for origin in sorted({path for path, _, _ in wanted}):
        source = source_of(origin, sources)
        if source is None or not source.path.exists():
            continue
        for batch in readers[source.reader](source, Balance()):
            for key, command in _rows(batch, wanted):
                found[key].append(command)
    return found


def _digest(command: LiveCommand, key: bytes) -> int:
    return digest(command.kind, command.text, None if command.kind is Kind.COMMIT else command.args, key=key)


def _part(command: LiveCommand, part: int) -> LiveCommand:
    """Of a commit the file that a moment is about; its last part is the commit itself."""
    if command.kind is not Kind.COMMIT:
        return command
    edits = touched((command.args or {}).get("files", ()))
    if part >= len(edits):
        return LiveCommand(Kind.COMMIT, command.text)
    kind, path = edits[part]
    return LiveCommand(Kind.EDIT, "edit", {"file": path} if path is not None else {"kind": kind})


def _unchanged(commands: Iterable[LiveCommand], moment: Moment, place: Location, key: bytes) -> LiveCommand | None:
    """The record that still has the digest; several calls may stand on one line of a transcript."""
    command = next((c for c in commands if _digest(c, key) == place.digest), None)
    return None if command is None else _part(command, moment.part)


def recall(candidate: Candidate, *, sources: Sequence[Source], readers: Mapping[str, Reader], key: bytes) -> LiveText:
    """Read again what a candidate stands on.

    Args:
        candidate: whose places to read.
        sources: of the scan that found it.
        readers: by name.
        key: the local key of the digests.

    Returns:
        Per occurrence and moment the command, None where the source is gone or the line is another one now.
    """
    places = [[_own_place(moment) for moment in occurrence.moments] for occurrence in candidate.occurrences]
    wanted = {_key(place) for row in places for place in row if place is not None}
    found = _read(wanted, sources, readers)
    live = tuple(
        tuple(
            None if place is None else _unchanged(found.get(_key(place), ()), moment, place, key)
            for moment, place in zip(occurrence.moments, row, strict=True)
        )
        for occurrence, row in zip(candidate.occurrences, places, strict=True)
    )
    return LiveText(candidate.id, live, sum(command is None for row in live for command in row))


# ---- on the owner's own page

_HIDDEN = "•••"


Harmless = Callable[[str, Role], bool]


def masked(live: LiveText, *, parse: Callable[[str], CommandLine], harmless: Harmless) -> LiveText:
    """The same lines for a file that the owner asked for: told from their words alone, and only from those that may stand in one.

    A word that is not shown to be harmless is told by its shape (`<path>`), one that is a secret or looks like one is hidden.
    Comments, here-documents and what a shell alone would see are gone, and so is a line that is one unknown word: a mistyped
    password stands like that. The place beside each line says where the owner finds it whole.
    """
    rows = tuple(
        tuple(None if command is None else _masked(command, parse, harmless) for command in row)
        for row in live.occurrences
    )
    return LiveText(live.candidate, rows, live.missing)


def _masked(command: LiveCommand, parse: Callable[[str], CommandLine], harmless: Harmless) -> LiveCommand:
    if command.kind is Kind.SHELL:
        text = without_digit_groups(_masked_line(parse(command.text), harmless))
    elif command.kind is Kind.COMMIT:
        text = without_digit_groups(" ".join(_masked_word(word, harmless) for word in command.text.split()))
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
    words = [word for simple in line.commands for word in simple.words]
    if not line.sure or (len(words) == 1 and not public().is_program(words[0].text)):
        return _HIDDEN
    parts = []
    for simple in line.commands:
        said = [*simple.via, *(_masked_word(word.text, harmless, role=word.role) for word in simple.words)]
        parts.append(" ".join([simple.operator, *said] if simple.operator else said))
    return " ".join(parts)


def _masked_word(text: str, harmless: Harmless, *, role: Role = Role.VALUE) -> str:
    if role is Role.SECRET or flagged(text) is not None:
        return _HIDDEN
    parts = [_masked_part(part, harmless, role) for part in text.split()]
    return shlex.quote(" ".join(parts)) if len(parts) > 1 else "".join(parts)


def _masked_part(part: str, harmless: Harmless, role: Role) -> str:
    if harmless(part, role) or (role is Role.FLAG and is_sign(part)):
        return part
    return _HIDDEN if secret_looking(part) else typed(part)


def _masked_args(args: Mapping[str, Any], harmless: Harmless) -> Iterator[str]:
    for key, value in args.items():
        said = (
            _HIDDEN
            if is_secret_key(str(key))
            else " ".join(_masked_word(word, harmless) for word in str(value).split())
        )
        named = key if harmless(key, Role.KEY) and flagged(key) is None else _HIDDEN  # of one word, or it is no name
        yield f"{named}={said}"


# ---- where it is now


@dataclass(frozen=True, slots=True)
class Traced:
    """Places that still hold what they held, places whose record stands elsewhere now (old, new), and those not found.

    `occurrences` are those of the candidate with every place as it is now; a moment of which nothing is left has no places.
    """

    in_place: int
    moved: tuple[tuple[Location, Location], ...]
    gone: tuple[Location, ...]
    occurrences: tuple[Occurrence, ...]


def trace(candidate: Candidate, *, sources: Sequence[Source], readers: Mapping[str, Reader], key: bytes) -> Traced:
    """Look for everything that a candidate stands on.

    Histories rotate: a record that is not where it was is looked for in its own file, then in all files of that reader. Equal
    records cannot be told apart, so each one found stands for one that is missing.

    Args:
        candidate: as it was when it was drafted.
        sources: to look in.
        readers: by name.
        key: the local key of the digests.
    """
    places = [
        place for occurrence in candidate.occurrences for moment in occurrence.moments for place in moment.locations
    ]
    own = [source for source in (source_of(path, sources) for path in sorted({p.path for p in places})) if source]
    now = _found_again(places, own, readers, key)
    if any(place not in now for place in places):
        kinds = {source.reader for source in own}
        now = _found_again(places, [source for source in sources if source.reader in kinds], readers, key)
    distinct = list(dict.fromkeys(places))
    return Traced(
        in_place=sum(now.get(place) == place for place in distinct),
        moved=tuple((place, now[place]) for place in distinct if place in now and now[place] != place),
        gone=tuple(place for place in distinct if place not in now),
        occurrences=tuple(_as_now(occurrence, now) for occurrence in candidate.occurrences),
    )


def _as_now(occurrence: Occurrence, now: Mapping[Location, Location]) -> Occurrence:
    def moved(moment: Moment) -> Moment:
        return replace(moment, locations=tuple(now[place] for place in moment.locations if place in now))

    return replace(occurrence, moments=tuple(map(moved, occurrence.moments)))


def _found_again(
    places: Iterable[Location], sources: Iterable[Source], readers: Mapping[str, Reader], key: bytes
) -> dict[Location, Location]:
    """Each place with where its record is now, first those that stayed, then the others in order."""
    wanted = set(places)
    rows = [row for source in sources if source.path.exists() for row in _records(source, readers, wanted, key)]
    now = {row: row for row in rows if row in wanted}
    free: dict[tuple[str, int], list[Location]] = defaultdict(list)
    for row in dict.fromkeys(rows):
        if row not in now:
            free[_kind(row)].append(row)
    for place in sorted(wanted - set(now), key=lambda place: (place.path, place.line or 0, place.commit or "")):
        if place.commit is None and free[_kind(place)]:
            now[place] = free[_kind(place)].pop(0)
    return now


def _kind(place: Location) -> tuple[str, int]:
    return ("commit" if place.commit else "line", place.digest)


def _records(source: Source, readers: Mapping[str, Reader], wanted: set[Location], key: bytes) -> Iterator[Location]:
    """The rows of a source that may be among the wanted: by digest, by commit, or by line where no digest was kept."""
    digests = {place.digest for place in wanted if place.digest}
    undigested = {place for place in wanted if not place.digest}
    for batch in readers[source.reader](source, Balance()):
        for place in _places(batch, key):
            bare = replace(place, digest=0)
            if place.digest in digests:
                yield place
            if bare in undigested:
                yield bare


def _places(batch: RawBatch, key: bytes) -> Iterator[Location]:
    for row, text in enumerate(batch.text):
        commit = batch.commit[row] if batch.commit is not None else None
        line = batch.line[row] if batch.line is not None and commit is None else None
        kind = batch.kind if isinstance(batch.kind, Kind) else batch.kind[row]
        args = batch.args[row] if batch.args is not None else None
        yield Location(batch.origin, line, commit, digest(kind, text, args, key=key))

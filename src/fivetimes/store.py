"""Scan -> our own files, and back: the local key and the last scan of each configuration.

Everything lies in one folder (`FIVETIMES_HOME`, by default the platform's data folder), readable by its owner alone, written
whole (`atomic.py`). What is kept of a scan is redacted: labels, counts, locations, keyed digests; no text of any source.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, get_origin

from fivetimes import atomic
from fivetimes.errors import FivetimesError
from fivetimes.model.candidates import Candidate
from fivetimes.model.changes import Baseline, Identity
from fivetimes.model.scans import Scan
from fivetimes.model.sources import Source

_VERSION = 4
_KEY_BYTES = 32
_NAMES = "names.json"
_EXPORTS = "exports.json"
_INSTALLED = "installed.json"
_ROUTINES = "routines.json"
_MOST_ROUTINES = 1000  # kept ids: a scan lists some thirty, and a machine has a handful of configurations
_MOST_REPORTS = 104  # of a configuration: two years of a report a week


# ---- our own folder


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """The one sentence for whatever keeps us from writing in our own folder."""
    try:
        yield
    except OSError as error:
        raise FivetimesError(
            f"{folder}: our own folder cannot be written ({error.strerror}). What was kept before is kept."
            " Make room, or set FIVETIMES_HOME to a folder that can be written."
        ) from error


def _keep(path: Path, text: Callable[[], str]) -> None:
    """Write a file of our own; the text is made while nobody else writes."""
    with writing(path.parent), atomic.locked(path.parent):
        atomic.write_whole(path, _bytes(text()))


def _bytes(text: str) -> bytes:
    """Text as UTF-8; what a path has that is none, or that the locale cannot read, as the bytes that the file system has."""
    return text.encode("utf-8", "surrogateescape")


def made_once(path: Path, text: Callable[[], str]) -> str:
    """A file of our own that is never changed, such as a key: made on first use, by one of those who ask for it at once.

    Raises:
        FivetimesError: it cannot be made.
        OSError: it is there and cannot be read.
        UnicodeError: it is not ASCII.
    """
    if not path.exists():
        with writing(path.parent), atomic.locked(path.parent):
            if not path.exists():
                atomic.write_whole(path, text().encode())
    return path.read_text(encoding="ascii").strip()


def local_key(folder: Path) -> bytes:
    """The key of pseudonyms and digests, made on first use; it never leaves this machine.

    Raises:
        FivetimesError: it cannot be read or made.
    """
    path = folder / "key"
    try:
        return bytes.fromhex(made_once(path, partial(secrets.token_hex, _KEY_BYTES)))
    except (OSError, ValueError) as error:
        raise FivetimesError(
            f"{path}: the local key cannot be read. Delete it to start anew; drafts made before will no longer verify."
        ) from error


# ---- names that a person approved


def approved(folder: Path) -> frozenset[str]:
    """Names that a person said yes to; none before the first, or where the file cannot be read."""
    try:
        names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()


def approve(names: Iterable[str], *, folder: Path) -> None:
    """Keep names beside the key, readable by the owner alone, with those approved before."""
    new = set(names)
    _keep(folder / _NAMES, lambda: json.dumps(sorted(approved(folder) | new), indent=1) + "\n")


def keep_record(name: str, text: str, *, folder: Path) -> None:
    """Keep a small file of another package beside the key, readable by the owner alone."""
    _keep(folder / name, lambda: text)


# ---- what state the sources are in


def state_of(path: Path) -> str:
    """Size and time of change of a file, as one text; empty where there is none."""
    return "" if not path.is_file() else json.dumps([*_stats(path)])


def changed(path: Path) -> float:
    """Seconds since the epoch; when a file was last changed, 0 where there is none."""
    return max((changed / 1e9 for _, _, changed in _stats(path)), default=0.0) if path.exists() else 0.0


def _stats(path: Path) -> Iterable[tuple[str, int, int]]:
    """(name, size, time of change) of what would be read."""
    if path.is_file():
        # the newest rows of an SQLite database in use stand in a file beside it
        for file in (path, path.with_name(path.name + "-wal")):
            if file.is_file():
                known = file.stat()
                yield file.name, known.st_size, known.st_mtime_ns
        return
    inner = path / ".git" if (path / ".git").exists() else path
    is_repository = (inner / "HEAD").exists()
    for file in sorted(inner.rglob("*") if not is_repository else _reference_files(inner)):
        if file.is_file():
            known = file.stat()
            yield str(file.relative_to(inner)), known.st_size, known.st_mtime_ns


def _reference_files(repository: Path) -> list[Path]:
    return [repository / "HEAD", repository / "packed-refs", *(repository / "refs").rglob("*")]


def fingerprint(sources: Sequence[Source], *, settings: Mapping[str, Any]) -> str:
    """A digest of names, sizes and times of all that a scan would read, and of the settings it would apply."""
    state = [(s.reader, s.origin, s.person, s.columns, [*_stats(s.path)] if s.path.exists() else None) for s in sources]
    text = json.dumps([_VERSION, state, sorted(settings.items())], default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def code() -> list[tuple[str, int, int]] | None:
    """(name, size, time of change) of our own files, sorted: what one version found another may not find.

    None where our modules are no files that can be looked at: in an archive, in a frozen program, compiled without their source.
    """
    here = Path(__file__)
    if here.suffix != ".py" or not here.is_file():
        return None
    ours = here.parent
    # what Python and numba make of the others, whole or just being written, is in folders of their own
    made = f"{os.sep}__pycache__"
    files = (Path(folder, name) for folder, _, names in os.walk(ours) if not folder.endswith(made) for name in names)
    return sorted((str(file.relative_to(ours)), *_size_and_change(file)) for file in files)


# another version of these may read a command otherwise, or find something else
_DECIDING = ("google-re2", "numpy", "scipy", "tree-sitter", "tree-sitter-bash", "wasmtime")


def libraries() -> list[str]:
    """The versions of Python and of the libraries that decide what is found."""
    from importlib.metadata import version  # 0.05 s, of which `status` needs nothing

    return [sys.version, *map(version, _DECIDING)]


def _size_and_change(file: Path) -> tuple[int, int]:
    known = file.stat()
    return known.st_size, known.st_mtime_ns


# ---- records that are kept as JSON


@dataclass(frozen=True, slots=True)
class _KeptScan:
    """The last scan of a configuration, as its file holds it."""

    version: int
    name: str
    mark: str
    scan: Scan


@dataclass(frozen=True, slots=True)
class _KeptEvidence:
    """What a draft stands on, as its file holds it."""

    version: int
    digest: str
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class _KeptIdentities:
    """Every routine that was seen here, as its file holds it: the last seen at the end."""

    version: int
    routines: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class _KeptBaselines:
    """The reports that were written of a configuration, as their file holds them: the oldest first."""

    version: int
    name: str
    reports: tuple[Baseline, ...]


_Kept = TypeVar("_Kept", _KeptScan, _KeptEvidence, _KeptIdentities, _KeptBaselines)


def _written(value: object) -> Any:
    """What msgspec does not know itself, as what it knows."""
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item"):  # a scalar of numpy; by its method, because what only reads does not load numpy
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} is in no record that is kept")


def _made(kind: Any, value: Any) -> Any:
    """A value of a type that msgspec does not know itself, from what `_written` made of it."""
    return get_origin(kind)(value) if get_origin(kind) is Counter else kind(value)


def _text(kept: _KeptScan | _KeptEvidence | _KeptIdentities | _KeptBaselines) -> str:
    import msgspec  # here, as in `_read`: `--help` does without it

    try:
        text = msgspec.json.encode(kept, enc_hook=_written).decode()
    except UnicodeEncodeError:
        # a path is no UTF-8, or not in this locale: the standard library writes its bytes as escapes
        text = json.dumps(msgspec.to_builtins(kept, enc_hook=_written, str_keys=True))
    return f"{text_digest(text)}\n{text}"


def _read(kind: type[_Kept], path: Path) -> _Kept | None:
    """A kept record; None when there is none, or none that this version can read: by its digest, then field by field."""

    try:
        mark, _, text = path.read_text(encoding="utf-8").partition("\n")
        if mark != text_digest(text):
            return None
        kept = _decoded(kind, text)
    except (OSError, ValueError, RecursionError):  # ValueError: of msgspec and of the standard library
        return None
    return kept if kept.version == _VERSION else None


def _decoded(kind: type[_Kept], text: str) -> _Kept:
    import msgspec

    try:
        return msgspec.json.decode(text, type=kind, dec_hook=_made)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:  # escapes of bytes that are no UTF-8, which msgspec refuses to read
        return msgspec.convert(json.loads(text), type=kind, dec_hook=_made, str_keys=True)


def _name_of(key: str) -> str:
    return f"{hashlib.blake2b(_bytes(key), digest_size=8).hexdigest()}.json"


# ---- scans


def save(scan: Scan, *, name: str, mark: str, folder: Path) -> None:
    """Keep a scan as the last one of its configuration.

    Args:
        scan: what was found.
        name: what was scanned: the configuration's path, or the named paths.
        mark: the fingerprint of its sources.
        folder: our own folder.
    """
    _keep(folder / "scans" / _name_of(name), lambda: _text(_KeptScan(_VERSION, name, mark, scan)))
    keep_last_name(name, folder=folder)
    with writing(folder):
        _unread_path(name, folder).unlink(missing_ok=True)


def keep_unread(sentences: Sequence[str], *, name: str, folder: Path) -> None:
    """Keep why nothing of a configuration could be read, a sentence for each source, until it can be again."""
    _keep(_unread_path(name, folder), lambda: json.dumps({"version": _VERSION, "unread": list(sentences)}))


def kept_unread(*, name: str, folder: Path) -> tuple[str, ...]:
    """Why nothing of a configuration could be read when it was tried last; empty: something could."""
    try:
        kept = json.loads(_unread_path(name, folder).read_text(encoding="utf-8"))
        return tuple(map(str, kept["unread"])) if kept["version"] == _VERSION else ()
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _unread_path(name: str, folder: Path) -> Path:
    return folder / "scans" / _name_of(f"unread: {name}")


def keep_last_name(name: str, *, folder: Path) -> None:
    """Keep what was scanned last, whether or not its scan is kept."""
    _keep(folder / "last", lambda: name)


def forget_scans(folder: Path) -> None:
    """Delete the kept scans, the routines in them and what is kept of reports for good; what they were of is still known.

    Raises:
        FivetimesError: one of them cannot be deleted.
    """
    with writing(folder):
        for kept in (folder / "scans", folder / "reports"):
            if kept.is_dir():
                with atomic.locked(kept):
                    for path in kept.glob("*.json"):
                        atomic.discard(path)
                    atomic.sync_folder(kept)
        if folder.is_dir():
            with atomic.locked(folder):  # which also removes what an ended process had taken the name from
                atomic.discard(folder / _ROUTINES)


def last_name(folder: Path) -> str | None:
    """What the last scan was of; None before the first."""
    try:
        return os.fsdecode((folder / "last").read_bytes())  # it names paths
    except OSError:
        return None


def saved(*, name: str, folder: Path) -> tuple[str, Scan] | None:
    """(fingerprint, scan) of a configuration's last scan; None when there is none that this version can read."""
    kept = _read(_KeptScan, folder / "scans" / _name_of(name))
    return (kept.mark, kept.scan) if kept is not None and kept.name == name else None


# ---- what became of approved conductors when they were followed up last


def keep_follow_up(until: str, standing: Mapping[str, str], *, conductors: Path, folder: Path) -> None:
    """Keep in a few words what became of the conductors of a folder; it goes when the kept scans go.

    Args:
        until: the day up to which their work was read.
        standing: by the ids of the conductors.
        conductors: their folder.
        folder: our own.
    """
    text = json.dumps({"version": _VERSION, "until": until, "standing": dict(standing)})
    _keep(_follow_up_path(conductors, folder), lambda: text)


def kept_follow_up(*, conductors: Path, folder: Path) -> tuple[str, Mapping[str, str]] | None:
    """(until, standing) of the last follow-up; None where there is none that this version can read."""
    try:
        kept = json.loads(_follow_up_path(conductors, folder).read_text(encoding="utf-8"))
        return (str(kept["until"]), dict(kept["standing"])) if kept["version"] == _VERSION else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _follow_up_path(conductors: Path, folder: Path) -> Path:
    return folder / "scans" / _name_of(f"follow-up of {conductors.resolve()}")


# ---- the routines that were ever seen here, and the reports that were written


def identities(folder: Path) -> tuple[Identity, ...]:
    """Every routine that was seen here, whatever was read then; the last seen at the end."""
    kept = _read(_KeptIdentities, folder / _ROUTINES)
    return kept.routines if kept is not None else ()


def keep_identities(seen: Iterable[Identity], *, folder: Path) -> None:
    """Keep what routines are recognised by, in the place of what was kept under their ids."""
    new = {one.id: one for one in seen}

    def text() -> str:
        old = (one for one in identities(folder) if one.id not in new)
        return _text(_KeptIdentities(_VERSION, (*old, *new.values())[-_MOST_ROUTINES:]))

    _keep(folder / _ROUTINES, text)


def baselines(*, name: str, folder: Path) -> tuple[Baseline, ...]:
    """What is kept of the reports of a configuration, the oldest first."""
    kept = _read(_KeptBaselines, folder / "reports" / _name_of(name))
    return kept.reports if kept is not None and kept.name == name else ()


def keep_baseline(report: Baseline, *, name: str, folder: Path) -> None:
    """Keep what a later report of a configuration is compared with; of several reports of one day, the last.

    They are one report in several forms, or one that was written again: each is compared with the day before.
    """

    def text() -> str:
        others = [one for one in baselines(name=name, folder=folder) if one.at.date() != report.at.date()]
        ordered = sorted([*others, report], key=lambda one: one.at)
        return _text(_KeptBaselines(_VERSION, name, tuple(ordered[-_MOST_REPORTS:])))

    _keep(folder / "reports" / _name_of(name), text)


# ---- the evidence of drafts, so that it can be checked when the histories have moved on


def keep_evidence(candidate: Candidate, *, digest: str, folder: Path) -> None:
    """Keep what a draft stands on, under the digest that the draft carries. No text of any source is in it."""
    _keep(folder / "evidence" / _name_of(digest), lambda: _text(_KeptEvidence(_VERSION, digest, candidate)))


def kept_evidence(digest: str, *, folder: Path) -> Candidate | None:
    """What a draft with this digest stood on; None when it was not drafted here."""
    kept = _read(_KeptEvidence, folder / "evidence" / _name_of(digest))
    return kept.candidate if kept is not None and kept.digest == digest else None


# ---- files that a person named


def was_written(text: str, *, folder: Path) -> bool:
    """Whether a file with this text was written as an export on this machine; no file is known after our folder is gone."""
    return text_digest(text) in _marks(folder)


def keep_written(texts: Iterable[str], *, folder: Path) -> None:
    """Keep digests of exports, no text and no place, so that they can be replaced as long as nobody changes them."""
    new = set(map(text_digest, texts))
    _keep(folder / _EXPORTS, lambda: json.dumps(sorted(_marks(folder) | new), indent=1) + "\n")


def _marks(folder: Path) -> frozenset[str]:
    try:
        marks = json.loads((folder / _EXPORTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    return frozenset(mark for mark in marks if isinstance(mark, str)) if isinstance(marks, list) else frozenset()


def text_digest(text: str) -> str:
    """The digest by which a text that was written is recognised; bytes that are not UTF-8 stand as surrogates."""
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Installed:
    """What was installed of a conductor at one place.

    Attributes:
        id: of the conductor.
        anchor: the full path of a folder; `inner`: the name below it of the folder that was installed into.
        files: by their names below the anchor, the digests of the texts that were written there.
        folders: the full paths of the folders that were made.
    """

    id: str
    anchor: str
    inner: str
    files: Mapping[str, tuple[str, ...]]
    folders: tuple[str, ...]


def installed(*, folder: Path) -> tuple[Installed, ...]:
    """What was installed from this machine and not removed since; nothing is known after our folder is gone."""
    import msgspec

    try:
        return msgspec.json.decode((folder / _INSTALLED).read_bytes(), type=tuple[Installed, ...])
    except (OSError, msgspec.DecodeError):
        return ()


def change_installed(change: Callable[[Sequence[Installed]], Sequence[Installed]], *, folder: Path) -> None:
    """Keep what is installed: what was kept -> what is kept from now on."""
    import msgspec

    _keep(folder / _INSTALLED, lambda: msgspec.json.encode(list(change(installed(folder=folder)))).decode() + "\n")

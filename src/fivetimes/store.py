"""Scan -> our own files, and back: the local key and the last scan of each configuration. Nothing else writes here.

Everything lies in one folder (`FIVETIMES_HOME`, by default the platform's data folder), readable by its owner alone, written
whole and renamed. What is kept of a scan is redacted: labels, counts, locations, keyed digests; no text of any source.
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
from pathlib import Path
from typing import Any, TypeVar, get_origin

import numpy as np

from fivetimes.errors import FivetimesError
from fivetimes.model import Candidate, Scan, Source

_VERSION = 4
_KEY_BYTES = 32
_NAMES = "names.json"
_EXPORTS = "exports.json"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read: whole, to disk, then renamed into place."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _folder(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FivetimesError(
            f"{folder}: our own folder cannot be made ({error.strerror}). Set FIVETIMES_HOME to one that can."
        ) from error
    return folder


def local_key(folder: Path) -> bytes:
    """The key of pseudonyms and digests, made on first use; it never leaves this machine.

    Raises:
        FivetimesError: it cannot be read or made.
    """
    path = _folder(folder) / "key"
    try:
        if not path.exists():
            write_private(path, secrets.token_hex(_KEY_BYTES))
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
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
    write_private(_folder(folder) / _NAMES, json.dumps(sorted(approved(folder) | set(names)), indent=1) + "\n")


def keep_record(name: str, text: str, *, folder: Path) -> None:
    """Keep a small file of another package beside the key, readable by the owner alone."""
    write_private(_folder(folder) / name, text)


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
                stat = file.stat()
                yield file.name, stat.st_size, stat.st_mtime_ns
        return
    inner = path / ".git" if (path / ".git").exists() else path
    is_repository = (inner / "HEAD").exists()
    for file in sorted(inner.rglob("*") if not is_repository else _reference_files(inner)):
        if file.is_file():
            stat = file.stat()
            yield str(file.relative_to(inner)), stat.st_size, stat.st_mtime_ns


def _reference_files(repository: Path) -> list[Path]:
    return [repository / "HEAD", repository / "packed-refs", *(repository / "refs").rglob("*")]


def fingerprint(sources: Sequence[Source], *, settings: Mapping[str, Any]) -> str:
    """A digest of names, sizes and times of all that a scan would read, and of the settings it would apply."""
    state = [(s.reader, s.origin, s.person, s.columns, [*_stats(s.path)] if s.path.exists() else None) for s in sources]
    text = json.dumps([_VERSION, state, sorted(settings.items())], default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


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


_Kept = TypeVar("_Kept", _KeptScan, _KeptEvidence)


def _written(value: object) -> Any:
    """What msgspec does not know itself, as what it knows."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} is in no record that is kept")


def _made(kind: Any, value: Any) -> Any:
    """A value of a type that msgspec does not know itself, from what `_written` made of it."""
    return get_origin(kind)(value) if get_origin(kind) is Counter else kind(value)


def _text(kept: _KeptScan | _KeptEvidence) -> str:
    import msgspec  # here, as in `_read`: `--help` does without it

    return msgspec.json.encode(kept, enc_hook=_written).decode()


def _read(kind: type[_Kept], path: Path) -> _Kept | None:
    """A kept record; None when there is none, or none that this version can read: it is checked field by field."""
    import msgspec

    try:
        kept = msgspec.json.decode(path.read_bytes(), type=kind, dec_hook=_made)
    except (OSError, msgspec.DecodeError, RecursionError):
        return None
    return kept if kept.version == _VERSION else None


def _name_of(key: str) -> str:
    return f"{hashlib.blake2b(key.encode(), digest_size=8).hexdigest()}.json"


# ---- scans


def save(scan: Scan, *, name: str, mark: str, folder: Path) -> None:
    """Keep a scan as the last one of its configuration.

    Args:
        scan: what was found.
        name: what was scanned: the configuration's path, or the named paths.
        mark: the fingerprint of its sources.
        folder: our own folder.
    """
    path = _folder(_folder(folder) / "scans") / _name_of(name)
    write_private(path, _text(_KeptScan(_VERSION, name, mark, scan)))
    write_private(folder / "last", name)


def forget_scans(folder: Path) -> None:
    """Delete the kept scans for good; what they were of is still known."""
    for path in (folder / "scans").glob("*.json"):
        path.write_bytes(b"\0" * path.stat().st_size)
        path.unlink()


def last_name(folder: Path) -> str | None:
    """What the last scan was of; None before the first."""
    try:
        return (folder / "last").read_text(encoding="utf-8")
    except OSError:
        return None


def saved(*, name: str, folder: Path) -> tuple[str, Scan] | None:
    """(fingerprint, scan) of a configuration's last scan; None when there is none that this version can read."""
    kept = _read(_KeptScan, folder / "scans" / _name_of(name))
    return (kept.mark, kept.scan) if kept is not None and kept.name == name else None


# ---- the evidence of drafts, so that it can be checked when the histories have moved on


def keep_evidence(candidate: Candidate, *, digest: str, folder: Path) -> None:
    """Keep what a draft stands on, under the digest that the draft carries. No text of any source is in it."""
    path = _folder(_folder(folder) / "evidence") / _name_of(digest)
    write_private(path, _text(_KeptEvidence(_VERSION, digest, candidate)))


def kept_evidence(digest: str, *, folder: Path) -> Candidate | None:
    """What a draft with this digest stood on; None when it was not drafted here."""
    kept = _read(_KeptEvidence, folder / "evidence" / _name_of(digest))
    return kept.candidate if kept is not None and kept.digest == digest else None


# ---- files that a person named


def read_text(path: Path) -> str:
    """A file that a person named.

    Raises:
        FivetimesError: it cannot be read; the sentence names the way out.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise FivetimesError(f"{path}: cannot be read ({error.strerror}). Name a file that you may read.") from error
    except UnicodeDecodeError as error:
        raise FivetimesError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error


def was_written(text: str, *, folder: Path) -> bool:
    """Whether a file with this text was written as an export on this machine; no file is known after our folder is gone."""
    return _mark(text) in _marks(folder)


def keep_written(texts: Iterable[str], *, folder: Path) -> None:
    """Keep digests of exports, no text and no place, so that they can be replaced as long as nobody changes them."""
    write_private(
        _folder(folder) / _EXPORTS, json.dumps(sorted({*_marks(folder), *map(_mark, texts)}), indent=1) + "\n"
    )


def _marks(folder: Path) -> frozenset[str]:
    try:
        marks = json.loads((folder / _EXPORTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    return frozenset(mark for mark in marks if isinstance(mark, str)) if isinstance(marks, list) else frozenset()


def _mark(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def amend(path: Path, change: Callable[[str], str]) -> None:
    """Change a shared file as a whole: nobody else's change is lost, and whoever reads sees the old text or the new.

    Args:
        path: the file; an absent one is empty. Its folder is made when it does not exist.
        change: the old text -> the new one; may raise, and then nothing is written.

    Raises:
        FivetimesError: it cannot be read or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.parent):
            text = change(read_text(path) if path.exists() else "")
            write_private(path, text)
            path.chmod(0o644)
    except OSError as error:
        raise FivetimesError(f"{path}: cannot be written ({error.strerror}). Name another folder.") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time; the lock goes with the process that holds it, however that ends."""
    if sys.platform == "win32":
        yield  # no lock of a folder there: the last writer wins
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_all(texts: Mapping[str, str], *, directory: Path, private: bool = False) -> list[Path]:
    """Write named texts below a directory, each whole and then renamed; returns the paths.

    Args:
        texts: relative file name → text; names with `..` or a leading `/` are refused.
        directory: made when it does not exist.
        private: readable by the owner alone.

    Raises:
        FivetimesError: a name leads out of the directory, or it cannot be written.
    """
    paths = []
    for name, text in texts.items():
        path = directory / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise FivetimesError(f"{name}: leads out of {directory}; nothing was written.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, text)
            if not private:
                path.chmod(0o644)
        except OSError as error:
            raise FivetimesError(f"{path}: cannot be written ({error.strerror}). Name another folder.") from error
        paths.append(path)
    return paths

"""Text -> files, each written whole: a reader finds the old one or the new one, after a power cut too; one writer at a time.

In our own folder (`store.py`) and wherever a person named a place.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from fivetimes.errors import FivetimesError

_PRIVATE = 0o600
_SHARED = 0o666  # as the umask wants it
_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.fivetimes")  # what is being written; without its writer it is left over


# ---- one writer at a time


@contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """One writer at a time in a folder, which is made if it is not there; gives whether this is it.

    The lock goes with the process that holds it, however that ends. Whoever gets it finds what a process that was ended has left,
    and removes it. A file system without such locks does without, and so does Windows: the last writer wins there.
    """
    make_folder(folder, mode=0o700)
    descriptor = None if sys.platform == "win32" else _acquired(folder, wait=wait)
    if descriptor is None:
        yield True
        return
    try:
        if descriptor >= 0:
            _sweep(folder)
        yield descriptor >= 0
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _acquired(folder: Path, *, wait: bool) -> int | None:
    """A descriptor that holds the folder's lock; -1: another process holds it; None: there are no locks here."""
    import fcntl

    while True:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return -1
        except OSError:  # as on some network file systems
            os.close(descriptor)
            return None
        if folder.exists() and os.path.samestat(os.fstat(descriptor), folder.stat()):
            return descriptor
        os.close(descriptor)  # it was removed while we waited, as by `forget --all`
        make_folder(folder, mode=0o700)


def _sweep(folder: Path) -> None:
    for path in folder.glob(".*.fivetimes"):
        if _TEMPORARY.fullmatch(path.name):
            with suppress(OSError):  # what cannot be removed is no reason not to go on
                discard(path)


# ---- whole, or not at all


def write_whole(path: Path, data: bytes, *, mode: int = _PRIVATE) -> None:
    """Write a file so that there is the old one or the new one, whatever happens: to the disk, renamed, and the name to the disk.

    Args:
        path: in a folder that the caller has `locked`.
        data: all of it.
        mode: of a new file, before the umask. One that is there keeps its own, unless it is to be private.

    Raises:
        OSError: it cannot be written; then there is nothing of it.
    """
    kept = stat.S_IMODE(path.stat().st_mode) if mode != _PRIVATE and path.exists() else None
    temporary = path.with_name(f".{secrets.token_hex(8)}.fivetimes")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            if kept is not None:
                temporary.chmod(kept)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):  # what made writing fail may make this fail; the next writer sweeps
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def discard(path: Path) -> None:
    """Overwrite a file with zeros and remove it, so that neither the folder nor the blocks that it had hold what it held.

    It loses its name first: whoever reads finds it whole or not at all, after a power cut too.

    Raises:
        OSError: it is there and cannot be overwritten or removed.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.fivetimes")
    try:
        path.rename(temporary)
    except FileNotFoundError:
        return
    sync_folder(path.parent)  # before a byte changes: a power cut must not give the name back to zeros
    with temporary.open("r+b") as file:
        file.write(b"\0" * temporary.stat().st_size)
        file.flush()
        os.fsync(file.fileno())
    temporary.unlink()
    sync_folder(path.parent)


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it that are missing, each written to the disk.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent, mode=mode)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk; systems that cannot do so for folders do without."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # somebody else's folder, in which we may not look around
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


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


def remove(path: Path) -> None:
    """Remove a file, or a link as such; one that is gone already is none.

    Raises:
        FivetimesError: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise FivetimesError(f"{path}: cannot be removed ({error.strerror}).") from error


def amend(path: Path, change: Callable[[str], str]) -> None:
    """Change a shared file as a whole: nobody else's change is lost, and whoever reads sees the old text or the new.

    Args:
        path: the file; an absent one is empty. Its folder is made when it does not exist.
        change: the old text -> the new one; may raise, and then nothing is written.

    Raises:
        FivetimesError: it cannot be read or written.
    """
    path = Path(os.path.realpath(path))  # a link stays one, and whoever follows it sees the change
    try:
        make_folder(path.parent)
        with locked(path.parent):
            write_whole(path, change(read_text(path) if path.exists() else "").encode(), mode=_SHARED)
    except OSError as error:
        raise FivetimesError(f"{path}: cannot be written ({error.strerror}). Name another folder.") from error


def text_of(path: Path) -> str | None:
    """A file of another program; None: there is none. Bytes that are not UTF-8 are surrogates, which `edit` makes bytes again.

    Raises:
        FivetimesError: it cannot be read.
    """
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else None
    except OSError as error:
        raise FivetimesError(f"{path}: cannot be read ({error.strerror}).") from error


def edit(path: Path, change: Callable[[str | None], str | None]) -> None:
    """Change a file of another program, such as a startup file of a shell: what is not changed stays byte for byte, the mode too.

    Args:
        path: the file; a link is followed. Folders that are missing are made.
        change: the old text as `text_of` gives it (None: there is no file) -> the new one (None: there shall be none).

    Raises:
        FivetimesError: it cannot be read or written.
    """
    path = Path(os.path.realpath(path))
    try:
        make_folder(path.parent)
        with locked(path.parent):
            before = text_of(path)
            after = change(before)
            if after is None and before is not None:
                path.unlink()
            elif after is not None and after != before:
                write_whole(path, after.encode("utf-8", "surrogateescape"), mode=_SHARED)
    except OSError as error:
        raise FivetimesError(f"{path}: cannot be changed ({error.strerror}). It is as it was.") from error


def write_all(texts: Mapping[str, str], *, directory: Path, private: bool = False) -> list[Path]:
    """Write named texts below a directory, each whole and then renamed; returns the paths.

    Args:
        texts: relative file name → text.
        directory: made when it does not exist.
        private: readable by the owner alone.

    Raises:
        FivetimesError: as `check_places`, or it cannot be written.
    """
    check_places(texts, directory=directory)
    paths = []
    for name, text in texts.items():
        path = directory / name
        try:
            make_folder(path.parent)
            if path.exists() and not path.is_file():
                path.write_text(text, encoding="utf-8")  # a device or a pipe is written to, not replaced
            else:
                with locked(path.parent):
                    write_whole(path, text.encode(), mode=_PRIVATE if private else _SHARED)
        except OSError as error:
            raise FivetimesError(f"{path}: cannot be written ({error.strerror}). Name another folder.") from error
        paths.append(path)
    return paths


def check_places(names: Iterable[str], *, directory: Path) -> None:
    """Refuse what would be written elsewhere than below a directory.

    Args:
        names: of files, relative to it.
        directory: a link to it, and links above it, are the person's who named it.

    Raises:
        FivetimesError: a name has `..`, is a full path, or leads over a symbolic link below the directory.
    """
    for name in names:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise FivetimesError(f"{name}: leads out of {directory}; nothing was written.")
        folder = directory
        for part in Path(name).parts[:-1]:
            folder /= part
            if folder.is_symlink():
                raise FivetimesError(
                    f"{folder}: a symbolic link, which may lead out of {directory}; nothing was written. "
                    "Name the folder that it leads to, or move it away."
                )

"""A repository that nobody vouches for -> what git prints of it, with nothing in it run and nothing fetched."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from subprocess import Popen
from typing import Any

from fivetimes.errors import ReadError
from fivetimes.ingest.formats.budget import Spending, current
from fivetimes.ingest.formats.files import beginning

_KILLED = -9
_PATIENCE = 60.0  # seconds without a sign of life, after which git is ended
_CHUNK = 1 << 18  # bytes that are read at once
_ANSWER_BYTES = 1 << 16  # bytes of a value of a configuration
_COMPLAINT_BYTES = 1 << 14  # bytes that are kept of what git complains about

# A repository's own configuration can name programs. Each key that a log could come by is set here: here is stronger.
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=" + os.devnull,
    "core.pager=cat",
    "core.attributesFile=" + os.devnull,
    "diff.external=",
    "log.showSignature=false",
    "log.showRoot=true",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
)
_OPTIONS = (
    *(part for setting in _SETTINGS for part in ("-c", setting)),
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
)

_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # stronger than any protocol.*.allow of the repository
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PYTHON_REFRESH": "quiet",
    "LANG": "C",
    "LC_ALL": "C",
}
_KEPT = ("HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP", "SUDO_UID")

# what git complains of -> our message
_COMPLAINTS = (
    ("dubious ownership", "it belongs to somebody else, and git refuses it. Read it as its owner, or say that you trust"
     " it: git config --global --add safe.directory {path}"),
    ("not a git repository", "git finds no repository in it. Name the folder that holds .git, or a bare repository."),
    ("no sign of life", "git printed nothing for a minute and was ended. Look at it with: git fsck"),
    ("unknown repository extension", "this git is too old for it. Install a newer git."),
)  # fmt: skip

_environment_lock = threading.Lock()


class Unfinished(ReadError):
    """git ended before it had printed everything; what was read before it stands."""


class NoHead(ReadError):
    """The branch that the repository stands on does not exist: it is empty, or stands wrong."""


def is_repository(path: Path) -> bool:
    """Whether a folder is a working tree with its repository, or a bare repository."""
    return (path / ".git").exists() or is_bare(path)


def is_bare(path: Path) -> bool:
    """Whether a folder is a repository without a working tree (or the inner folder of one with)."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def git_folder(repository: Path) -> Path:
    """Where git keeps what is a working tree's own: `.git`, or for a linked one or a submodule the folder that `.git` names."""
    inner = repository / ".git"
    if not inner.is_file():
        return inner if inner.exists() else repository
    begun = beginning(inner).decode("utf-8", "surrogateescape").partition("\n")[0]
    return repository / begun.removeprefix("gitdir:").strip()


def repository_around(folder: Path) -> tuple[Path, ...]:
    """The repository that a folder stands in, if it stands in one."""
    return tuple(standing for standing in (folder, *folder.parents) if is_repository(standing))[:1]


def stream(path: Path, arguments: Sequence[str]) -> Iterator[bytes]:
    """Yield what a git command prints, in pieces as they come.

    Wraps GitPython's command wrapper, which adds to the environment and cannot take from it: so the environment is
    rebuilt around the moment in which the process is started. It has no time limit for a streamed command: a watchdog
    ends one that is silent.

    Raises:
        ReadError: there is no repository, or git refuses it.
        Unfinished: git stopped before the end.
    """
    if not is_repository(path):
        raise ReadError(f"{path}: there is no git repository. Name the folder that holds .git, or a bare repository.")
    try:
        yield from _run(path, arguments, trusted=())
    except ReadError as error:
        trusted = _trusted(path) if "safe.directory" in str(error) else ()
        if not trusted:
            raise
        yield from _run(path, arguments, trusted=trusted)


def _run(path: Path, arguments: Sequence[str], *, trusted: Sequence[str]) -> Iterator[bytes]:
    folder = path.resolve()
    git_dir: tuple[str, ...] = ()
    if is_bare(folder):
        git_dir = (f"--git-dir={folder}",)  # named outright, git would not ask whose it is: so we do
        if not trusted and not _is_mine(folder):
            raise _complaint(path, "dubious ownership")
    wrapper = _started(folder, (*_OPTIONS, *trusted, *git_dir, *arguments), _ENVIRONMENT, standing=folder)
    process: Popen[bytes] = wrapper.proc
    account = current() or Spending(path)
    _bound(process, account.memory)
    complaint = bytearray()
    listener = threading.Thread(target=_listen, args=(process, complaint), daemon=True)
    with process:
        listener.start()
        try:
            while piece := _piece(process, account):
                yield piece
                if not account.take(len(piece)):
                    break
            else:
                status = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
            listener.join()
    if not account.take():
        raise Unfinished(f"{path}: stopped after {account.reached}.")
    if status:
        raise _complaint(path, complaint.decode("ascii", "replace") if status != _KILLED else "no sign of life")


def printed(path: Path, arguments: Sequence[str], *, most: int) -> bytes:
    """What a git command prints, up to so many bytes; nothing where git refuses, and what came before where it stops.

    Example:
        >>> printed(Path("nowhere"), ("rev-parse", "HEAD"), most=100)
        b''
    """
    found = bytearray()
    with suppress(ReadError):
        for piece in stream(path, arguments):
            found += piece
            if len(found) >= most:
                break
    return bytes(found[:most])


def _started(folder: Path, arguments: Sequence[str], environment: Mapping[str, str], *, standing: Path) -> Any:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    search = _search_path(os.environ.get("PATH", os.defpath), folder)
    program = shutil.which("git", path=search)
    if program is None:
        raise ReadError(f"{folder}: there is no git on the search path. Install git, or leave the repository out.")
    own = {**kept, **environment, "PATH": search, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    with _only(own | {"GIT_PYTHON_GIT_EXECUTABLE": program}):
        from git import Git  # here, for it starts a git of its own when it is imported

        return Git(str(standing)).execute([program, *arguments], as_process=True)


def _search_path(path: str, folder: Path) -> str:
    """The folders in which programs are looked for, without relative ones and those in the repository itself."""
    absolute = [Path(part) for part in path.split(os.pathsep) if Path(part).is_absolute()]
    return os.pathsep.join(str(part) for part in absolute if not part.resolve().is_relative_to(folder))


@contextmanager
def _only(environment: Mapping[str, str]) -> Iterator[None]:
    with _environment_lock:
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _bound(process: Popen[bytes], memory: int) -> None:
    """Let git take so much memory, where the system can say so of a process that runs (Linux)."""
    with suppress(ImportError, AttributeError, OSError):  # OSError: it has ended already
        import resource

        resource.prlimit(process.pid, resource.RLIMIT_DATA, (memory, memory))


def _piece(process: Popen[bytes], account: Spending) -> bytes:
    watchdog = threading.Timer(min(_PATIENCE, account.left), process.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        return process.stdout.read1(_CHUNK) if isinstance(process.stdout, BufferedReader) else b""
    finally:
        watchdog.cancel()


def _listen(process: Popen[bytes], complaint: bytearray) -> None:
    # without a listener a git that complains much would wait for one for ever
    while process.stderr is not None and (heard := process.stderr.read(_CHUNK)):
        complaint += heard[: _COMPLAINT_BYTES - len(complaint)]


def _complaint(path: Path, printed: str) -> ReadError:
    if "argument 'HEAD'" in printed or "bad revision 'HEAD'" in printed:
        return NoHead(f"{path}: there is no commit where it stands. Commit something, or check out a branch.")
    for mark, sentence in _COMPLAINTS:
        if mark in printed:
            return ReadError(f"{path}: {sentence.format(path=path.resolve())}")
    last = next(
        (line for line in reversed(printed.splitlines()) if line.startswith(("fatal: ", "error: "))), "no reason given"
    )
    shown = "".join(letter if letter.isprintable() else "?" for letter in last[:200])
    return Unfinished(f"{path}: git stopped before the end ({shown}). Look at it with: git fsck")


# ---- whose it is


def _is_mine(folder: Path) -> bool:
    if not hasattr(os, "geteuid"):
        return True
    owners = {os.geteuid()}
    if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdigit():
        owners.add(int(os.environ["SUDO_UID"]))
    return folder.stat().st_uid in owners


def _trusted(path: Path) -> tuple[str, ...]:
    """The option that repeats which folders the user trusts, by their own or their system's configuration; or nothing.

    That configuration is not read otherwise, for the sake of everything else in it.
    """
    folder = path.resolve()
    asked = {
        name: value for name, value in _ENVIRONMENT.items() if name not in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")
    }
    for scope in ("--global", "--system"):
        # of one file alone git would follow no include; as paths it prints `~` as the home folder
        wanted = ("config", scope, "--includes", "--type=path", "-z", "--get-all", "safe.directory")
        wrapper = _started(folder, wanted, asked, standing=Path(folder.anchor))
        printed = wrapper.proc.communicate()[0].decode("utf-8", "surrogateescape").split("\0")
        if _names(printed[:-1], folder):
            return ("-c", f"safe.directory={folder}")
    return ()


def own_addresses(path: Path) -> tuple[str, ...]:
    """The addresses under which whoever runs this commits in a repository: `user.email` of its configuration and of their own.

    Of their own configuration nothing else is read.
    """
    asked_here = ("config", "--local", "--includes", "-z", "--get-all", "user.email")
    found = _decoded(printed(path, asked_here, most=_ANSWER_BYTES))
    asked = {
        name: value for name, value in _ENVIRONMENT.items() if name not in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")
    }
    folder = path.resolve()
    with suppress(ReadError):
        wanted = ("config", "--global", "--includes", "-z", "--get-all", "user.email")
        wrapper = _started(folder, wanted, asked, standing=Path(folder.anchor))  # ends its process when it goes
        found += _decoded(wrapper.proc.communicate()[0])
    return tuple(dict.fromkeys(found))


def _decoded(printed: bytes) -> list[str]:
    return [value.strip() for value in printed.decode("utf-8", "surrogateescape").split("\0") if value.strip()]


def _names(trusted: Sequence[str], folder: Path) -> bool:
    """Whether values of safe.directory name a folder: `*` is any, `x/*` any below x, an empty one takes back those before."""
    since = max((at for at, value in enumerate(trusted, 1) if not value), default=0)
    return any(
        value == "*"
        or Path(os.path.realpath(value)) == folder
        or (value.endswith("/*") and folder.is_relative_to(os.path.realpath(value[:-2])))
        for value in trusted[since:]
    )

"""A home folder and an environment -> where shells, history tools and agents keep what they record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

_IN_HOME = (
    ".zsh_history",
    ".zhistory",
    ".histfile",
    ".bash_history",
    ".history",
    ".tcsh_history",
    ".sh_history",
    ".mksh_history",
    ".histdb/zsh-history.db",
    ".hishtory/.hishtory.db",
    ".resh_history.json",
    ".mcfly/history.db",
)
_IN_DATA = (
    "atuin/history.db",
    "mcfly/history.db",
    "resh/history.reshjson",
    "xonsh/history_json",
    "xonsh/xonsh-history.sqlite",
)
_OF_SEVERAL = ("powershell/PSReadLine/*_history.txt", "fish/*_history")  # one for each host or session name
_IN_SETTINGS = ("nushell/history.sqlite3", "nushell/history.txt")
_IN_ROAMING = ("Microsoft/Windows/PowerShell/PSReadLine/*_history.txt", *_IN_SETTINGS)  # Windows


def usual(home: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the places that exist or may exist; one place can come twice.

    A tool that keeps a database beside a shell's own history records the same commands again: where both are there, the
    database says more, but neither holds all of the other, and so both are given.

    Args:
        home: the person's home folder.
        environ: says where they have moved things to.
    """
    if environ.get("HISTFILE"):
        yield Path(environ["HISTFILE"])
    for folder in (home, Path(environ.get("ZDOTDIR") or home)):
        yield from (folder / name for name in _IN_HOME)
    for data in _folders(home, environ, "XDG_DATA_HOME", ".local/share"):
        yield from (data / name for name in _IN_DATA)
        yield from (path for names in _OF_SEVERAL for path in sorted(data.glob(names)))
    for settings in _folders(home, environ, "XDG_CONFIG_HOME", ".config"):
        yield from (settings / name for name in _IN_SETTINGS)
    if environ.get("APPDATA"):
        yield from (path for name in _IN_ROAMING for path in sorted(Path(environ["APPDATA"]).glob(name)))
    yield from _agents(home, environ)


def _folders(home: Path, environ: Mapping[str, str], variable: str, usually: str) -> Iterator[Path]:
    yield Path(environ.get(variable) or home / usually)
    yield home / "Library" / "Application Support"  # macOS


def _agents(home: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    yield Path(environ.get("CLAUDE_CONFIG_DIR") or home / ".claude") / "projects"
    codex = Path(environ.get("CODEX_HOME") or home / ".codex")
    yield from (codex / "sessions", codex / "archived_sessions")
    yield from sorted((home / ".gemini" / "tmp").glob("*/chats"))

"""A path -> the name of the reader for what is there, if any."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.formats import tables
from fivetimes.ingest.formats.files import after_newline, blocks
from fivetimes.ingest.formats.json_objects import json_object
from fivetimes.ingest.formats.repository import is_repository
from fivetimes.ingest.formats.sqlite import MAGIC, holds
from fivetimes.ingest.readers import atuin, hishtory, ipython, ksh, mcfly, nushell, xonsh, zsh_histdb
from fivetimes.ingest.readers.generic import columns
from fivetimes.ingest.registry import GUESTS

_FILES = 50  # files of a folder that are looked at
_FOLDERS = 200  # folders in it, at any depth down to:
_DEPTH = 5
_LINES = 200  # lines that are looked at; a transcript may begin with many that say nothing of its kind

_TOGETHER = frozenset({"claude_code", "codex", "gemini", "xonsh"})  # readers that take a folder of files as one source

# name of a file (with its folder) -> reader; the first that fits
_NAMES = (
    (re.compile(r"zsh_history$|zhistory$|\.histfile$|zsh[^/]*/[^/]*hist[^/]*$", re.I), "zsh"),
    (re.compile(r"bash_history$|bash[^/]*/[^/]*hist[^/]*$", re.I), "bash"),
    (re.compile(r"fish_history$|fish[^/]*/[^/]*_history$", re.I), "fish"),
    (re.compile(r"host_history\.txt$|psreadline/[^/]*hist[^/]*$", re.I), "powershell"),
    (re.compile(r"nu(?:shell)?/history\.txt$", re.I), "nushell"),
    (re.compile(r"tcsh[^/]*/[^/]*hist[^/]*$|\.tcsh_history$", re.I), "tcsh"),
    (re.compile(r"\.?python_history$"), "python"),
    (re.compile(r"\.?psql_history$"), "psql"),
    (re.compile(r"\.?sqlite_history$"), "sqlite"),
    (re.compile(r"\.?node_repl_history$"), "node"),
    (re.compile(r"/rollout-[^/]*\.jsonl(?:\.zst)?$"), "codex"),
    (re.compile(r"/logs/HEAD$"), "reflog"),
    (re.compile(r"\.xes(?:\.gz)?$"), "xes"),
    # consoles whose commands are no shell's, and that have no reader
    (
        re.compile(r"(?:mysql|mariadb|irb|pry|redis|rediscli|julia|octave|duckdb|mongo|gdb|erlang|R)[^/]*hist[^/]*$"),
        None,
    ),
)
_HISTORY = re.compile(r"hist(?:ory|file)?(?:\.txt)?$", re.I)

# first bytes of a file -> reader
_BEGINNINGS = (
    (re.compile(re.escape(ksh.KSH93) + rb"|" + re.escape(ksh.MKSH)), "ksh"),
    (re.compile(rb'\s*\{"locs":'), "xonsh"),
    (re.compile(rb'\s*\{\s*"sessionId":\s*"[^"]*",\s*"projectHash":[^{]*"messages"\s*:\s*\['), "gemini"),
    (re.compile(rb"\s*<(?:log[\s>]|(?:\?xml|!--)[^\0]{0,8000}?<log[\s>])"), "xes"),
)

# first words of a line -> reader
_LINE = (
    (re.compile(r": *\d{9,11}:\d+;"), "zsh"),
    (re.compile(r"- cmd: "), "fish"),
    (re.compile(r"#\d{9,10}\s*$"), "bash"),
    (re.compile(r"#\+\d{10}\s*$"), "tcsh"),
    (re.compile(r'v1\{"cmdLine"'), "resh"),
    (re.compile(r"[0-9a-f]{40,64} [0-9a-f]{40,64} .* \d{1,11} [+-]\d{4}(?:\t|$)"), "reflog"),
)

# fields of a JSON record -> reader
_FIELDS: Mapping[str, Callable[[Mapping[str, object]], bool]] = {
    "skill_log": lambda record: "skill" in record and bool({"timestamp", "actor", "status"} & record.keys()),
    "generic": lambda record: "action" in record and bool({"time", "person"} & record.keys()),
    "otlp": lambda record: "resourceSpans" in record,
    "resh": lambda record: "cmdLine" in record,
    "gemini": lambda record: {"sessionId", "projectHash"} <= record.keys(),
    "asciinema": lambda record: {"version", "width", "height"} <= record.keys(),
    "codex": lambda record: (
        {"type", "payload"} <= record.keys() or {"id", "timestamp", "instructions"} <= record.keys()
    ),
    "claude_code": lambda record: "type" in record and bool({"sessionId", "message", "leafUuid"} & record.keys()),
}

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TABLES = {
    "atuin": atuin.TABLE,
    "nushell": nushell.TABLE,
    "xonsh": xonsh.TABLE,
    "zsh_histdb": zsh_histdb.TABLE,
    "mcfly": mcfly.TABLE,
    "hishtory": hishtory.TABLE,
    "ipython": ipython.TABLE,
}


def sniff(path: Path) -> str | None:
    """Name the reader for a file or folder, None if there is nothing that fivetimes knows. Never raises.

    What a record says of itself goes before the name of its file; where the lines are bare, the name decides. What none
    of our readers knows is shown to those of other packages.

    Example:
        >>> sniff(Path("people/ana/.zsh_history/nowhere")) is None
        True
    """
    found = _own(path)
    if found is not None:
        return found
    return next((name for name, guest in GUESTS.items() if guest.recognises(path)), None)


def _own(path: Path) -> str | None:
    try:
        found = _folder(path) if path.is_dir() else _content(path)
        return _name(path) if found is None and not path.is_dir() else found or None
    except (ReadError, OSError):
        # what cannot be read is still what its name says, so that reading it can say why it cannot
        return _name(path) if path.exists() else None


def _folder(path: Path) -> str | None:
    if is_repository(path):
        return "git"
    kinds = {_own(file) for file in _files(path)} - {None}
    # a person's folder may hold transcripts beside other things: then each is a source of its own
    return kinds.pop() if len(kinds) == 1 and kinds <= _TOGETHER else None


def _files(path: Path) -> Iterator[Path]:
    """Some files below a folder, those near it first."""
    level, looked_at, found = [path], 0, 0
    for _ in range(_DEPTH + 1):
        deeper: list[Path] = []
        for folder in level:
            looked_at += 1
            children = sorted(folder.iterdir()) if looked_at <= _FOLDERS else []
            files = [child for child in children if child.is_file()][: _FILES - found]
            found += len(files)
            yield from files
            deeper += [child for child in children if child.is_dir() and not child.is_symlink()]
        level = deeper


def _name(path: Path) -> str | None:
    place = "/".join(path.absolute().as_posix().split("/")[-3:])
    for pattern, reader in _NAMES:
        if pattern.search(place):
            return reader
    return "bash" if _HISTORY.search(path.name) else None


def _content(path: Path) -> str | None:
    """The reader that a file's content asks for: None if the name may decide, empty if it is no text and nobody's."""
    block = next(blocks(path, after_newline), b"")
    if block.startswith(MAGIC):
        return _database(path)
    if block.startswith(tables.MAGIC):
        return "generic" if tables.is_action_log(path) else ""
    if block.startswith(_UTF16):
        return ""
    begun = next((name for pattern, name in _BEGINNINGS if pattern.match(block)), None)
    return begun or _lines(block.decode("utf-8", "surrogateescape").split("\n", _LINES)[:_LINES])


def _database(path: Path) -> str:
    try:
        there = holds(path, list(_TABLES.values()))
    except ReadError:  # damaged
        return ""
    return next((name for name, known in zip(_TABLES, there, strict=True) if known), "")


def unreadable(path: Path) -> str | None:
    """The sentence why a database, or a text in UTF-16, cannot be read; None for all that can, or is neither. Never raises."""
    try:
        block = next(blocks(path, after_newline), b"") if path.is_file() else b""
        if block.startswith(_UTF16):
            return f"{path}: it is written in UTF-16. Save it as UTF-8, or leave it out."
        if block.startswith(MAGIC):
            holds(path, list(_TABLES.values()))
    except (ReadError, OSError) as problem:
        return str(problem)
    return None


def _lines(rows: list[str]) -> str | None:
    if columns(rows[0]):
        return "generic"
    for row in rows:
        found = (
            _record(row) if row.startswith("{") else next((name for pattern, name in _LINE if pattern.match(row)), None)
        )
        if found:
            return found
    return None


def _record(row: str) -> str | None:
    record = json_object(row)
    if not isinstance(record, dict):
        return None
    return next((name for name, fits in _FIELDS.items() if fits(record)), None)

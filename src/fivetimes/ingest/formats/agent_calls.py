"""An agent's transcript, call by call -> RawBatch: what the readers of transcripts have in common.

A call and its location are tuples, which are made in six tenths of the time of frozen records: there is one for each line. What is
kept of them are columns of numbers and texts: a tuple for each call would have Python's collector go through all of them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from math import isnan
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from fivetimes.config import BATCH_ROWS, LONGEST_TEXT
from fivetimes.errors import ReadError
from fivetimes.ingest.formats.json_objects import json_object, too_deep
from fivetimes.ingest.formats.values import NAN, bounded, instant
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source

Record = Mapping[str, Any]
_One = TypeVar("_One")  # a record of a transcript, in whatever form

# looking up a member of an enumeration takes half as long as making a call of it (Python 3.11)
SHELL, TOOL, AGENT = Kind.SHELL, Kind.TOOL, By.AGENT

_LONG_ID = 16  # characters; a shorter id is counted anew in each conversation

DENIED = "denied or stopped by a person"  # the rule under which calls that were not carried out are counted

# Calls behind the last one that wait for their results when a batch is full. An agent asks for some tens of calls at once, and
# reads their results before it asks for more; what has none after so many calls will get none.
_WAITING = 1_000

# tools that run a command, and their arguments that may hold it
_SHELLS: Mapping[str, Sequence[str]] = {
    "Bash": ("command", "cmd"),
    "PowerShell": ("command",),
    "bash": ("command",),
    "shell": ("command",),
    "container.exec": ("command", "cmd"),
    "shell_command": ("command",),
    "exec_command": ("cmd", "command"),
    "local_shell": ("command",),
    "run_shell_command": ("command",),
    "Shell": ("command",),
    "Execute": ("command",),
    "execute_command": ("command",),
    "developer__shell": ("command",),
    "powershell": ("command",),
    "run_terminal_cmd": ("command",),
    "run_terminal_command": ("command",),
    "run_terminal_command_v2": ("command",),
}

# tools that load a skill, and their arguments that may name it
_SKILLS: Mapping[str, Sequence[str]] = {
    "skill": ("skill", "name"),
    "Skill": ("skill", "name"),
    "use_skill": ("skill_name",),
}


class Call(NamedTuple):
    """One call of a tool, or one thing that the user typed. `key` is the same in every copy of it."""

    key: str | None
    text: str
    kind: Kind
    args: Mapping[str, Any] | None = None
    by: By = AGENT
    folder: str | None = None  # where it works, if it names a folder
    exit: float = NAN
    duration: float = NAN  # seconds
    denied: bool = False  # not carried out, as `Transcript.deny` says it of a call that was added before


class Where(NamedTuple):
    """Where a record stands: its line, its time, its conversation and working folder."""

    line: int
    time: float = NAN
    session: str | None = None
    folder: str | None = None


@dataclass(slots=True)
class _CallRows:
    """The columns of a batch, the row of each call by its key, and the ends of calls that were not seen so far."""

    text: list[str] = field(default_factory=list)
    kind: list[Kind] = field(default_factory=list)
    args: list[Record | None] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    time: list[float] = field(default_factory=list)
    session: list[str | None] = field(default_factory=list)
    where: list[str | None] = field(default_factory=list)
    by: list[By] = field(default_factory=list)
    exit: list[float] = field(default_factory=list)
    duration: list[float] = field(default_factory=list)
    key: list[str | None] = field(default_factory=list)  # the same in every copy of the call, wherever it lies
    row: dict[str, int] = field(default_factory=dict)
    denied: set[int] = field(default_factory=set)  # rows of calls that were not carried out
    # exit status, moment, seconds; None for a call that was not carried out
    early: dict[str, tuple[float, float, float] | None] = field(default_factory=dict)

    def add(self, call: Call, where: Where, lasting: str | None) -> None:
        key, text, kind, args, by, folder, exit_, duration, denied = call
        line, time, session, usual_folder = where
        if key is not None:
            self.row[key] = len(self.text)
        if denied:
            self.denied.add(len(self.text))
        self.text.append(text[:LONGEST_TEXT])
        self.kind.append(kind)
        self.args.append(None if args is None else bounded(args))
        self.line.append(line)
        self.time.append(time)
        self.session.append(session)
        self.where.append(folder or usual_folder)
        self.by.append(by)
        self.exit.append(exit_)
        self.duration.append(duration)
        self.key.append(lasting)
        if self.early and key in self.early:
            ended = self.early.pop(key)
            if ended is None:
                self.denied.add(self.row[key])
            else:
                self.end(self.row[key], *ended)

    def end(self, row: int, exit_: float, time: float, duration: float) -> None:
        self.exit[row] = exit_
        self.duration[row] = max(time - self.time[row], 0.0) if duration != duration else duration  # noqa: PLR0124  # NaN

    def finished(self) -> int:
        """How many rows, from the first, can be handed on: those before the first one that still waits for its result."""
        total = len(self.text)
        waiting = (
            at
            for at in range(max(total - _WAITING, 1), total)
            if self.by[at] is AGENT and isnan(self.exit[at]) and at not in self.denied
        )
        return next(waiting, total)

    def cut(self, at: int) -> _CallRows:
        """Take out the rows before `at`; what is left counts from there."""
        first = _CallRows(row={}, denied={row for row in self.denied if row < at})
        for name in _CALL_COLUMNS:
            column = getattr(self, name)
            setattr(first, name, column[:at])
            setattr(self, name, column[at:])
        self.row = {key: row - at for key, row in self.row.items() if row >= at}
        self.denied = {row - at for row in self.denied if row >= at}
        return first

    def columns(self) -> dict[str, Any]:
        """The columns by name, without the calls that were not carried out."""
        found = {name: getattr(self, name) for name in _CALL_COLUMNS}
        if not self.denied:
            return found
        kept = [row not in self.denied for row in range(len(self.text))]
        return {name: list(compress(column, kept)) for name, column in found.items()}


_CALL_COLUMNS = ("text", "kind", "args", "line", "time", "session", "where", "by", "exit", "duration", "key")


@dataclass(slots=True)
class Transcript:
    """Collects the calls of one transcript, with the results that come later, and hands them on in batches."""

    source: Source
    balance: Balance
    seen: set[object]  # keys of calls in all transcripts of the source
    skipped: int = 0  # records without a call, since the last batch
    rows: _CallRows = field(default_factory=_CallRows)

    def read(self, records: Iterable[tuple[int, _One]], take: Callable[[int, _One], None]) -> Iterator[RawBatch]:
        """Have every record taken, by what adds the calls in it; yields batches, also of what stands before damage.

        Raises:
            ReadError: there is damage.
        """
        try:
            for line, record in records:
                take(line, record)
                if len(self.rows.text) >= BATCH_ROWS:
                    yield from self._batch(self.rows.cut(self.rows.finished()))
        except ReadError:
            yield from self._end()
            raise
        yield from self._end()

    def take(
        self, calls: Sequence[Call], line: int, time: object, session: str | None, folder: str | None = None
    ) -> None:
        """Take the calls of one record, which have its time; a record without calls is counted as such.

        Args:
            calls: what the record tells of.
            line: on which it stands, or its number.
            time: as the record has it; a call whose time cannot be understood is bad.
            session: its conversation.
            folder: its working folder.
        """
        if not calls:
            self.skip()
            return
        try:
            moment = instant(time)
        except ValueError:
            for _ in calls:
                self.refuse("timestamp not understood")
            return
        for call in calls:
            self.add(call, Where(line, moment, session, folder))

    def add(self, call: Call, where: Where) -> None:
        """Take a call, unless it is a copy or cannot be used."""
        # a resumed conversation carries its calls on under another name; a short id means nothing outside its own
        key = call.key if call.key is None or len(call.key) >= _LONG_ID else f"{where.session}/{call.key}"
        if not call.text:
            self.refuse("no name")
        elif key is not None and key in self.seen:
            self.repeat()
        elif call.args is not None and too_deep(call.args):
            self.refuse("nested too deeply")
        else:
            self.rows.add(call, where, key)
            if key is not None:
                self.seen.add(key)

    def end(self, key: str, *, exit_: float, time: float = NAN, duration: float = NAN) -> None:
        """Say how a call ended: its exit status, when, and in how many seconds; without these, it is the time between."""
        row = self.rows.row.get(key)
        if row is None:
            self.rows.early[key] = (exit_, time, duration)
        else:
            self.rows.end(row, exit_, time, duration)

    def deny(self, key: str) -> None:
        """Say that a call was not carried out: somebody refused it, or stopped it. It is counted apart, and is no event."""
        row = self.rows.row.get(key)
        if row is None:
            self.rows.early[key] = None
        else:
            self.rows.denied.add(row)

    def skip(self) -> None:
        """Count a record without a call."""
        self.skipped += 1

    def repeat(self) -> None:
        """Count another record of a call."""
        self.balance.records += 1
        self.balance.duplicates += 1

    def refuse(self, reason: str) -> None:
        """Count a call that cannot be used."""
        self.balance.records += 1
        self.balance.bad[reason] += 1

    def _end(self) -> Iterator[RawBatch]:
        if self.skipped:
            self.balance.records += self.skipped
            self.balance.ignored["not a call"] += self.skipped
            self.skipped = 0
        if self.rows.text:
            yield from self._batch(self.rows.cut(len(self.rows.text)))

    def _batch(self, rows: _CallRows) -> Iterator[RawBatch]:
        self.balance.records += len(rows.text)
        self.balance.events += len(rows.text) - len(rows.denied)
        if rows.denied:
            self.balance.ignored[DENIED] += len(rows.denied)
        if len(rows.text) > len(rows.denied):
            yield RawBatch(self.source.reader, self.source.origin, owner=self.source.person, **rows.columns())


def called(key: str | None, name: str, args: Record, *, folder: str | None = None) -> Call:
    """A call of a tool by its name: of a shell it is the command, of a tool that loads skills the skill.

    Example:
        >>> called("c1", "run_shell_command", {"command": "make all"}).text
        'make all'
        >>> called("c1", "shell", {"command": ["bash", "-lc", "make all"]}).text
        'make all'
        >>> called("c1", "read_file", {"path": "a.md"}).kind.name
        'TOOL'
        >>> called("c1", "skill", {"name": "release"}).text
        'release'
    """
    for argument in _SHELLS.get(name, ()):
        if command := command_of(args.get(argument)):
            return Call(key, command, SHELL, None, AGENT, folder)
    for argument in _SKILLS.get(name, ()):
        if skill := text_of(args, argument).strip("/ "):
            return Call(key, skill, Kind.SKILL, {k: v for k, v in args.items() if k != argument} or None, AGENT, folder)
    return Call(key, name, TOOL, dict(args) or None, AGENT, folder)


def is_shell(name: str) -> bool:
    """Whether a tool of this name runs a command.

    Example:
        >>> is_shell("exec_command"), is_shell("Read")
        (True, False)
    """
    return name in _SHELLS


def of_server(server: str, tool: str) -> str:
    """What a tool of an MCP server is called, in whichever agent: as most of them have it.

    Example:
        >>> of_server("tracker", "close_issue"), of_server("mcp__tracker__", "close_issue")
        ('mcp__tracker__close_issue', 'mcp__tracker__close_issue')
    """
    named = server.removeprefix("mcp__").strip("_")
    return f"mcp__{named}__{tool}" if named and tool else tool


def folder_of(written: str) -> str | None:
    """A working folder, also where it is written as an address (`file:///home/ana`); None for an empty one.

    Example:
        >>> folder_of("file:///home/ana/a%20b"), folder_of("file:///C:/w"), folder_of("")
        ('/home/ana/a b', 'C:/w', None)
    """
    if written.startswith("file://"):
        written = unquote(urlsplit(written).path)
        written = written[1:] if re.match(r"/[A-Za-z]:", written) else written
    return written or None


def typed(text: str, *, skills: re.Pattern[str], key: str | None = None) -> list[Call]:
    """What a person typed to an agent, if it is a command (`!make all`) or calls a skill; a request in words is none.

    Args:
        text: as they typed it.
        skills: what calls a skill: its name is the first group, its arguments are the second.
        key: the same in every copy of it.

    Example:
        >>> calls = re.compile(r"/skill:(\\S+)\\s*(.*)", re.DOTALL)
        >>> [typed(text, skills=calls)[0].text for text in ("! make all", "/skill:release v2")]
        ['make all', 'release']
        >>> typed("please release", skills=calls)
        []
    """
    if command := text.removeprefix("!").strip() if text.startswith("!") else "":
        return [Call(key, command, SHELL, by=By.HUMAN)]
    if skill := skills.fullmatch(text.strip()):
        args = {"args": skill[2]} if skill[2] else None
        return [Call(key, skill[1], Kind.SKILL, args, By.HUMAN)]
    return []


def arguments_of(value: object) -> Record:
    """The arguments of a call: an object, or the JSON text of one, as models write it; a text that is none is one argument.

    Example:
        >>> arguments_of('{"path": "a.md"}'), arguments_of("a.md"), arguments_of(None)
        ({'path': 'a.md'}, {'arguments': 'a.md'}, {})
    """
    if isinstance(value, str):
        found = json_object(value) if value.strip() else {}
        return found if isinstance(found, dict) else {"arguments": value}
    return value if isinstance(value, dict) else {}


def command_of(value: object) -> str:
    """A command line as it was given: as text, or as words; of a shell with `-c` it is the argument.

    Example:
        >>> command_of(["git", "commit", "-m", "a b"]), command_of(None)
        ("git commit -m 'a b'", '')
        >>> command_of([r"C:\\Program Files\\PowerShell\\7\\pwsh.exe", "-NoProfile", "-Command", "git pull"])
        'git pull'
    """
    if isinstance(value, str):
        return value.strip()
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        return ""
    return _line_for_shell(value) or shlex.join(value)


_SHELL_PROGRAM = re.compile(
    r"(?:.*[/\\])?(bash|sh|zsh|dash|ksh|fish|pwsh|powershell|cmd)(?:\.exe)?", re.IGNORECASE | re.DOTALL
)
_POSIX_COMMAND = re.compile(r"-[a-z]*c")  # -c, also together with other letters: -lc
# what Codex puts before a command of PowerShell
_ENCODING = "[Console]::OutputEncoding=[System.Text.Encoding]::UTF8;"


def _line_for_shell(words: Sequence[str]) -> str:
    """The command line that a shell is called with, empty where the words call none: `bash -lc …`, `pwsh -NoProfile -Command …`."""
    found = _SHELL_PROGRAM.fullmatch(words[0]) if words else None
    if found is None:
        return ""
    shell = found[1].lower()
    option = 1
    while option < len(words) and words[option][:1] in ("-", "/") and not _takes_command(shell, words[option]):
        option += 1
    if option >= len(words) or not _takes_command(shell, words[option]):
        return ""
    rest = words[option + 1 :]
    if shell in ("pwsh", "powershell", "cmd"):  # these take all words behind it as one line
        return " ".join(rest).strip().removeprefix(_ENCODING).strip()
    return rest[0].strip() if len(rest) == 1 else ""  # more are arguments of the command


def _takes_command(shell: str, option: str) -> bool:
    if shell == "cmd":
        return option.lower() in ("/c", "/k")
    if shell in ("pwsh", "powershell"):
        return option.lower() in ("-command", "-c")
    return _POSIX_COMMAND.fullmatch(option) is not None


def time_of(record: Record, key: str = "timestamp") -> float:
    """The moment of a record, NaN where it has none.

    Raises:
        ValueError: it has one that cannot be understood.
    """
    return instant(record.get(key))


def text_of(record: Record, key: str) -> str:
    """A text field, empty where there is none.

    Example:
        >>> text_of({"id": 7}, "id")
        ''
    """
    value = record.get(key)
    return value if isinstance(value, str) else ""


def object_of(record: Record, key: str) -> Record:
    """A field that is an object, empty where there is none.

    Example:
        >>> object_of({"payload": []}, "payload")
        {}
    """
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def result_text(content: object) -> str:
    """The text of a result: a text, or that of the blocks in a list.

    Example:
        >>> result_text([{"type": "text", "text": "Exit code 1"}, {"type": "image"}])
        'Exit code 1'
    """
    if isinstance(content, list):
        return "\n".join(text for block in content if isinstance(block, dict) and (text := text_of(block, "text")))
    return content if isinstance(content, str) else ""


def objects_of(record: Record, key: str) -> list[Record]:
    """The objects in a field that is a list.

    Example:
        >>> objects_of({"content": [1, {"type": "text"}]}, "content")
        [{'type': 'text'}]
    """
    value = record.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []

"""aider's input history, and its history of chats -> RawBatch: the commands that were given in it, and requests in words.

Read in aider/io.py, aider/commands.py and aider/coders/base_coder.py of Aider-AI/aider. The input history is the
one of prompt_toolkit: before each entry its time, which is local and has no zone, then each of its lines behind a plus sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import SHELL, Call, Transcript
from fivetimes.ingest.formats.files import after_newline, blocks, decode
from fivetimes.ingest.formats.prompts import asked
from fivetimes.ingest.formats.values import moment
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source

_INPUT = ".aider.input.history"
_TIME = re.compile(r"# (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)\s*")
_STARTED = re.compile(r"# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*")
_RUN = re.compile(r"(?:/(?:run|test)\s|!)\s*(.+)", re.DOTALL)
_GIT = re.compile(r"/git\s+(.+)", re.DOTALL)
# of aider's own commands those that do something to the repository; the others steer the conversation
_DOES = re.compile(r"/(commit|lint|test|undo)(?:\s+(.+))?", re.DOTALL)
_OWN = re.compile(r"/\S.*", re.DOTALL)
_NO_SKILL = re.compile(r"(?!)()")
_ASKED, _RUNNING = (
    "> Run shell command",
    "> Running ",
)  # what was asked before a command that aider proposed, and that it runs


class _TypedEntry(NamedTuple):
    """What was typed, or what aider ran: its line, its time, its chat. `proposed`: a command that aider came up with."""

    line: int
    time: float | None
    session: str | None
    text: str
    proposed: bool = False


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands that were run by `/run`, `/test`, `/git` and `!`, aider's own that change the repository, and requests.

    What aider proposed and its user let it run stands there too. A chat has no times but that of its start; where the input history
    lies beside it, what the chat tells stands there with its time, and is counted as a duplicate.

    Raises:
        ReadError: there is no such file.
    """
    transcript = Transcript(source, balance, set())
    is_chat = any(_STARTED.fullmatch(line) for _, line in _lines(source.path))
    copied = is_chat and source.path.with_name(_INPUT).is_file()

    def take(line: int, entry: _TypedEntry) -> None:
        call = _called(entry)
        # in a chat a headline of an answer looks like what its user asked for
        calls = [call] if call else [] if is_chat else asked(entry.text, skills=_NO_SKILL, steers=_is_own)
        if calls and copied:
            balance.records += 1
            balance.duplicates += 1
        else:
            transcript.take(calls, line, entry.time, entry.session)

    found = _of_chats(source.path) if is_chat else _typed(source.path)
    return transcript.read(((entry.line, entry) for entry in found), take)


def _is_own(text: str) -> bool:
    return _OWN.fullmatch(text) is not None


def _called(entry: _TypedEntry) -> Call | None:
    text = entry.text.strip()
    if entry.proposed:
        return Call(None, text, SHELL)
    if found := _RUN.fullmatch(text):
        return Call(None, found[1], SHELL, by=By.HUMAN)
    if found := _GIT.fullmatch(text):
        return Call(None, f"git {found[1]}", SHELL, by=By.HUMAN)
    if found := _DOES.fullmatch(text):
        return Call(None, found[1], Kind.SKILL, {"args": found[2]} if found[2] else None, By.HUMAN)
    return None


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    for block in blocks(path, after_newline):
        for line in decode(block).removesuffix("\n").split("\n"):
            number += 1
            yield number, line


def _typed(path: Path) -> Iterator[_TypedEntry]:
    time: float | None = None
    first, held = 0, list[str]()
    for number, line in (*_lines(path), (0, "")):
        if line.startswith("+"):
            first = first if held else number
            held.append(line[1:])
            continue
        if held:
            yield _TypedEntry(first, time, None, "\n".join(held))
            time, held = None, []
        if found := _TIME.fullmatch(line):
            time = _moment(found[1])


def _of_chats(path: Path) -> Iterator[_TypedEntry]:
    session, first, held, asked = None, 0, list[str](), False
    for number, line in (*_lines(path), (0, "")):
        if line.startswith("#### "):
            first = first if held else number
            held.append(line.removeprefix("#### ").rstrip())
            continue
        if held:
            yield _TypedEntry(first, None, session, "\n".join(held))
            held, asked = [], False
        if found := _STARTED.fullmatch(line):
            session = found[1]
        elif line.startswith(_ASKED):
            asked = True
        elif asked and line.startswith(_RUNNING):
            yield _TypedEntry(number, None, session, line.removeprefix(_RUNNING), proposed=True)


def _moment(text: str) -> float | None:
    try:
        return moment(text)[0]
    except ValueError:
        return None


def _paths(machine: Machine) -> Iterator[Path]:
    # it keeps both in the root of the repository; the second one tells nothing that the first does not
    for folder in (machine.here, *machine.here.parents):
        if (folder / ".git").exists():
            yield folder / _INPUT
            yield folder / ".aider.chat.history.md"
            return


READER = ReaderSpec(
    "aider",
    read,
    Signature(
        # a headline in an answer may look like what was typed, so only the start of a chat shows what it is
        line=re.compile(
            r"# aider chat started at \d{4}-|\+/(?:run|add|drop|commit|undo|ask|architect|code|diff|git|test|lint|web)(?:\s|$)"
        ),
        file_name=re.compile(r"\.aider\.(?:input\.history|chat\.history\.md)$"),
    ),
    default_paths=_paths,
)

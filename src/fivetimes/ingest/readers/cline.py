"""Tasks of Cline and of what was made from it (Roo Code, Kilo Code; one, or a folder of them) -> RawBatch: what the agent called.

Read in apps/vscode/src/core/storage/disk.ts and sdk/packages of cline/cline, and in src/core/task-persistence of
RooCodeInc/Roo-Code. A task is a folder with the conversation as the model had it; a session of Cline's newer
runtime is one document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fivetimes.errors import ReadError
from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    SHELL,
    Call,
    Record,
    Transcript,
    called,
    command_of,
    object_of,
    objects_of,
    result_text,
    text_of,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_document, json_list
from fivetimes.model.sources import Balance, RawBatch, Source

_CONVERSATION = "api_conversation_history.json"

# before 2025's native calls a call was written into the answer: <execute_command><command>make</command></execute_command>
_WRITTEN = re.compile(
    r"<(execute_command|write_to_file|apply_diff|replace_in_file|insert_content|search_and_replace|read_file|search_files|list_files"
    r"|list_code_definition_names|browser_action|use_mcp_tool|access_mcp_resource|new_task|switch_mode|codebase_search"
    r"|run_slash_command|use_skill)>\s*(.*?)\s*</\1>",
    re.DOTALL,
)
_ARGUMENT = re.compile(r"<([a-z_]{1,40})>(.*?)</\1>", re.DOTALL)
_CONTENT = frozenset({"content", "diff"})  # arguments that hold a file's text, in which anything may stand
_ENVIRONMENT = re.compile(r"^# Current (?:Working|Workspace) Directory \(([^)\n]{1,1000})\)", re.MULTILINE)
_REFUSED = re.compile(
    r"The user denied this operation|This tool call was rejected by the user|User denied the tool execution"
)
_EXIT = re.compile(r"(?:Exit code: |exited with code |failed with exit code )(-?[0-9]{1,9})\b")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a task, or of all tasks below a folder.

    Raises:
        ReadError: there is no such file or folder, or no task in it.
    """
    seen: set[object] = set()
    return each_file(
        source, balance, f"{_CONVERSATION}|*.messages.json", lambda one, account: _task(one, account, seen)
    )


def _task(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    path = source.path
    if path.name.endswith(".messages.json"):
        session, messages, moments = path.name.removesuffix(".messages.json"), _messages(json_document(path)), {}
    else:
        session, moments = path.parent.name, _moments(path)
        messages = [message for message in json_list(path) if isinstance(message, dict)]
    transcript = Transcript(source, balance, seen)
    folder: str | None = None
    written: list[str] = []  # keys of calls that stand in the text of the last answer

    def take(number: int, message: Record) -> None:
        nonlocal folder, written
        blocks = _blocks(message)
        calls: list[Call] = []
        if message.get("role") == "assistant":
            native = _native(blocks, f"{session}/{number}")
            calls = native or _written("\n".join(text_of(block, "text") for block in blocks), f"{session}/{number}")
            written = [] if native else [call.key for call in calls if call.key is not None]
        else:
            folder = _folder(blocks) or folder
            _keep(blocks, written, transcript)
        transcript.take(calls, number, message.get("ts") or moments.get(number), session, folder)

    return transcript.read(enumerate(messages, start=1), take)


def _messages(document: Record) -> list[Record]:
    return objects_of(document, "messages")


def _blocks(message: Record) -> list[Record]:
    content = message.get("content")
    return [{"type": "text", "text": content}] if isinstance(content, str) else objects_of(message, "content")


def _moments(path: Path) -> dict[int, object]:
    """When each message of a conversation began, by its number from 1: what was shown beside it has its place and its time.

    The place is that of the last whole message when something was shown: what is shown belongs to the one behind it.
    """
    try:
        shown = json_list(path.with_name("ui_messages.json"))
    except ReadError:
        return {}
    moments: dict[int, object] = {}
    for one in shown:
        at = one.get("conversationHistoryIndex") if isinstance(one, dict) else None
        if isinstance(one, dict) and isinstance(at, int) and not isinstance(at, bool):
            moments.setdefault(at + 2, one.get("ts"))
    return moments


def _folder(blocks: list[Record]) -> str | None:
    found = (_ENVIRONMENT.search(text_of(block, "text")) for block in blocks)
    return next((one[1] for one in found if one), None)


# ---- calls


def _native(blocks: list[Record], key: str) -> list[Call]:
    calls: list[Call] = []
    for at, block in enumerate(blocks):
        if block.get("type") == "tool_use":
            own = text_of(block, "id") or f"{key}/{at}"
            calls += _commands(own, block.get("input")) if block.get("name") == "run_commands" else []
            if block.get("name") != "run_commands":
                args = object_of(block, "input")
                calls.append(called(own, text_of(block, "name"), args, folder=text_of(args, "cwd") or None))
    return calls


def _commands(key: str, given: object) -> list[Call]:
    """The commands of one call of the newer runtime's shell, which takes several."""
    several = given.get("commands", given.get("command")) if isinstance(given, dict) else given
    if not isinstance(several, list):
        several = [several]
    texts = [_command(one) for one in several]
    # the result belongs to the call, and so to its last command
    return [
        Call(key if at == len(texts) else f"{key}/{at}", text, SHELL) for at, text in enumerate(texts, start=1) if text
    ]


def _command(given: object) -> str:
    if isinstance(given, dict):
        words: Any = given.get("args")
        return command_of([text_of(given, "command"), *words]) if isinstance(words, list) else text_of(given, "command")
    return command_of(given)


def _written(text: str, key: str) -> list[Call]:
    calls = []
    for at, tool in enumerate(_WRITTEN.finditer(text)):
        args = {name: value.strip() for name, value in _ARGUMENT.findall(tool[2]) if name not in _CONTENT}
        calls.append(called(f"{key}/{at}", tool[1], args, folder=args.get("cwd")))
    return calls


def _keep(blocks: list[Record], written: list[str], transcript: Transcript) -> None:
    for block in blocks:
        if block.get("type") == "tool_result":
            _ended(
                text_of(block, "tool_use_id"),
                result_text(block.get("content")),
                block.get("is_error") is True,
                transcript,
            )
    output = "\n".join(text_of(block, "text") for block in blocks)
    # only one call could stand in an answer then; what is said of it begins with its name
    if written and re.match(r"\s*\[[a-z_]{1,40}(?: for |\])", output):
        _ended(written[-1], output, False, transcript)


def _ended(key: str, output: str, failed: bool, transcript: Transcript) -> None:
    if _REFUSED.search(output[:1000]):
        transcript.deny(key)
        return
    status = _EXIT.search(output[:1000])
    transcript.end(key, exit_=float(status[1]) if status else float(failed))


# ---- where they lie

_EDITORS = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf")
_EXTENSIONS = ("saoudrizwan.claude-dev", "rooveterinaryinc.roo-cline", "kilocode.kilo-code")


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_own("CLINE_DIR", ".cline", "data/tasks", "data/sessions")
    below = [f"{editor}/User/globalStorage/{extension}/tasks" for editor in _EDITORS for extension in _EXTENSIONS]
    yield from machine.in_settings(*below)
    yield from machine.in_roaming(*below)
    yield from machine.in_home(
        *(f".vscode-server/data/User/globalStorage/{extension}/tasks" for extension in _EXTENSIONS)
    )


READER = ReaderSpec(
    "cline",
    read,
    Signature(file_name=re.compile(r"(?:^|/)api_conversation_history\.json$|/[^/]+\.messages\.json$")),
    takes_folder=True,
    default_paths=_paths,
)

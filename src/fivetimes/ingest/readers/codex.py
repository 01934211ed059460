"""Transcripts of Codex (one, or a folder of them; all generations) -> RawBatch: what the agent called, what its user typed.

A call stands in a transcript in up to three forms: as an item of the model (`function_call`, `custom_tool_call`, …), in the
JavaScript of a cell that the model has run (`custom_tool_call` of the tool `exec`), and as a finished item of the program
(`item_completed`, or one of the older `…_end` events). A finished item is the record of what was done: it ends the call of the
same id; else the call that a cell shows; else it is a call of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isnan
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    Call,
    Record,
    Transcript,
    Where,
    called,
    command_of,
    folder_of,
    is_shell,
    object_of,
    objects_of,
    of_server,
    text_of,
    time_of,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.javascript import tool_calls
from fivetimes.ingest.formats.json_objects import json_object, json_records
from fivetimes.ingest.formats.values import NAN, instant
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source

_PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+?)\s*$", re.MULTILINE)
# how most outputs begin today; what begins otherwise is looked through line by line
_OUTCOME = re.compile(
    r"(?:Chunk ID: [^\n]{0,40}\n)?Wall time: ([0-9]{1,9}(?:\.[0-9]{1,9})?) seconds\nProcess exited with code (-?[0-9]{1,9})\n"
)
_EXIT = re.compile(r"(?:Exit code:|Process exited with code) (-?[0-9]{1,9})\s*")
_SECONDS = re.compile(r"(?:Wall time|Duration): ([0-9.]{1,20}) seconds\s*")
_CELL_RUNS = re.compile(r"Script running with cell ID (\S{1,100})")
_CELL_SECONDS = re.compile(r"Script [^\n]{1,80}\nWall time:? ([0-9.]{1,20}) seconds\n")
# how the result of a call begins that was not carried out: its user, or what judges in their place, refused it or broke it off
_DENIED = re.compile(
    r"(?:Wall time: [0-9.]{1,20} seconds\n)?"
    r"(?:(?:exec command |patch |command )?(?:rejected|denied|declined|aborted) by (?:the )?user"
    r"|user (?:rejected|cancelled|canceled|declined) |This action was rejected\b|aborted$|exec_command failed.*?Rejected\()",
    re.DOTALL,
)
_TYPED = re.compile(r"\s*<user_shell_command>\s*<command>\s*(.*?)\s*</command>(.*)", re.DOTALL)
_SKILL = re.compile(r"\s*\$([a-z][a-z0-9:_-]{1,63})(?=\s|$)\s*(.*)", re.DOTALL)
_HEAD = 400  # characters of an output in which its outcome stands


class _Nested(NamedTuple):
    """A call that a cell shows: its id, its name or command, and the kind of the finished item that would record it."""

    key: str
    text: str
    item: str


@dataclass(slots=True)
class _Conversation:
    """What is known from earlier records of a transcript.

    `typed`: what the user asked for last, and the kinds of records that had it. `direct`: ids of calls that are items of the model.
    `cells`: the calls of each cell that has not ended, by the id of what its result will name. `running`: ids of cells that go on
    after their first result. `recorded`: kinds of finished items that this transcript holds.
    """

    session: str
    named: bool = False  # by its header
    folder: str | None = None
    typed: tuple[str, set[str]] | None = None
    direct: set[str] = field(default_factory=set)
    cells: dict[str, list[_Nested]] = field(default_factory=dict)
    running: dict[str, list[_Nested]] = field(default_factory=dict)
    recorded: set[str] = field(default_factory=set)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a Codex transcript, or of all below a folder; of one both plain and compressed the plain one counts.

    The oldest generation has no times, and they stay unknown. What a compacted conversation repeats is not read again.

    Raises:
        ReadError: there is no such file or folder, or no transcript in it.
    """
    seen: set[object] = set()
    return each_file(
        source, balance, "*.jsonl|*.jsonl.zst", lambda one, account: _transcript(one, account, seen), copies=".zst"
    )


def _transcript(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)
    state = _Conversation(source.path.name.removesuffix(".zst").removesuffix(".jsonl")[-36:])

    def take(line: int, record: Record) -> None:
        payload = record.get("payload")
        item = payload if isinstance(payload, dict) else record
        kind = text_of(item, "type")
        if kind in _RESULTS:
            _keep(record, item, state, transcript)
        finished = _finished(item, state, transcript) if kind in _FINISHED else None
        calls = [finished] if finished else _calls(record, item, state) if kind in _CALLING else ()
        if not calls:
            _note(record, item, state)
            transcript.skip()
            return
        try:
            time = _begun(item) if finished else NAN
            time = time_of(record) if isnan(time) else time
        except ValueError:
            for _ in calls:
                transcript.refuse("timestamp not understood")
            return
        for call in calls:
            transcript.add(call, Where(line, time, state.session, state.folder))

    return transcript.read(json_records(source.path, balance, parse=orjson.loads), take)


def _note(record: Record, item: Record, state: _Conversation) -> None:
    kind = record.get("type")
    is_header = kind == "session_meta" or (kind is None and "instructions" in record and "type" not in record)
    if is_header and not state.named:  # a fork repeats the header of the conversation that it comes from
        state.named = True
        state.session = text_of(item, "id") or state.session
        if item.get("history_mode") == "paginated":
            state.recorded.update(_RECORDED_IN_PAGES)
    if is_header or kind == "turn_context":
        state.folder = text_of(item, "cwd") or state.folder


# ---- calls


def _calls(record: Record, item: Record, state: _Conversation) -> list[Call]:
    if record.get("type") == "event_msg":
        return _from_user("event", text_of(item, "message"), state) if item["type"] == "user_message" else []
    if item is not record and record.get("type") != "response_item":
        return []
    make = _ITEMS.get(item["type"])
    if make is None:
        return _message(item, state)
    if item["type"] == "custom_tool_call" and item.get("name") == "exec":
        return _cell(item, state)
    call = make(item)
    if call.text == "wait" and call.args is not None and (cell := str(call.args.get("cell_id"))) in state.running:
        state.cells[call.key or ""] = state.running.pop(cell)  # no call of its own: it goes on with a cell
        return []
    if call.key is not None:
        state.direct.add(call.key)
    return [call]


def _function(item: Record) -> Call:
    found = json_object(text_of(item, "arguments") or "{}")
    name = text_of(item, "name")
    args = found if isinstance(found, dict) else {"arguments": text_of(item, "arguments")}
    space = text_of(item, "namespace")  # `functions` and others that the program has; a server's begins so:
    name = of_server(space, name) if space.startswith("mcp__") else name
    key, words = text_of(item, "call_id") or None, args.get("command")
    if isinstance(words, list) and len(words) == 2 and words[0] == "apply_patch" and isinstance(words[1], str):
        return _patch(key, words[1])
    return called(key, name, args, folder=text_of(args, "workdir") or None)


def _custom(item: Record) -> Call:
    key, name, given = text_of(item, "call_id") or None, text_of(item, "name"), text_of(item, "input")
    return (
        _patch(key, given) if name == "apply_patch" else Call(key, name, Kind.TOOL, {"input": given} if given else None)
    )


def _patch(key: str | None, patch: str) -> Call:
    return Call(key, "apply_patch", Kind.TOOL, {"paths": _PATCHED.findall(patch)})


def _shell(item: Record) -> Call:
    action = object_of(item, "action")
    folder = text_of(action, "working_directory") or None
    return called(text_of(item, "call_id") or None, "local_shell", action, folder=folder)


def _search(name: str) -> Callable[[Record], Call]:
    return lambda item: Call(text_of(item, "call_id") or text_of(item, "id") or None, name, Kind.TOOL)


_ITEMS: Mapping[str, Callable[[Record], Call]] = {
    "function_call": _function,
    "custom_tool_call": _custom,
    "local_shell_call": _shell,
    "web_search_call": _search("web_search"),
    "tool_search_call": _search("tool_search"),
}

_RESULTS = frozenset({"function_call_output", "custom_tool_call_output", "local_shell_call_output"})
_CALLING = frozenset({*_ITEMS, "message", "user_message"})


def _message(item: Record, state: _Conversation) -> list[Call]:
    if item.get("role") != "user":
        return []
    return [call for part in objects_of(item, "content") for call in _from_user("item", text_of(part, "text"), state)]


def _from_user(channel: str, text: str, state: _Conversation) -> list[Call]:
    """What a user's message asks for: a command that they ran themselves, or a skill that they named."""
    call = _asked(text)
    return [call] if call is not None and _is_new(channel, call, state) else []


def _is_new(channel: str, call: Call, state: _Conversation) -> bool:
    """Whether it is the first record of what the user asked for: the same stands in records of several kinds."""
    text = f"{call.text} {(call.args or {}).get('args', '')}"
    if state.typed is not None and state.typed[0] == text and channel not in state.typed[1]:
        state.typed[1].add(channel)
        return False
    state.typed = text, {channel}
    return True


def _asked(text: str) -> Call | None:
    if typed := _TYPED.match(text):
        exit_, duration = _outcome(typed[2])
        return Call(None, typed[1], Kind.SHELL, by=By.HUMAN, exit=exit_, duration=duration)
    if skill := _SKILL.match(text):
        return Call(None, skill[1], Kind.SKILL, {"args": skill[2]} if skill[2] else None, By.HUMAN)
    return None


# ---- cells of code


def _cell(item: Record, state: _Conversation) -> list[Call]:
    """The calls in the JavaScript of a cell, without those whose finished items this transcript has."""
    cell = text_of(item, "call_id")
    calls = [_nested(f"{cell}/{n}", *each) for n, each in enumerate(tool_calls(text_of(item, "input")), start=1)]
    open_ = state.cells[cell] = []
    for call in calls:
        nested = _Nested(call.key or "", call.text, _item_of(call))
        if nested.item not in state.recorded:
            open_.append(nested)
    kept = {nested.key for nested in open_}
    return [call for call in calls if call.key in kept]


def _nested(key: str, name: str, given: object) -> Call:
    if name == "apply_patch":
        patch = given.get("input") if isinstance(given, dict) else given
        return _patch(key, patch if isinstance(patch, str) else "")
    args = given if isinstance(given, dict) else {"input": given} if isinstance(given, str) and given else {}
    return called(key, name, args, folder=text_of(args, "workdir") or None)


def _item_of(call: Call) -> str:
    if call.kind is Kind.SHELL or is_shell(call.text):
        return "CommandExecution"
    if call.text.startswith("mcp__"):
        return "McpToolCall"
    return {"apply_patch": "FileChange", "web_search": "WebSearch"}.get(call.text, "")


# ---- finished items

_RECORDED_IN_PAGES = ("CommandExecution", "McpToolCall", "FileChange", "WebSearch")

# events of older versions -> the kind of item that they record
_ENDED = {
    "exec_command_end": "CommandExecution",
    "mcp_tool_call_end": "McpToolCall",
    "patch_apply_end": "FileChange",
    "web_search_end": "WebSearch",
}
_FINISHED = frozenset({"item_completed", *_ENDED})
_WELL, _ILL = ("completed", "success"), ("failed", "error")


def _finished(item: Record, state: _Conversation, transcript: Transcript) -> Call | None:
    """The call that a finished item records, None where another record has it; then the item says how that one ended."""
    kind = _ENDED.get(text_of(item, "type"), "")
    if not kind:
        item = object_of(item, "item")
        kind = text_of(item, "type")
    if kind == "UserMessage":
        asked = (
            call for part in objects_of(item, "content") for call in _from_user("page", text_of(part, "text"), state)
        )
        return next(asked, None)
    make = _FINISHED_ITEMS.get(kind)
    call = make(item) if make else None
    if call is None:
        return None
    if call.by is By.HUMAN:
        return call if _is_new("page", call, state) else None
    known = call.key if call.key in state.direct else _taken_from_cell(kind, call, state)
    if known is None:
        return call
    if call.denied:
        transcript.deny(known)
    elif not (isnan(call.exit) and isnan(call.duration)):
        transcript.end(known, exit_=call.exit, duration=call.duration)
    return None


def _taken_from_cell(kind: str, call: Call, state: _Conversation) -> str | None:
    """The id of the call in a cell that an item records. From the first such item on, cells are not asked for this kind."""
    state.recorded.add(kind)
    for nested in (*state.cells.values(), *state.running.values()):
        for at, one in enumerate(nested):
            if one.item == kind and one.text == call.text:
                return nested.pop(at).key
    return None


def _key(item: Record) -> str | None:
    return text_of(item, "id") or text_of(item, "call_id") or None


def _ended(call: Call, item: Record) -> Call:
    """The same call with its outcome."""
    status = text_of(item, "status").lower()
    code = next((item[name] for name in ("exit_code", "exitCode") if name in item), None)
    success = item.get("success")
    if code is None:
        failed = status in _ILL or success is False
        code = 1 if failed else 0 if status in _WELL or success is True else None
    error = item.get("error")
    reason = text_of(error, "message") if isinstance(error, dict) else error if isinstance(error, str) else ""
    denied = status == "declined" or _DENIED.match(reason) is not None
    return call._replace(exit=_number(code), duration=_seconds(item), denied=denied)


def _seconds(item: Record) -> float:
    given = item.get("duration")
    if isinstance(given, dict):
        return _number(given.get("secs")) + _number(given.get("nanos")) / 1e9
    return _number(item.get("durationMs", item.get("duration_ms"))) / 1000


def _begun(item: Record) -> float:
    """When the call began that an item records, NaN where it does not say."""
    return instant(item.get("started_at_ms"))


def _command_item(item: Record) -> Call | None:
    source = text_of(item, "source").replace("_", "").lower()
    if source == "unifiedexecinteraction":  # input for a command that runs
        return None
    command = command_of(item.get("command"))
    by = By.HUMAN if source == "usershell" else By.AGENT
    call = Call(_key(item), command, Kind.SHELL, by=by, folder=folder_of(text_of(item, "cwd")))
    return _ended(call, item)


def _server_item(item: Record) -> Call:
    invocation = object_of(item, "invocation") or item
    args = object_of(invocation, "arguments")
    call = Call(
        _key(item), of_server(text_of(invocation, "server"), text_of(invocation, "tool")), Kind.TOOL, dict(args) or None
    )
    result = item.get("result")
    if isinstance(result, dict) and "Err" in result:
        return _ended(call, {**item, "status": "failed", "error": result["Err"]})
    if isinstance(result, dict) and "Ok" in result:
        failed = object_of(result, "Ok").get("isError") or object_of(result, "Ok").get("is_error")
        return _ended(call, {**item, "status": "failed" if failed else "completed"})
    return _ended(call, item)


def _dynamic_item(item: Record) -> Call:
    return _ended(Call(_key(item), text_of(item, "tool"), Kind.TOOL, dict(object_of(item, "arguments")) or None), item)


def _change_item(item: Record) -> Call:
    changes = item.get("changes")
    paths = (
        list(changes)
        if isinstance(changes, dict)
        else [text_of(change, "path") for change in objects_of(item, "changes")]
    )
    return _ended(Call(_key(item), "apply_patch", Kind.TOOL, {"paths": paths}), item)


def _search_item(item: Record) -> Call:
    return Call(_key(item), "web_search", Kind.TOOL)


_FINISHED_ITEMS: Mapping[str, Callable[[Record], Call | None]] = {
    "CommandExecution": _command_item,
    "McpToolCall": _server_item,
    "DynamicToolCall": _dynamic_item,
    "FileChange": _change_item,
    "WebSearch": _search_item,
}


# ---- results


def _keep(record: Record, item: Record, state: _Conversation, transcript: Transcript) -> None:
    output, key = item.get("output"), text_of(item, "call_id")
    parts = [text_of(part, "text") for part in objects_of(item, "output")]
    try:
        at = time_of(record)
    except ValueError:
        at = NAN
    if key in state.cells:
        _keep_cell(key, parts or [output if isinstance(output, str) else ""], at, state, transcript)
        return
    if isinstance(output, dict):
        output = output.get("content")
    elif isinstance(output, list):
        output = "\n".join(parts)
    if isinstance(output, str) and _is_denied(output):
        transcript.deny(key)
        return
    exit_, duration = _outcome(output) if isinstance(output, str) else (NAN, NAN)
    transcript.end(key, exit_=exit_, time=at, duration=duration)


def _keep_cell(key: str, parts: list[str], at: float, state: _Conversation, transcript: Transcript) -> None:
    """How the calls of a cell ended, as far as its output says so: of one call its time, of all in order their exit status."""
    nested = state.cells.pop(key)
    whole = "\n".join(parts)
    if runs := _CELL_RUNS.match(whole):
        state.running[runs[1]] = nested
        return
    if _is_denied(whole):
        for call in nested:
            transcript.deny(call.key)
        return
    commands = [call for call in nested if call.item == "CommandExecution"]
    exits = [status for part in parts for status in _exits(part)]
    if len(exits) != len(commands):
        exits = [NAN] * len(commands)
    alone = len(nested) == 1
    seconds = _CELL_SECONDS.match(whole)
    for call, exit_ in zip(commands, exits, strict=True):
        if alone:
            transcript.end(call.key, exit_=exit_, time=at, duration=_number(seconds[1]) if seconds else NAN)
        elif not isnan(exit_):
            transcript.end(call.key, exit_=exit_)


def _exits(output: str) -> list[float]:
    """The exit statuses of the results that a cell wrote out, each an object or a list of such."""
    text = output.partition("\nOutput:\n")[2] if output.startswith("Script ") else output
    if text[:1] not in ("{", "["):
        return []
    found = json_object(f'{{"results":{text}}}')
    results = found["results"] if isinstance(found, dict) else []
    each = results if isinstance(results, list) else [results]
    return [_number(one["exit_code"]) for one in each if isinstance(one, dict) and one.get("exit_code") is not None]


def _is_denied(output: str) -> bool:
    if output[:1] == "{":
        found: Any = json_object(output)
        output = text_of(found, "output") if isinstance(found, dict) else ""
    return _DENIED.match(output) is not None


def _outcome(output: str) -> tuple[float, float]:
    """(exit, duration) as a tool reports it: in old files as JSON with the figures, in newer ones in words above the output."""
    if output[:1] == "{":
        found: Any = json_object(output)
        figures = object_of(found, "metadata") if isinstance(found, dict) else {}
        return _number(figures.get("exit_code")), _number(figures.get("duration_seconds"))
    if begun := _OUTCOME.match(output):
        return float(begun[2]), float(begun[1])
    exit_ = duration = None
    for line in output[:_HEAD].partition("\nOutput:")[0].split("\n"):
        exit_, duration = exit_ or _EXIT.fullmatch(line), duration or _SECONDS.fullmatch(line)
    return float(exit_[1]) if exit_ else NAN, _number(duration[1]) if duration else NAN


def _number(value: object) -> float:
    try:
        return float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else NAN
    except (ValueError, OverflowError):
        return NAN


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_own("CODEX_HOME", ".codex", "sessions", "archived_sessions")


def _is_record(record: Mapping[str, object]) -> bool:
    return {"type", "payload"} <= record.keys() or {"id", "timestamp", "instructions"} <= record.keys()


READER = ReaderSpec(
    "codex",
    read,
    Signature(record=_is_record, file_name=re.compile(r"/rollout-[^/]*\.jsonl(?:\.zst)?$")),
    takes_folder=True,
    default_paths=_paths,
)

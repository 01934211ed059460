"""What was done -> the other forms of a source that a reader takes: older ones, compressed ones, documents, databases in use.

Also which forms there are: a reader that opens a form in which nothing is planted fails the check of leaks.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow
import pyarrow.parquet
from benchmarks import planters
from benchmarks.planters import Did, iso, json_lines, name_of, plainly, written

from fivetimes.ingest import READERS

# ---- shells


def _bash_bare(folder: Path, work: Sequence[Did]) -> Path:
    return written(folder / ".bash_history", "".join(f"{did.text}\n" for did in work))


def _zsh_bare(folder: Path, work: Sequence[Did]) -> Path:
    return written(folder / ".zsh_history", "".join(did.text.replace("\n", "\\\n") + "\n" for did in work))


def _nushell_sqlite(folder: Path, work: Sequence[Did]) -> Path:
    columns = "id INTEGER PRIMARY KEY,command_line,start_timestamp,session_id,hostname,cwd,duration_ms,exit_status"
    rows = (
        (number, did.text, did.time * 1000, did.session, did.text, did.text, 5, 0) for number, did in enumerate(work, 1)
    )
    return planters.database(folder / "history.sqlite3", "history", columns, rows)


def _xonsh_json(folder: Path, work: Sequence[Did]) -> Path:
    """One file for each session, with its environment and all that its commands printed."""
    for number in dict.fromkeys(did.session for did in work):
        done = [did for did in work if did.session == number]
        cmds = [
            {"inp": did.text + "\n", "rtn": 0, "ts": [did.time, did.time + 1], "cwd": did.text, "out": did.text}
            for did in done
        ]
        kept = {"cmds": cmds, "sessionid": f"s{number}", "env": {"SECRET": done[0].text}, "ts": [done[0].time, None]}
        document = json.dumps({"locs": [0, 0, 0, 0], "index": {}, "data": kept})
        written(folder / f"xonsh-s{number}.json", document)
    return folder


def _atuin_in_use(folder: Path, work: Sequence[Did]) -> Path:
    """A database that its program has open: all that was done stands in the log beside it."""
    path = folder / "history.db"
    folder.mkdir(parents=True, exist_ok=True)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("PRAGMA wal_autocheckpoint=0")
    writer.execute("CREATE TABLE history(id,timestamp,duration,exit,command,cwd,session,hostname,deleted_at)")
    rows = ((n, did.time * 10**9, 1, 0, did.text, "/", f"s{did.session}", "h", None) for n, did in enumerate(work))
    writer.executemany("INSERT INTO history VALUES (?,?,?,?,?,?,?,?,?)", rows)
    _open.append(writer)
    return path


_open: list[sqlite3.Connection] = []  # closed, it would move its log into the database

# ---- logs


def _row(did: Did) -> dict[str, str]:
    said = json.dumps({"line": did.text})
    return {
        "person": plainly(did),
        "time": iso(did.time),
        "action": name_of(did),
        "args": said,
        "session": f"s{did.session}",
    }


def _generic_jsonl(folder: Path, work: Sequence[Did]) -> Path:
    return written(
        folder / "log.jsonl", json_lines([{**_row(did), "note": did.text, f"{did.text}=": 1} for did in work])
    )


def _generic_parquet(folder: Path, work: Sequence[Did]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{name: value.encode("utf-8", "replace").decode() for name, value in _row(did).items()} for did in work]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "log.parquet")
    return folder / "log.parquet"


def _xes_gzip(folder: Path, work: Sequence[Did]) -> Path:
    plain = planters.PLANTERS["xes"](folder, work)
    path = folder / "log.xes.gz"
    path.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    plain.unlink()
    return path


# ---- agents


def _codex_first(folder: Path, work: Sequence[Did]) -> Path:
    """The generation of spring 2025: bare records without times, what the tools gave as JSON."""
    records: list[object] = [
        {"id": "c0", "timestamp": iso(work[0].time), "instructions": work[0].text}, {"record_type": "state"}
    ]  # fmt: skip
    for number, did in enumerate(work):
        told = json.dumps({"command": ["bash", "-lc", did.text], "workdir": did.text})
        given = json.dumps({"output": did.text, "metadata": {"exit_code": 0, "duration_seconds": 0.1}})
        records += [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": did.text}]},
            {"type": "function_call", "name": "shell", "arguments": told, "call_id": f"k{number}"},
            {"type": "function_call_output", "call_id": f"k{number}", "output": given},
        ]
    written(folder / "2025" / "rollout-2025-05-05T10-00-00-c0.jsonl", json_lines(records))
    return folder


def _codex_calls(did: Did, number: int) -> list[dict[str, object]]:
    """The other ways in which a later Codex tells of a call, and of what its user typed."""
    key = {"call_id": f"k{number}"}
    typed = f"<user_shell_command>\n<command>\n{did.text}\n</command>\n<result>\n{did.text}\n</result>\n</user_shell_command>"
    command = {"cmd": did.text, "workdir": did.text}
    ways: tuple[dict[str, object], ...] = (
        {"type": "local_shell_call", "action": {"type": "exec", "command": ["bash", "-lc", did.text]}, **key},
        {"type": "function_call", "name": "exec_command", "arguments": json.dumps({"cmd": did.text}), **key},
        {
            "type": "custom_tool_call",
            "name": "exec",
            "input": f"text(await tools.exec_command({json.dumps(command)}))",
            **key,
        },
        {"type": "function_call", "name": "write_stdin", "arguments": did.text, **key},
        {
            "type": "custom_tool_call",
            "name": "apply_patch",
            "input": f"*** Update File: {did.text}\n+{did.text}\n",
            **key,
        },
        {
            "type": "item_completed",
            "item": {
                "type": "McpToolCall",
                "id": f"i{number}",
                "server": "notes",
                "tool": "add",
                "arguments": {"text": did.text},
                "result": did.text,
            },
        },
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": typed}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": f"${did.skill} {did.text}"}]},
    )
    way = ways[number % len(ways)] if did.secret else ways[1]
    given: dict[str, object] = {"type": "function_call_output", "output": f"Exit code: 0\nOutput:\n{did.text}", **key}
    return [way, given]


def _codex_zst(folder: Path, work: Sequence[Did]) -> Path:
    """A later generation, compressed as Codex compresses what is old."""
    records: list[object] = [
        {"timestamp": iso(work[0].time), "type": "session_meta", "payload": {"id": "c2", "cwd": work[0].text}}
    ]
    for number, did in enumerate(work):
        for payload in _codex_calls(did, number):
            records.append({"timestamp": iso(did.time), "type": "response_item", "ordinal": number, "payload": payload})
        event = {"type": "user_message", "message": did.text}
        records.append({"timestamp": iso(did.time), "type": "event_msg", "payload": event})
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rollout-2026-01-05T10-00-00-c2.jsonl.zst"
    with pyarrow.output_stream(str(path), compression="zstd") as file:
        file.write(json_lines(records).encode())
    return path


def _gemini_json(folder: Path, work: Sequence[Did]) -> Path:
    """One document for each conversation, as before the lines."""
    for session in dict.fromkeys(did.session for did in work):
        done = [(number, did) for number, did in enumerate(work) if did.session == session]
        messages = [
            {"id": f"m{number}", "type": "gemini", "timestamp": iso(did.time), "content": did.text, "thoughts": did.text,
             "toolCalls": [{"id": f"g{number}", "name": "run_shell_command", "args": {"command": did.text, "description": did.text},
                            "status": "success", "timestamp": iso(did.time), "result": did.text}]}
            for number, did in done
        ]  # fmt: skip
        document = {
            "sessionId": f"g{session}",
            "projectHash": "x",
            "startTime": iso(done[0][1].time),
            "messages": messages,
        }
        written(folder / f"session-2026-01-05-{session}.json", json.dumps(document))
    return folder


def _otlp_logs(folder: Path, work: Sequence[Did]) -> Path:
    """Log events of Claude Code in one array, fields as the protocol buffers have them."""

    def event(did: Did) -> dict[str, object]:
        parameters = json.dumps({"bash_command": did.text, "full_command": did.text, "description": did.text})
        given = {"event.name": "tool_result", "tool_name": "Bash", "success": "true", "duration_ms": "12", "user.email": did.text,
                 "session.id": f"s{did.session}", "tool_parameters": parameters, "tool_input": did.text}  # fmt: skip
        attributes = [{"key": key, "value": {"string_value": value}} for key, value in given.items()]
        body = {"string_value": did.text if did.secret else "claude_code.tool_result"}
        return {"time_unix_nano": str(int(did.time) * 10**9), "body": body, "attributes": attributes}

    logs = [{"resource_logs": [{"scope_logs": [{"log_records": [event(did)]}]}]} for did in work]
    return written(folder / "logs.json", json.dumps(logs))


def _claude_typed(folder: Path, work: Sequence[Did]) -> Path:
    """What the user typed, and skills; a secret among it is an argument."""
    records: list[object] = []
    for number, did in enumerate(work):
        common = {
            "sessionId": f"s{did.session}",
            "cwd": f"/home/{did.text[:20]}",
            "gitBranch": did.text,
            "timestamp": iso(did.time),
        }
        slash = f"<command-name>/{did.skill}</command-name><command-args>{did.text}</command-args><command-message>{did.text}"
        tools = ({"name": "Skill", "input": {"skill": did.skill, "args": did.text}},
                 {"name": "SlashCommand", "input": {"command": f"/{did.skill} {did.text}"}},
                 {"name": "mcp__notes__keep", "input": {"text": did.text, "nested": {did.text: [did.text]}}})  # fmt: skip
        said: object
        if not did.secret or number % 5 == 0:
            said, kind = f"<bash-input>{did.text}</bash-input>", "user"
        elif number % 5 == 1:
            said, kind = slash, "user"
        else:
            said, kind = [{"type": "tool_use", "id": f"t{number}", **tools[number % 5 - 2]}], "assistant"
        records.append({"type": kind, "message": {"content": said}, **common, "uuid": f"u{number}"})
        if said == slash:
            answer = [{"type": "text", "text": did.text}]
            records.append({"type": "assistant", "message": {"content": answer}, **common, "uuid": f"a{number}"})
        records.append({"type": "summary", "summary": did.text, "leafUuid": f"u{number}"})
    written(folder / "-home-x" / "session.jsonl", json_lines(records))
    return folder


def _opencode_json(folder: Path, work: Sequence[Did]) -> Path:
    """The folder of files before the database: one for each session, message and part."""
    for number, did in enumerate(work):
        session, message = f"ses_s{did.session}", f"msg_m{number}"
        ids = {"id": f"prt_p{number}", "sessionID": session, "messageID": message}
        written(
            folder / "session" / "p" / f"{session}.json",
            json.dumps({"id": session, "directory": did.text, "title": did.text}),
        )
        written(
            folder / "message" / session / f"{message}.json",
            json.dumps({"id": message, "role": "assistant", "text": did.text}),
        )
        written(folder / "part" / message / f"{ids['id']}.json", json.dumps({**ids, **planters.part_of(number, did)}))
    return folder


def _goose_lines(folder: Path, work: Sequence[Did]) -> Path:
    """A session before the database."""
    records: list[object] = [{"working_dir": work[0].text, "description": work[0].text, "message_count": len(work)}]
    for number, did in enumerate(work):
        value = {"name": "developer__shell", "arguments": {"command": did.text}}
        request = {"type": "toolRequest", "id": f"t{number}", "toolCall": {"status": "success", "value": value}}
        records.append(
            {"role": "assistant", "created": did.time, "content": [{"type": "text", "text": did.text}, request]}
        )
    written(folder / "20260105_100000.jsonl", json_lines(records))
    return folder


def _cursor_chat(folder: Path, work: Sequence[Did]) -> Path:
    """The database of the command line."""
    rows: list[tuple[object, ...]] = [("root", work[0].text.encode("utf-8", "replace"))]
    for number, did in enumerate(work):
        call = {
            "type": "tool-call",
            "toolCallId": f"t{number}",
            "toolName": "Shell",
            "args": {"command": did.text, "cwd": did.text},
        }
        message = {
            "role": "assistant",
            "content": [{"type": "text", "text": did.text}, call],
            "createdAt": did.time * 1000,
        }
        rows.append((f"b{number}", json.dumps(message).encode()))
    path = planters.database(folder / "w" / "c1" / "store.db", "blobs", "id,data", rows)
    return planters.database(path, "meta", "key,value", [("0", work[0].text)])


def _cursor_transcript(folder: Path, work: Sequence[Did]) -> Path:
    records: list[object] = []
    for did in work:
        use = {"type": "tool_use", "name": "Shell", "input": {"command": did.text, "description": did.text}}
        records.append({"role": "user", "message": {"content": [{"type": "text", "text": did.text}]}})
        records.append({"role": "assistant", "message": {"content": [{"type": "text", "text": did.text}, use]}})
    written(folder / "c2" / "c2.jsonl", json_lines(records))
    return folder


def _cline_written(folder: Path, work: Sequence[Did]) -> Path:
    """A task from before native calls: they stand in the text of the answers, and the times beside it."""
    messages, shown = list[object](), list[object]()
    for number, did in enumerate(work):
        call = f"{did.text}\n<execute_command>\n<command>{did.text}</command>\n</execute_command>"
        where = f"# Current Working Directory (/{did.text}) Files\n{did.text}"
        messages.append(
            {"role": "user", "content": [{"type": "text", "text": did.text}, {"type": "text", "text": where}]}
        )
        messages.append({"role": "assistant", "content": [{"type": "text", "text": call}]})
        shown.append(
            {
                "ts": did.time * 1000,
                "type": "say",
                "say": "text",
                "text": did.text,
                "conversationHistoryIndex": 2 * number,
            }
        )
    written(folder / "1767600000000" / "ui_messages.json", json.dumps(shown))
    written(folder / "1767600000000" / "api_conversation_history.json", json.dumps(messages))
    return folder


def _cline_session(folder: Path, work: Sequence[Did]) -> Path:
    """A session of the newer runtime."""
    messages: list[object] = []
    for number, did in enumerate(work):
        use = {"type": "tool_use", "id": f"t{number}", "name": "run_commands", "input": {"commands": [did.text]}}
        messages.append(
            {"role": "assistant", "ts": did.time * 1000, "content": [{"type": "text", "text": did.text}, use]}
        )
    return written(folder / "sessions" / "c3" / "c3.messages.json", json.dumps({"version": 1, "messages": messages}))


def _aider_chat(folder: Path, work: Sequence[Did]) -> Path:
    said = "".join(f"#### {did.text}\n\n{did.text}\n\n#### /run {did.text}  \n\n> {did.text}\n\n" for did in work)
    return written(folder / ".aider.chat.history.md", f"\n# aider chat started at 2026-01-05 08:00:00\n\n{said}")


def _kimi_code(folder: Path, work: Sequence[Did]) -> Path:
    """Its successor."""
    records: list[object] = [{"type": "metadata", "protocol_version": "1.5"}]
    for number, did in enumerate(work):
        call = {"type": "tool.call", "toolCallId": f"k{number}", "name": "Shell", "args": {"command": did.text}}
        given = {"type": "tool.result", "toolCallId": f"k{number}", "result": {"output": did.text, "isError": False}}
        for event in (call, given):
            records.append({"type": "context.append_loop_event", "event": event, "time": did.time * 1000})
    return written(folder / "wd_x" / "session_1" / "agents" / "main" / "wire.jsonl", json_lines(records))


# ---- git


def _git_names(folder: Path, work: Sequence[Did]) -> Path:
    """The values in what git gives names to: files, branches, tags and who made them, the map of addresses."""
    planters.PLANTERS["git"](folder, work)
    last = len(work) + 1
    names = list(dict.fromkeys(_reference(did.text) for did in work))
    who = f"{names[0]} <{names[0]}@corp.example> {work[0].time} +0000"
    head = f"commit refs/heads/main\nmark :{last}\ncommitter {who}\ndata 4\nx: y\nfrom refs/heads/main^0\n"
    mapped = "".join(f"{name} <{name}@b.example> <{name}@corp.example>\n" for name in names).encode()
    parts = [head.encode(), b"M 100644 inline .mailmap\ndata %d\n%s\n" % (len(mapped), mapped)]
    parts += [f"M 100644 inline notes/{name}.md\ndata 1\nx\n".encode() for name in names]
    for name in names:
        parts.append(f"reset refs/heads/wip/{name}\nfrom :{last}\n".encode())
        parts.append(f"tag v-{name}\nfrom :{last}\ntagger {who}\ndata {len(name)}\n{name}\n".encode())
    planters.imported(folder, b"".join(parts))
    return folder


def _reference(text: str) -> str:
    """What git can hold of it in a name."""
    kept = "".join(letter for letter in text if letter.isascii() and (letter.isalnum() or letter in "-_"))
    return kept.strip("-")[-60:] or "x"


# reader and form -> how it is written
FORMS: Mapping[str, Callable[[Path, Sequence[Did]], Path]] = {
    "bash-bare": _bash_bare,
    "zsh-bare": _zsh_bare,
    "nushell-sqlite": _nushell_sqlite,
    "xonsh-json": _xonsh_json,
    "atuin-in use": _atuin_in_use,
    "generic-jsonl": _generic_jsonl,
    "generic-parquet": _generic_parquet,
    "xes-gzip": _xes_gzip,
    "codex-first": _codex_first,
    "codex-zst": _codex_zst,
    "gemini-json": _gemini_json,
    "otlp-logs": _otlp_logs,
    "claude_code-typed": _claude_typed,
    "opencode-json": _opencode_json,
    "goose-lines": _goose_lines,
    "cursor-chat": _cursor_chat,
    "cursor-transcript": _cursor_transcript,
    "cline-written": _cline_written,
    "cline-session": _cline_session,
    "aider-chat": _aider_chat,
    "kimi-code": _kimi_code,
    "git-names": _git_names,
}


# ---- which forms there are

# a name that a reader's module has -> the form that it opens by it
_OPENED = {
    "TABLE": "SQLite",
    "tables": "Parquet",
    "gzip": "gzip",
    "json_document": "one JSON document",
    "json_list": "one JSON list",
    "each_file": "a folder of files",
    "each_of": "a folder of files",
}
_NO_SOURCE = {
    ("claude_code", "json_document"),
    ("kimi", "json_document"),
}  # what is opened so is the program's settings
_BEGINNINGS = {b"SQLite format 3\0": "SQLite", b"PAR1": "Parquet", b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_SAMPLE = [Did("make all", 1_767_600_000 + 60 * number, number // 2) for number in range(4)]


def unplanted() -> Iterator[str]:
    """Sentences for forms that a reader opens and that nothing is planted in."""
    there = {(reader, form) for reader in READERS for form in _opened(reader)}
    with tempfile.TemporaryDirectory() as folder:
        everything = {**planters.PLANTERS, **FORMS}
        here = {
            (name.partition("-")[0], form)
            for name, plant in everything.items()
            for form in _planted(plant(Path(folder) / name, _SAMPLE))
        }
    for reader, form in sorted(there - here):
        yield f"reader {reader}, {form}: not covered. Add it to benchmarks/forms.py."


def _opened(reader: str) -> Iterator[str]:
    module = vars(sys.modules[READERS[reader].read.__module__])
    yield from (form for name, form in _OPENED.items() if name in module and (reader, name) not in _NO_SOURCE)
    if reader == "codex":  # alone in that what it reads may be compressed, by the ending of its name
        yield "zstd"


def _planted(path: Path) -> set[str]:
    if path.is_dir():
        return {"a folder of files"} | {
            form for file in sorted(path.rglob("*")) if file.is_file() for form in _planted(file)
        }
    content = path.read_bytes()
    found = {form for begun, form in _BEGINNINGS.items() if content.startswith(begun)}
    try:
        document = json.loads(content)
    except ValueError:
        return found
    return found | {"one JSON document" if isinstance(document, dict) else "one JSON list"}

"""What was done -> one file, database or repository of each kind that a reader knows; the check of leaks plants through these.

Where a reader has no fixture, the tests of all readers and their fuzzer take what its function here writes as its sample.
"""

from __future__ import annotations

import base64
import csv
import json
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr


@dataclass(frozen=True, slots=True)
class Did:
    """A line at a moment, in a session; where a source has declared names, `name` and its `args`, if they are given."""

    text: str
    time: int  # seconds since the epoch
    session: int
    secret: bool = False
    name: str = ""
    args: Mapping[str, str] | None = None

    @property
    def skill(self) -> str:
        """The name of a skill, where a line can be what it works on."""
        return self.name or "note-it"


def _zsh(folder: Path, work: Sequence[Did]) -> Path:
    lines = (f": {did.time}:0;" + did.text.replace("\n", "\\\n") + "\n" for did in work)
    return written(folder / ".zsh_history", "".join(lines))


def _bash(folder: Path, work: Sequence[Did]) -> Path:
    return written(folder / ".bash_history", "".join(f"#{did.time}\n{did.text}\n" for did in work))


def _fish(folder: Path, work: Sequence[Did]) -> Path:
    escaped = ((did.text.replace("\\", "\\\\").replace("\n", "\\n"), did.time) for did in work)
    return written(folder / "fish_history", "".join(f"- cmd: {text}\n  when: {time}\n" for text, time in escaped))


def _claude_code(folder: Path, work: Sequence[Did]) -> Path:
    records: list[object] = []
    for number, did in enumerate(work):
        common = {
            "sessionId": f"s{did.session}",
            "cwd": f"/home/{did.text[:20]}/x",
            "timestamp": iso(did.time),
            "uuid": f"u{number}",
        }
        tool = (
            _claude_tool(did)
            if did.name
            else ("Bash", {"command": did.text})
            if number % 4
            else ("Edit", {"file_path": did.text, f"{did.text[:40]}=": did.text})
        )
        use = {"type": "tool_use", "id": f"t{number}", "name": tool[0], "input": tool[1]}
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": did.text}
        records.append(
            {"type": "assistant", "message": {"content": [{"type": "text", "text": did.text}, use]}, **common}
        )
        records.append({"type": "user", "message": {"content": [result]}, **common, "uuid": f"r{number}"})
        records.append({"type": "user", "message": {"content": f"please {did.text}"}, **common, "uuid": f"p{number}"})
    return written(folder / "session.jsonl", json_lines(records))


def _claude_tool(did: Did) -> tuple[str, dict[str, object]]:
    args = dict(did.args or {})
    return (did.name, {**args}) if did.name.startswith("mcp__") else ("Skill", {"skill": did.name, **args})


def _skill_log(folder: Path, work: Sequence[Did]) -> Path:
    rows = (
        {
            "timestamp": iso(did.time), "actor": "eli", "skill": name_of(did), "status": did.text,
            "args": did.args or {"text": did.text, "token": did.text, f"{did.text}=": 1},
        }
        for did in work
    )  # fmt: skip
    return written(folder / "skills.jsonl", json_lines(rows))


def _generic(folder: Path, work: Sequence[Did]) -> Path:
    path = folder / "log.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        table = csv.writer(file)
        table.writerow(("person", "time", "action", "args", "session"))
        for did in work:
            table.writerow(
                ("fay", iso(did.time), name_of(did), json.dumps(did.args or {"line": did.text}), f"s{did.session}")
            )
    return path


def _git(folder: Path, work: Sequence[Did]) -> Path:
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    stream = b"".join(_commit(number, did) for number, did in enumerate(work, 1))
    imported(folder, stream)
    return folder


def imported(folder: Path, stream: bytes) -> None:
    """Hand a repository what git's fast-import understands."""
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=stream, check=True)


def _commit(number: int, did: Did) -> bytes:
    said = f"fix(api): {did.text}\n\nbody {did.text}\n".encode("utf-8", "surrogateescape")
    name = "".join(letter for letter in did.text[:30] if letter.isalnum() or letter in "-_. ").strip(" .") or "x"
    who = f"{name} <{name.replace(' ', '')}@corp.example> {did.time} +0000"
    file = base64.b32encode(did.text.encode("utf-8", "surrogateescape")[:30]).decode().strip("=")
    content = f"{number}\n".encode()
    parent = f"from :{number - 1}\n" if number > 1 else ""
    head = f"commit refs/heads/main\nmark :{number}\nauthor {who}\ncommitter {who}\ndata {len(said)}\n".encode()
    return b"".join(
        (head, said, f"{parent}M 100644 inline notes/{file}.md\ndata {len(content)}\n".encode(), content, b"\n")
    )


def name_of(did: Did) -> str:
    """A declared name for an ordinary step; a secret is an argument, not a name."""
    return did.name or ("note-it" if did.secret else "-".join(did.text.split()[:2]))


def _reflog(folder: Path, work: Sequence[Did]) -> Path:
    def entry(number: int, did: Did) -> str:
        said = f"checkout: moving from main to {''.join(did.text.split())}"
        return f"{number:040x} {number + 1:040x} {plainly(did)[:30]} <a@corp.example> {did.time} +0000\t{said}\n"

    return written(folder / "logs" / "HEAD", "".join(entry(number, did) for number, did in enumerate(work, 1)))


# ---- shells and consoles, as text


def _lines(folder: Path, work: Sequence[Did], *, name: str, newline: str, end: str = "\n") -> Path:
    return written(folder / name, "".join(did.text.replace("\n", newline) + end for did in work))


def _text(name: str, newline: str, end: str = "\n") -> Callable[[Path, Sequence[Did]], Path]:
    return lambda folder, work: _lines(folder, work, name=name, newline=newline, end=end)


def _tcsh(folder: Path, work: Sequence[Did]) -> Path:
    return written(folder / ".tcsh_history", "".join(f"#+{did.time}\n{did.text}\n" for did in work))


def _ksh(folder: Path, work: Sequence[Did]) -> Path:
    content = b"\x81\x01"
    for did in work:
        content += _bytes(did.text) + b"\n\0"
        content += b"\0" * (len(content) % 2)
    path = folder / ".sh_history"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _node(folder: Path, work: Sequence[Did]) -> Path:
    newest = [did.text.replace("\n", " ") for did in reversed(work)]
    return written(folder / ".node_repl_history", "\n".join(newest) + "\n")


def _history_list(folder: Path, work: Sequence[Did]) -> Path:
    rows = (f"{number:5d}  {_local(did.time)} {did.text}\n" for number, did in enumerate(work, 501))
    return written(folder / "saved.txt", "".join(rows))


def _local(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _resh(folder: Path, work: Sequence[Did]) -> Path:
    rows = (
        {"cmdLine": did.text, "pwd": did.text, "time": str(did.time), "exitCode": 0, "sessionID": _case(did)}
        for did in work
    )
    return written(folder / "history.reshjson", "".join("v1" + json.dumps(row) + "\n" for row in rows))


def _asciinema(folder: Path, work: Sequence[Did]) -> Path:
    keys = ([number, "i", did.text.replace("\n", " ") + "\r"] for number, did in enumerate(work))
    output = ([number, "o", did.text] for number, did in enumerate(work))
    head: object = {"version": 2, "width": 80, "height": 24, "env": {"SECRET": work[0].text}}
    return written(folder / "session.cast", json_lines([head, *keys, *output]))


# ---- databases


def database(path: Path, table: str, columns: str, rows: Iterable[Sequence[object]]) -> Path:
    """Write a table of a database; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    marks = ",".join("?" * len(columns.split(",")))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE {table}({columns})")
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    return path


def _atuin(folder: Path, work: Sequence[Did]) -> Path:
    columns = "id,timestamp,duration,exit,command,cwd,session,hostname,deleted_at"
    rows = ((n, did.time * 10**9, 1, 0, did.text, did.text, _case(did), did.text, None) for n, did in enumerate(work))
    return database(folder / "history.db", "history", columns, rows)


def _zsh_histdb(folder: Path, work: Sequence[Did]) -> Path:
    columns = "id INTEGER PRIMARY KEY,session,command_id,place_id,exit_status,start_time,duration"
    rows = [(n, did.session, n, 1, 0, did.time, 1) for n, did in enumerate(work, 1)]
    path = database(folder / "zsh-history.db", "history", columns, rows)
    database(path, "commands", "id INTEGER PRIMARY KEY,argv", ((n, did.text) for n, did in enumerate(work, 1)))
    return database(path, "places", "id INTEGER PRIMARY KEY,host,dir", [(1, work[0].text, work[0].text)])


def _mcfly(folder: Path, work: Sequence[Did]) -> Path:
    rows = ((n, did.text, did.text, _case(did), did.time, 0, did.text) for n, did in enumerate(work))
    return database(folder / "history.db", "commands", "id,cmd,cmd_tpl,session_id,when_run,exit_code,dir", rows)


def _hishtory(folder: Path, work: Sequence[Did]) -> Path:
    columns = "local_username,hostname,command,current_working_directory,exit_code,start_time,end_time"
    rows = ((did.text, did.text, did.text, did.text, 0, _stamp(did.time), _stamp(did.time + 1)) for did in work)
    return database(folder / ".hishtory.db", "history_entries", columns, rows)


def _ipython(folder: Path, work: Sequence[Did]) -> Path:
    rows = ((abs(did.session) + 1, n, did.text, did.text) for n, did in enumerate(work))
    return database(folder / "history.sqlite", "history", "session,line,source,source_raw", rows)


def _xonsh(folder: Path, work: Sequence[Did]) -> Path:
    columns = "inp,rtn,tsb,tse,sessionid,cwd,out"
    rows = ((did.text, 0, did.time, did.time + 1, _case(did), did.text, did.text) for did in work)
    return database(folder / "xonsh-history.sqlite", "xonsh_history", columns, rows)


# ---- agents and processes


def _codex(folder: Path, work: Sequence[Did]) -> Path:
    head = {"id": "c1", "cwd": f"/home/{work[0].text}", "instructions": work[0].text}
    records: list[object] = [{"timestamp": iso(work[0].time), "type": "session_meta", "payload": head}]
    for number, did in enumerate(work):
        told = json.dumps({"command": ["bash", "-lc", did.text]})
        call = {"type": "function_call", "name": "shell", "arguments": told, "call_id": f"k{number}"}
        output = {"type": "function_call_output", "call_id": f"k{number}", "output": did.text}
        said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": did.text}]}
        item = {"type": "CommandExecution", "id": f"k{number}", "command": ["bash", "-lc", did.text], "cwd": f"file:///{did.text}",
                "status": "completed", "exit_code": 0, "stdout": did.text, "aggregated_output": did.text}  # fmt: skip
        for payload in (said, call, {"type": "item_completed", "item": item}, output):
            kind = "event_msg" if "item" in payload else "response_item"
            records.append({"timestamp": iso(did.time), "type": kind, "payload": payload})
    return written(folder / "rollout-2026-01-05T10-00-00-c1.jsonl", json_lines(records))


def _gemini(folder: Path, work: Sequence[Did]) -> Path:
    records: list[object] = [{"sessionId": "g1", "projectHash": "x"}]
    for number, did in enumerate(work):
        call = {"id": f"g{number}", "name": "run_shell_command", "args": {"command": did.text}, "status": "success",
                "timestamp": iso(did.time), "result": [{"text": did.text}]}  # fmt: skip
        records.append(
            {
                "id": f"m{number}",
                "type": "gemini",
                "timestamp": iso(did.time),
                "content": did.text,
                "toolCalls": [call],
            }
        )
    return written(folder / "session-2026-01-05.jsonl", json_lines(records))


def _otlp(folder: Path, work: Sequence[Did]) -> Path:
    def span(number: int, did: Did) -> object:
        said = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name_of(did), "gen_ai.conversation.id": _case(did),
                "gen_ai.tool.call.arguments": json.dumps(did.args or {"text": did.text, "token": did.text}),
                "output": did.text}  # fmt: skip
        attributes = [{"key": key, "value": {"stringValue": value}} for key, value in said.items()]
        times = {"startTimeUnixNano": str(did.time * 10**9), "endTimeUnixNano": str((did.time + 1) * 10**9)}
        return {
            "resourceSpans": [
                {"scopeSpans": [{"spans": [{"spanId": f"{number:016x}", "attributes": attributes, **times}]}]}
            ]
        }

    return written(folder / "traces.jsonl", json_lines([span(number, did) for number, did in enumerate(work)]))


def _xes(folder: Path, work: Sequence[Did]) -> Path:
    def event(did: Did) -> str:
        said = {"concept:name": name_of(did), "org:resource": plainly(did), "detail": plainly(did)}
        told = "".join(f"<string key={quoteattr(key)} value={quoteattr(value)}/>" for key, value in said.items())
        return f'<trace><string key="concept:name" value="{_case(did)}"/><event>{told}' + (
            f'<date key="time:timestamp" value="{iso(did.time)}"/></event></trace>\n'
        )

    return written(folder / "log.xes", '<log xes.version="1.0">\n' + "".join(map(event, work)) + "</log>\n")


def _message(did: Did, role: str, blocks: Sequence[object]) -> dict[str, object]:
    return {"role": role, "content": [{"type": "text", "text": did.text}, *blocks]}


def _pi(folder: Path, work: Sequence[Did]) -> Path:
    records: list[object] = [
        {"type": "session", "version": 3, "id": "p1", "timestamp": iso(work[0].time), "cwd": work[0].text}
    ]
    for number, did in enumerate(work):
        entry = {"type": "message", "id": f"e{number}", "parentId": None, "timestamp": iso(did.time)}
        call = {"type": "toolCall", "id": f"t{number}", "name": "bash", "arguments": {"command": did.text}}
        result = {"toolCallId": f"t{number}", "toolName": "bash", "isError": False, **_message(did, "toolResult", ())}
        for message in (_message(did, "user", ()), _message(did, "assistant", [call]), result):
            records.append({**entry, "message": message})
        records.append({"type": "compaction", "id": f"c{number}", "timestamp": iso(did.time), "summary": did.text})
    written(folder / "2026-01-05_p1.jsonl", json_lines(records))
    return folder


def _droid(folder: Path, work: Sequence[Did]) -> Path:
    records: list[object] = [{"type": "session_start", "id": "d1", "title": work[0].text, "cwd": work[0].text}]
    for number, did in enumerate(work):
        use = {
            "type": "tool_use",
            "id": f"t{number}",
            "name": "Execute",
            "input": {"command": did.text, "summary": did.text},
        }
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": did.text}
        for role, blocks in (("assistant", [use]), ("user", [result])):
            entry = {"type": "message", "id": f"{role}{number}", "timestamp": iso(did.time)}
            records.append({**entry, "message": _message(did, role, blocks)})
    written(folder / "d1.jsonl", json_lines(records))
    return folder


def _qwen(folder: Path, work: Sequence[Did]) -> Path:
    records: list[object] = []
    for number, did in enumerate(work):
        common = {"sessionId": _case(did), "timestamp": iso(did.time), "cwd": did.text, "gitBranch": did.text}
        call = {"id": f"q{number}", "name": "run_shell_command", "args": {"command": did.text, "description": did.text}}
        answer = {"id": f"q{number}", "name": "run_shell_command", "response": {"output": did.text}}
        said = {"role": "model", "parts": [{"text": did.text}, {"functionCall": call}]}
        given = {"role": "user", "parts": [{"functionResponse": answer}]}
        result = {"callId": f"q{number}", "status": "success", "resultDisplay": did.text}
        slash = {"phase": "invocation", "rawCommand": f"/{did.skill} {did.text}", "sentToModel": True}
        records += [
            {
                "uuid": f"u{number}",
                "type": "user",
                "message": {"role": "user", "parts": [{"text": did.text}]},
                **common,
            },
            {"uuid": f"s{number}", "type": "system", "subtype": "slash_command", "systemPayload": slash, **common},
            {"uuid": f"a{number}", "type": "assistant", "message": said, **common},
            {"uuid": f"r{number}", "type": "tool_result", "message": given, "toolCallResult": result, **common},
        ]
    written(folder / "chats" / "q1.jsonl", json_lines(records))
    return folder


def _copilot(folder: Path, work: Sequence[Did]) -> Path:
    context = {"cwd": work[0].text, "branch": work[0].text}
    events: list[tuple[str, int, object]] = [("session.start", work[0].time, {"sessionId": "c1", "context": context})]
    for number, did in enumerate(work):
        key = {"toolCallId": f"t{number}"}
        args = {"command": did.text, "description": did.text}
        events += [
            ("user.message", did.time, {"content": did.text, "transformedContent": did.text}),
            ("tool.execution_start", did.time, {"toolName": "bash", "arguments": args, **key}),
            ("tool.execution_complete", did.time, {"success": True, "result": {"content": did.text}, **key}),
            ("skill.invoked", did.time, {"name": did.skill, "content": did.text, "path": did.text}),
        ]
    records = (
        {"type": kind, "data": data, "id": f"e{at}", "timestamp": iso(time)}
        for at, (kind, time, data) in enumerate(events)
    )
    written(folder / "c1" / "events.jsonl", json_lines(records))
    return folder


def _kimi(folder: Path, work: Sequence[Did]) -> Path:
    records: list[object] = [{"type": "metadata", "protocol_version": "1.1"}]
    for number, did in enumerate(work):
        function = {"name": "Shell", "arguments": json.dumps({"command": did.text, "description": did.text})}
        given = {"is_error": False, "output": did.text, "message": did.text, "display": []}
        for kind, payload in (
            ("TurnBegin", {"user_input": did.text}),
            ("TurnBegin", {"user_input": f"/skill:{did.skill} {did.text}"}),
            ("ToolCall", {"type": "function", "id": f"k{number}", "function": function}),
            ("ToolResult", {"tool_call_id": f"k{number}", "return_value": given}),
        ):
            records.append({"timestamp": did.time + 0.5, "message": {"type": kind, "payload": payload}})
    written(folder / "work" / "k1" / "wire.jsonl", json_lines(records))
    return folder


def _codex_exec(folder: Path, work: Sequence[Did]) -> Path:
    records: list[object] = [{"type": "thread.started", "thread_id": "x1"}]
    for number, did in enumerate(work):
        ways = (
            {"type": "command_execution", "command": did.text, "aggregated_output": did.text, "exit_code": 0},
            {
                "type": "mcp_tool_call",
                "server": "notes",
                "tool": did.name or "keep",
                "arguments": did.args or {"text": did.text},
                "result": did.text,
            },
            {"type": "file_change", "changes": [{"path": did.text, "kind": "add"}]},
        )
        item = {
            "id": f"item_{number}",
            "status": "completed",
            **ways[1 if did.name else number % 3 if did.secret else 0],
        }
        said = {"id": f"said_{number}", "type": "agent_message", "text": did.text}
        records += [{"type": "item.completed", "item": said}, {"type": "item.completed", "item": item}]
    return written(folder / "out.jsonl", json_lines(records))


def _amp(folder: Path, work: Sequence[Did]) -> Path:
    messages: list[object] = []
    for number, did in enumerate(work):
        use = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"cmd": did.text, "cwd": did.text}}
        run = {"status": "done", "result": {"output": did.text, "exitCode": 0}}
        messages.append({**_message(did, "assistant", [use]), "usage": {"timestamp": iso(did.time)}})
        messages.append(_message(did, "user", [{"type": "tool_result", "toolUseID": f"t{number}", "run": run}]))
    thread = {"v": 1, "id": "T-1", "created": work[0].time * 1000, "title": work[0].text, "messages": messages}
    written(folder / "T-1.json", json.dumps(thread))
    return folder


def _cline(folder: Path, work: Sequence[Did]) -> Path:
    messages: list[object] = []
    for number, did in enumerate(work):
        use = {"type": "tool_use", "id": f"t{number}", "name": "execute_command", "input": {"command": did.text}}
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": did.text}
        messages.append({**_message(did, "assistant", [use]), "ts": did.time * 1000})
        messages.append({**_message(did, "user", [result]), "ts": did.time * 1000})
    written(folder / "1767600000000" / "api_conversation_history.json", json.dumps(messages))
    return folder


def _cursor(folder: Path, work: Sequence[Did]) -> Path:
    def bubble(number: int, did: Did) -> tuple[str, str]:
        args = json.dumps({"command": did.text, "explanation": did.text})
        tool = {"toolCallId": f"t{number}", "name": "run_terminal_command_v2", "status": "completed", "rawArgs": args,
                "result": json.dumps({"output": did.text, "exitCode": 0})}  # fmt: skip
        said = {"type": 2, "text": did.text, "createdAt": iso(did.time), "toolFormerData": tool}
        return f"bubbleId:{_case(did)}:b{number}", json.dumps(said)

    rows = [(f"composerData:{_case(work[0])}", json.dumps({"name": work[0].text, "richText": work[0].text}))]
    rows += [bubble(number, did) for number, did in enumerate(work)]
    return database(folder / "state.vscdb", "cursorDiskKV", "key,value", rows)


def _goose(folder: Path, work: Sequence[Did]) -> Path:
    def message(did: Did, role: str, block: object) -> tuple[object, ...]:
        return _case(did), role, json.dumps([{"type": "text", "text": did.text}, block]), did.time

    rows: list[tuple[object, ...]] = []
    for number, did in enumerate(work):
        value = {"name": "developer__shell", "arguments": {"command": did.text}}
        rows.append(
            message(did, "assistant", {"type": "toolRequest", "id": f"t{number}", "toolCall": {"value": value}})
        )
        told = {"status": "success", "value": {"content": [{"type": "text", "text": did.text}], "isError": False}}
        rows.append(message(did, "user", {"type": "toolResponse", "id": f"t{number}", "toolResult": told}))
    path = database(folder / "sessions.db", "messages", "session_id,role,content_json,created_timestamp", rows)
    sessions = ((case, work[0].text, work[0].text) for case in dict.fromkeys(map(_case, work)))
    return database(path, "sessions", "id,working_dir,description", sessions)


def _opencode(folder: Path, work: Sequence[Did]) -> Path:
    rows = ((f"p{n}", f"m{n}", _case(did), did.time * 1000, json.dumps(part_of(n, did))) for n, did in enumerate(work))
    path = database(folder / "opencode.db", "part", "id,message_id,session_id,time_created,data", rows)
    sessions = ((case, work[0].text, work[0].text) for case in dict.fromkeys(map(_case, work)))
    return database(path, "session", "id,directory,title", sessions)


def part_of(number: int, did: Did) -> dict[str, object]:
    """A part of an opencode message, which holds a call."""
    state = {
        "status": "completed",
        "input": {"command": did.text, "description": did.text},
        "output": did.text,
        "title": did.text,
        "metadata": {"output": did.text, "exit": 0},
        "time": {"start": did.time * 1000, "end": did.time * 1000 + 500},
    }
    return {"type": "tool", "callID": f"t{number}", "tool": "bash", "state": state}


def _aider(folder: Path, work: Sequence[Did]) -> Path:
    def entry(did: Did, typed: str) -> str:
        return f"\n# {_stamp(did.time).partition('+')[0]}.000000\n" + "".join(
            f"+{line}\n" for line in typed.split("\n")
        )

    text = "".join(entry(did, did.text) + entry(did, f"/run {did.text}") for did in work)
    return written(folder / ".aider.input.history", text)


def _claude_prompts(folder: Path, work: Sequence[Did]) -> Path:
    records: list[object] = []
    for did in work:
        common = {
            "pastedContents": {"1": {"content": did.text}},
            "timestamp": did.time * 1000,
            "project": f"/{did.text}",
        }
        records += [{"display": typed, **common, "sessionId": _case(did)} for typed in _prompts(did)]
    return written(folder / "history.jsonl", json_lines(records))


def _codex_prompts(folder: Path, work: Sequence[Did]) -> Path:
    records = (
        {"session_id": _case(did), "ts": did.time, "text": typed} for did in work for typed in _prompts(did, "$")
    )
    return written(folder / "history.jsonl", json_lines(records))


def _gemini_prompts(folder: Path, work: Sequence[Did]) -> Path:
    records = [
        {"sessionId": _case(did), "messageId": number, "type": "user", "message": typed, "timestamp": iso(did.time)}
        for number, did in enumerate(work)
        for typed in _prompts(did)
    ]
    return written(folder / "logs.json", json.dumps(records))


def _prompts(did: Did, sign: str = "/") -> tuple[str, ...]:
    """A line as a person would type it to an agent: as a request, as a command, and as what a skill works on."""
    return f"please {did.text}", f"! {did.text}", f"{sign}{did.skill} {did.text}"


# reader -> how its kind of source is written; `make test` fails where a reader has none, or does not read what is written
PLANTERS: Mapping[str, Callable[[Path, Sequence[Did]], Path]] = {
    "zsh": _zsh,
    "bash": _bash,
    "fish": _fish,
    "tcsh": _tcsh,
    "ksh": _ksh,
    "powershell": _text("ConsoleHost_history.txt", "`\n", "\r\n"),
    "nushell": _text("nushell/history.txt", "<\\n>"),
    "python": _text(".python_history", "\r\n"),
    "psql": _text(".psql_history", "\x01"),
    "sqlite": _text(".sqlite_history", " "),
    "node": _node,
    "history_list": _history_list,
    "resh": _resh,
    "asciinema": _asciinema,
    "atuin": _atuin,
    "zsh_histdb": _zsh_histdb,
    "mcfly": _mcfly,
    "hishtory": _hishtory,
    "ipython": _ipython,
    "xonsh": _xonsh,
    "git": _git,
    "reflog": _reflog,
    "claude_code": _claude_code,
    "codex": _codex,
    "gemini": _gemini,
    "claude_prompts": _claude_prompts,
    "codex_prompts": _codex_prompts,
    "gemini_prompts": _gemini_prompts,
    "pi": _pi,
    "droid": _droid,
    "qwen": _qwen,
    "copilot": _copilot,
    "kimi": _kimi,
    "codex_exec": _codex_exec,
    "opencode": _opencode,
    "goose": _goose,
    "amp": _amp,
    "cline": _cline,
    "cursor": _cursor,
    "aider": _aider,
    "otlp": _otlp,
    "skill_log": _skill_log,
    "generic": _generic,
    "xes": _xes,
}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _case(did: Did) -> str:
    return f"s{did.session}"


def plainly(did: Did) -> str:
    """What XML and git can hold of it."""
    return (
        " ".join("".join(letter if letter.isprintable() and letter not in "<>" else " " for letter in did.text).split())
        or "x"
    )


def _stamp(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S+00:00")


def iso(time: int) -> str:
    """A moment as most logs write it."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def json_lines(records: Iterable[object]) -> str:
    """One JSON value on each line."""
    return "".join(json.dumps(record) + "\n" for record in records)


def written(path: Path, text: str) -> Path:
    """Write a text, bytes that are no UTF-8 as they were; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    return path

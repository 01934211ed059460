"""The readers of the agents beside Claude Code, Codex and Gemini CLI: what is special in each."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fivetimes.ingest import sniff
from fivetimes.ingest.base import Machine
from fivetimes.ingest.formats.agent_calls import DENIED
from fivetimes.ingest.readers import aider, cursor
from fivetimes.model.events import By, Kind
from reading import column, read, read_bytes

DAY = 1_767_600_000
ISO = "2026-01-05T08:00:{:02d}Z"


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def database(path: Path, tables: dict[str, tuple[str, list[tuple[object, ...]]]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, (columns, rows) in tables.items():
            connection.execute(f"CREATE TABLE {name}({columns})")
            connection.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(columns.split(',')))})", rows)
    return path


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# ---- Pi


def pi(message: dict[str, Any], second: int, key: str = "e1") -> dict[str, Any]:
    return {"type": "message", "id": key, "timestamp": ISO.format(second), "message": message}


PI_CALL = {
    "role": "assistant",
    "content": [{"type": "toolCall", "id": "t1", "name": "bash", "arguments": {"command": "make"}}],
}


def test_a_pi_session_has_its_folder_and_the_exit_and_duration_of_a_command() -> None:
    told = [{"type": "text", "text": "no rule\n\nCommand exited with code 2"}]
    result = {"role": "toolResult", "toolCallId": "t1", "isError": True, "content": told}
    head = {"type": "session", "id": "a", "timestamp": ISO.format(0), "cwd": "/w"}
    found, _ = read_bytes("pi", lines(head, pi(PI_CALL, 1), pi(result, 4)))
    names = ("text", "session", "where", "exit", "duration", "by")
    assert [column(found, name) for name in names] == [["make"], ["a"], ["/w"], [2], [3], [By.AGENT]]


def test_what_a_pi_user_ran_and_the_skill_they_called_are_theirs_and_a_fork_repeats_neither(tmp_path: Path) -> None:
    ran = {"role": "bashExecution", "command": "git push", "exitCode": 1}
    skill = {"role": "user", "content": '<skill name="release" location="/s">\nhow to\n</skill>\n\nv2'}
    for name in ("a", "b"):
        head = {"type": "session", "id": name, "timestamp": ISO.format(0), "cwd": "/w"}
        written(tmp_path / f"{name}.jsonl", lines(head, pi(ran, 1), pi(skill, 2, "e2")))
    found, balance = read("pi", tmp_path)
    assert column(found, "text") == ["git push", "release"]
    assert column(found, "kind") == [Kind.SHELL, Kind.SKILL]
    assert column(found, "args") == [None, {"args": "v2"}]
    assert set(column(found, "by")) == {By.HUMAN}
    assert balance.duplicates == 2


# ---- Droid, Qwen Code, Copilot CLI


def droid(*blocks: dict[str, Any], second: int = 1) -> dict[str, Any]:
    return {
        "type": "message",
        "id": "1",
        "timestamp": ISO.format(second),
        "message": {"role": "user", "content": list(blocks)},
    }


@pytest.mark.parametrize(
    ("told", "failed", "exit_"),
    [
        ("ok\n[Process exited with code 0]", False, 0),
        ("x\n[Process exited with code 3]", False, 3),
        ("Error: Command failed (exit code: 4)\nno", True, 4),
        ("what", True, 1),
    ],
)
def test_how_a_command_of_droid_ended(told: str, failed: bool, exit_: int) -> None:
    use = {"type": "tool_use", "id": "t1", "name": "Execute", "input": {"command": "make"}}
    result = {"type": "tool_result", "tool_use_id": "t1", "content": told, "is_error": failed}
    found, _ = read_bytes(
        "droid", lines({"type": "session_start", "id": "s", "cwd": "/w"}, droid(use), droid(result, second=3))
    )
    assert [column(found, name) for name in ("text", "exit", "duration", "where")] == [["make"], [exit_], [2], ["/w"]]


def qwen(kind: str, second: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "uuid": f"u{second}{kind}",
        "sessionId": "s",
        "timestamp": ISO.format(second),
        "type": kind,
        "cwd": "/w",
        **more,
    }


def test_a_call_that_was_cancelled_in_qwen_code_is_counted_apart() -> None:
    def call(key: str) -> dict[str, Any]:
        return {"functionCall": {"id": key, "name": "run_shell_command", "args": {"command": f"make {key}"}}}

    said = qwen("assistant", message={"role": "model", "parts": [{"text": "x"}, call("a"), call("b")]})
    done = qwen("tool_result", 3, toolCallResult={"callId": "a", "status": "success"})
    stopped = qwen("tool_result", 4, toolCallResult={"callId": "b", "status": "cancelled"})
    found, balance = read_bytes("qwen", lines(said, done, stopped))
    assert [column(found, name) for name in ("text", "exit", "duration")] == [["make a"], [0], [2]]
    assert balance.ignored[DENIED] == 1


def test_a_slash_command_of_qwen_code_counts_where_it_reached_the_model() -> None:
    def slash(text: str, sent: bool, phase: str = "invocation") -> dict[str, Any]:
        payload = {"phase": phase, "rawCommand": text, "sentToModel": sent}
        return qwen("system", subtype="slash_command", systemPayload=payload)

    content = lines(slash("/release v2", True), slash("/clear", False), slash("/release v2", True, "result"))
    found, _ = read_bytes("qwen", content)
    assert (column(found, "text"), column(found, "args")) == (["release"], [{"args": "v2"}])


def copilot(kind: str, second: int = 1, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data, "id": f"e{second}", "timestamp": ISO.format(second), "parentId": None}


def test_a_copilot_session_knows_who_asked_and_where_and_how_a_command_ended() -> None:
    content = lines(
        copilot("session.start", sessionId="s", context={"cwd": "/w"}),
        copilot("tool.execution_start", 1, toolCallId="a", toolName="bash", arguments={"command": "make"}),
        copilot(
            "tool.execution_complete",
            3,
            toolCallId="a",
            success=True,
            result={"content": "x\n<exited with exit code 2>"},
        ),
        copilot("tool.user_requested", 4, toolCallId="b", toolName="bash"),
        copilot("tool.execution_start", 4, toolCallId="b", toolName="bash", arguments='{"command": "git push"}'),
        copilot("tool.execution_start", 5, toolCallId="c", toolName="x", mcpServerName="tracker", mcpToolName="close"),
    )
    found, _ = read_bytes("copilot", content, name="events.jsonl")
    assert column(found, "text") == ["make", "git push", "mcp__tracker__close"]
    assert column(found, "exit") == [2, None, None]
    assert column(found, "by") == [By.AGENT, By.HUMAN, By.AGENT]
    assert set(column(found, "where")) == {"/w"}
    assert set(column(found, "session")) == {"s"}


@pytest.mark.parametrize(
    "refusal",
    [
        copilot("permission.completed", 2, toolCallId="a", result={"kind": "denied-interactively-by-user"}),
        copilot(
            "tool.execution_complete", 2, toolCallId="a", success=False, error={"code": "rejected", "message": "x"}
        ),
    ],
)
def test_a_call_that_was_refused_in_copilot_is_counted_apart(refusal: dict[str, Any]) -> None:
    start = copilot("tool.execution_start", 1, toolCallId="a", toolName="bash", arguments={"command": "make"})
    found, balance = read_bytes("copilot", lines(start, refusal))
    assert (found, balance.ignored[DENIED]) == ([], 1)


def test_a_skill_of_copilot_counts_once_whoever_called_it_and_not_where_nobody_did() -> None:
    content = lines(
        copilot("tool.execution_start", 1, toolCallId="a", toolName="skill", arguments={"skill": "release"}),
        copilot("skill.invoked", 2, name="release", content="x", trigger="agent-invoked"),
        copilot("skill.invoked", 3, name="release", content="x", trigger="user-invoked"),
        copilot("skill.invoked", 4, name="style", content="x", trigger="context-load"),
    )
    found, _ = read_bytes("copilot", content)
    assert column(found, "text") == ["release", "release"]
    assert column(found, "by") == [By.AGENT, By.HUMAN]


# ---- Kimi


def kimi(kind: str, second: int = 0, **payload: Any) -> dict[str, Any]:
    return {"timestamp": DAY + second, "message": {"type": kind, "payload": payload}}


KIMI_CALL = {"type": "function", "id": "k1", "function": {"name": "Shell", "arguments": '{"command": "make"}'}}


def test_a_kimi_session_finds_its_folder_and_the_calls_of_its_subagents(tmp_path: Path) -> None:
    home = tmp_path / ".kimi"
    written(home / "kimi.json", json.dumps({"work_dirs": [{"path": "/other"}, {"path": "/w"}]}).encode())
    inner = {"type": "ToolCall", "payload": {**KIMI_CALL, "id": "k2"}}
    ended = {"is_error": True, "message": "Command failed with exit code: 2."}
    wire = home / "sessions" / hashlib.md5(b"/w", usedforsecurity=False).hexdigest() / "s1" / "wire.jsonl"
    content = lines(
        {"type": "metadata", "protocol_version": "1.1"},
        kimi("TurnBegin", user_input=[{"type": "text", "text": "/skill:release v2"}]),
        kimi("ToolCall", **KIMI_CALL),
        kimi("ToolResult", 3, tool_call_id="k1", return_value=ended),
        kimi("SubagentEvent", parent_tool_call_id="k1", event=inner),
    )
    found, _ = read("kimi", written(wire, content))
    assert column(found, "text") == ["release", "make", "make"]
    assert column(found, "exit") == [None, 2, None]
    assert column(found, "duration") == [None, 3, None]
    assert set(column(found, "where")) == {"/w"}
    assert set(column(found, "session")) == {"s1"}


@pytest.mark.parametrize(
    "refusal",
    [
        [
            kimi("ApprovalRequest", id="r", tool_call_id="k1"),
            kimi("ApprovalResponse", request_id="r", response="reject"),
        ],
        [
            kimi(
                "ToolResult",
                tool_call_id="k1",
                return_value={"is_error": True, "message": "The tool call is rejected by the user. "},
            )
        ],
    ],
)
def test_a_call_that_was_refused_in_kimi_is_counted_apart(refusal: list[object]) -> None:
    found, balance = read_bytes("kimi", lines(kimi("ToolCall", **KIMI_CALL), *refusal), name="wire.jsonl")
    assert (found, balance.ignored[DENIED]) == ([], 1)


# ---- codex exec


def item(kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "item": {"id": key, **more}}


def test_what_codex_exec_prints_counts_each_item_once_and_what_was_declined_apart() -> None:
    run = {"type": "command_execution", "command": "bash -lc 'make all'"}
    found, balance = read_bytes(
        "codex_exec",
        lines(
            {"type": "thread.started", "thread_id": "t"},
            item("item.started", "item_0", **run, status="in_progress"),
            item("item.completed", "item_0", **run, exit_code=2, status="failed"),
            item(
                "item.completed",
                "item_1",
                type="file_change",
                changes=[{"path": "a.md", "kind": "add"}],
                status="completed",
            ),
            item("item.completed", "item_2", **run, status="declined"),
            item("item.started", "item_3", type="mcp_tool_call", server="tracker", tool="close", arguments={"id": 7}),
            {"type": "thread.started", "thread_id": "u"},
            item(
                "item.completed",
                "item_0",
                type="command_execution",
                command="git log -p",
                exit_code=0,
                status="completed",
            ),
        ),
    )
    assert column(found, "text") == ["make all", "apply_patch", "mcp__tracker__close", "git log -p"]
    assert column(found, "args") == [None, {"paths": ["a.md"]}, {"id": 7}, None]
    assert column(found, "exit") == [2, 0, None, 0]
    assert column(found, "session") == ["t", "t", "t", "u"]
    assert balance.ignored[DENIED] == 1


# ---- opencode


def part(key: str, **state: Any) -> dict[str, Any]:
    return {"type": "tool", "callID": key, "tool": "bash", "state": state}


DONE = {"status": "completed", "input": {"command": "make"}, "time": {"start": DAY * 1000, "end": DAY * 1000 + 1500}}
REFUSED = "The user rejected permission to use this specific tool call."


def opencode(path: Path, *parts: dict[str, Any]) -> Path:
    rows: list[tuple[object, ...]] = [
        (f"p{n}", "m", "ses_1", DAY * 1000, json.dumps(one)) for n, one in enumerate(parts)
    ]
    return database(
        path,
        {"part": ("id,message_id,session_id,time_created,data", rows), "session": ("id,directory", [("ses_1", "/w")])},
    )


def test_an_opencode_database_has_folder_exit_and_duration_and_counts_a_refusal_apart(tmp_path: Path) -> None:
    ended = {**DONE, "metadata": {"exit": 2}}
    refused = part("c2", status="error", error=REFUSED, input={"command": "rm -r x"}, time=DONE["time"])
    skill = {"type": "tool", "callID": "c3", "tool": "skill", "state": {**DONE, "input": {"name": "release"}}}
    path = opencode(tmp_path / "opencode.db", part("c1", **ended), refused, skill, {"type": "text", "text": "x"})
    found, balance = read("opencode", path)
    assert column(found, "text") == ["make", "release"]
    assert column(found, "kind") == [Kind.SHELL, Kind.SKILL]
    assert column(found, "exit") == [2, 0]
    assert column(found, "duration") == [1.5, 1.5]
    assert set(column(found, "where")) == {"/w"}
    assert balance.ignored == {DENIED: 1, "not a call": 1}


@pytest.mark.parametrize("below", ["storage", "project/site/storage/session"])
def test_an_opencode_folder_counts_once_what_stands_in_files_and_in_the_database(tmp_path: Path, below: str) -> None:
    opencode(tmp_path / "opencode.db", part("call_of_both_0123", **DONE))
    for number, key in enumerate(("call_of_both_0123", "call_of_files_0123")):
        file = {"id": f"prt_{number}", "sessionID": "ses_1", "messageID": "msg_1", **part(key, **DONE)}
        written(tmp_path / below / "part" / "msg_1" / f"prt_{number}.json", json.dumps(file, indent=2).encode())
    session = {"id": "ses_1", "directory": "/older"}
    written(tmp_path / below / "session" / "p" / "ses_1.json", json.dumps(session).encode())
    written(tmp_path / "auth.json", b"{}")
    assert sniff(tmp_path) == "opencode"
    found, balance = read("opencode", tmp_path)
    assert column(found, "where") == ["/w", "/older"]
    assert (balance.events, balance.duplicates) == (2, 1)


# ---- goose


def goose_blocks(key: str = "t1", told: object = "ok", **value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    call = {"status": "success", "value": {"name": "developer__shell", "arguments": {"command": "make"}}}
    result = {"status": "success", "value": {"content": [{"type": "text", "text": told}], **value}}
    return {"type": "toolRequest", "id": key, "toolCall": call}, {
        "type": "toolResponse",
        "id": key,
        "toolResult": result,
    }


def test_a_goose_folder_counts_once_what_goose_took_over_into_its_database(tmp_path: Path) -> None:
    request, response = goose_blocks("toolu_0123456789ab", structuredContent={"exit_code": 2})
    rows: list[tuple[object, ...]] = [
        ("20250601_1", "assistant", json.dumps([request]), DAY),
        ("20250601_1", "user", json.dumps([response]), DAY + 4),
    ]
    database(
        tmp_path / "sessions.db",
        {
            "messages": ("session_id,role,content_json,created_timestamp", rows),
            "sessions": ("id,working_dir", [("20250601_1", "/w")]),
        },
    )
    head = {"working_dir": "/w", "description": "x", "message_count": 1}
    other = goose_blocks("toolu_of_the_file_1")[0]
    message = {"role": "assistant", "created": DAY, "content": [request, other]}
    written(tmp_path / "20250601_1.jsonl", lines(head, message))
    assert sniff(tmp_path) == "goose"
    found, balance = read("goose", tmp_path)
    assert column(found, "where") == ["/w", "/w"]
    assert sorted(column(found, "exit"), key=str) == [2, None]
    assert (balance.events, balance.duplicates) == (2, 1)


def test_a_call_that_was_declined_in_goose_is_counted_apart_and_a_failed_one_failed() -> None:
    declined = goose_blocks(told="The user has declined to run this tool. DO NOT attempt to call this tool again.")
    failed = goose_blocks("t2", isError=True)
    records = [{"role": "user", "created": DAY, "content": list(pair)} for pair in (declined, failed)]
    found, balance = read_bytes("goose", lines(*records))
    assert (column(found, "exit"), balance.ignored[DENIED]) == ([1], 1)


# ---- Amp


def amp(run: dict[str, Any], **message: Any) -> bytes:
    use = {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"cmd": "make", "cwd": "/w/x"}}
    messages = [
        {"role": "assistant", "content": [use], **message},
        {"role": "user", "content": [{"type": "tool_result", "toolUseID": "t1", "run": run}]},
    ]
    env = {"initial": {"trees": [{"uri": "file:///w%20y"}]}}
    return json.dumps({"v": 3, "id": "T-1", "created": DAY * 1000, "env": env, "messages": messages}, indent=2).encode()


def test_an_amp_thread_has_a_time_only_where_it_says_one() -> None:
    timed = {"usage": {"timestamp": ISO.format(7)}}
    for message, time in (({}, None), (timed, DAY + 7)):
        found, _ = read_bytes("amp", amp({"status": "done", "result": {"exitCode": 2}}, **message), name="T-1.json")
        assert [column(found, name) for name in ("text", "exit", "where", "time")] == [["make"], [2], ["/w/x"], [time]]


@pytest.mark.parametrize("status", ["rejected-by-user", "cancelled"])
def test_a_call_that_was_refused_in_amp_is_counted_apart(status: str) -> None:
    found, balance = read_bytes("amp", amp({"status": status}), name="T-1.json")
    assert (found, balance.ignored[DENIED]) == ([], 1)


# ---- Cline


def task(folder: Path, *messages: dict[str, Any], shown: list[dict[str, Any]] | None = None) -> Path:
    if shown is not None:
        written(folder / "ui_messages.json", json.dumps(shown).encode())
    return written(folder / "api_conversation_history.json", json.dumps(messages).encode())


def said(role: str, *blocks: dict[str, Any] | str, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": b} if isinstance(b, str) else b for b in blocks], **more}


def test_a_cline_task_has_its_folder_and_counts_a_denied_call_apart(tmp_path: Path) -> None:
    def use(key: str) -> dict[str, Any]:
        return {"type": "tool_use", "id": key, "name": "execute_command", "input": {"command": f"make {key}"}}

    def result(key: str, told: str) -> dict[str, Any]:
        return {"type": "tool_result", "tool_use_id": key, "content": told}

    path = task(
        tmp_path / "1767600000000",
        said("user", "<environment_details>\n# Current Working Directory (/w) Files\na.md"),
        said("assistant", "I build.", use("a"), use("b"), ts=DAY * 1000),
        said(
            "user",
            result("a", "Command executed.\nExit code: 2\nno rule"),
            result("b", "The user denied this operation."),
        ),
    )
    found, balance = read("cline", path)
    names = ("text", "exit", "where", "session", "time")
    assert [column(found, name) for name in names] == [["make a"], [2], ["/w"], ["1767600000000"], [DAY]]
    assert balance.ignored[DENIED] == 1


def test_calls_that_stand_in_the_text_of_an_answer_have_the_times_of_what_was_shown(tmp_path: Path) -> None:
    run = "Now.\n<execute_command>\n<command>make <all></command>\n<requires_approval>false</requires_approval>\n</execute_command>"
    write = "<write_to_file>\n<path>a.md</path>\n<content>\n<path>no argument</path>\n</content>\n</write_to_file>"
    path = task(
        tmp_path / "1",
        said("user", "build"),
        said("assistant", run),
        said("user", "[execute_command for 'make <all>'] Result:", "The user denied this operation."),
        said("assistant", run),
        said("user", "[execute_command for 'make <all>'] Result:", "Command executed.\nOutput:\nok"),
        said("assistant", write),
        shown=[
            {"ts": (DAY + n) * 1000, "type": "say", "say": "text", "conversationHistoryIndex": n}
            for n in (-1, 0, 0, 2, 4)
        ],
    )
    found, balance = read("cline", path)
    assert column(found, "text") == ["make <all>", "write_to_file"]
    assert column(found, "time") == [DAY + 2, DAY + 4]
    assert column(found, "args") == [None, {"path": "a.md"}]
    assert balance.ignored[DENIED] == 1


def test_a_session_of_clines_newer_runtime_has_every_command_of_a_call(tmp_path: Path) -> None:
    use = {"type": "tool_use", "id": "t1", "name": "run_commands"}
    commands = ["make", {"command": "git", "args": ["push", "a b"]}]
    messages = [
        said("assistant", {**use, "input": {"commands": commands}}, ts=DAY * 1000),
        said("user", {"type": "tool_result", "tool_use_id": "t1", "content": "x", "is_error": True}),
    ]
    path = written(
        tmp_path / "sessions" / "c" / "c.messages.json", json.dumps({"version": 1, "messages": messages}).encode()
    )
    assert sniff(path) == "cline"
    found, _ = read("cline", path)
    assert column(found, "text") == ["make", "git push 'a b'"]
    assert column(found, "exit") == [None, 1]
    assert set(column(found, "session")) == {"c"}


# ---- Cursor


def bubble(key: str, **tool: Any) -> tuple[object, ...]:
    given = {
        "toolCallId": key,
        "name": "run_terminal_command_v2",
        "status": "completed",
        "rawArgs": '{"command": "make"}',
        **tool,
    }
    return f"bubbleId:c1:{key}", json.dumps({"type": 2, "createdAt": ISO.format(1), "toolFormerData": given})


def test_no_single_field_says_how_a_call_in_cursors_editor_ended(tmp_path: Path) -> None:
    rows = [
        bubble("a", result=json.dumps({"output": "x", "exitCode": 2})),
        bubble("b", rawArgs="", params={"command": "git push"}, result={"rejected": False}),
        bubble("c", additionalData={"status": "rejected"}),
        bubble("d", result='{"rejected": true}'),
        bubble("e", status="cancelled"),
        bubble("f", status="error"),
        ("bubbleId:c1:g", None),
        ("composerData:c1", '{"name": "x"}'),
    ]
    found, balance = read("cursor", database(tmp_path / "state.vscdb", {"cursorDiskKV": ("key,value", rows)}))
    assert column(found, "text") == ["make", "git push", "make"]
    assert column(found, "exit") == [2, 0, 1]
    assert set(column(found, "session")) == {"c1"}
    assert balance.ignored == {DENIED: 3, "not a call": 2}


def test_the_database_of_cursors_command_line_holds_messages_among_other_things(tmp_path: Path) -> None:
    call = {"type": "tool-call", "toolCallId": "t1", "toolName": "Shell", "args": {"command": "make", "cwd": "/w"}}
    result = {"type": "tool-result", "toolCallId": "t1", "toolName": "Shell", "result": "x", "isError": True}
    blobs = [
        b"\x0a\x03abc",
        json.dumps(said("assistant", call, createdAt=DAY * 1000)).encode(),
        json.dumps(said("tool", result)),
    ]
    rows: list[tuple[object, ...]] = [(f"b{number}", blob) for number, blob in enumerate(blobs)]
    path = database(tmp_path / "w" / "s1" / "store.db", {"blobs": ("id,data", rows), "meta": ("key,value", [])})
    assert sniff(path) == "cursor"
    found, _ = read("cursor", path)
    names = ("text", "time", "exit", "where", "session")
    assert [column(found, name) for name in names] == [["make"], [DAY], [1], ["/w"], ["s1"]]


def test_transcripts_of_cursor_are_looked_for_only_where_no_database_of_it_is(tmp_path: Path) -> None:
    transcripts = tmp_path / ".cursor" / "projects" / "w" / "agent-transcripts"
    transcripts.mkdir(parents=True)
    machine = Machine(tmp_path, tmp_path, {})
    default_paths = cursor.READER.default_paths
    assert transcripts in default_paths(machine)
    (tmp_path / ".cursor" / "chats").mkdir()
    assert transcripts not in default_paths(machine)


# ---- aider


TYPED = (
    b"\n# 2026-01-05 08:00:00.123456\n+/run git pull\n\n# 2026-01-05 08:00:10.5\n+!make\n+  all\n"
    b"\n# 2026-01-05 08:00:20.0\n+please fix it\n\n# 2026-01-05 08:00:30.0\n+/git log\n"
    b"\n# 2026-01-05 08:00:40.0\n+/commit\n\n+/add a\n"
)
CHAT = b"""
# aider chat started at 2026-01-05 08:00:00

> Aider v0.86.1

#### /run git pull

> Already up to date.

#### fix it
#### and build

#### Running tests

> make all
> Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]: y
> Running make all
> make clean
> Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]: n

#### thanks

> Running is healthy
"""


def test_the_input_history_of_aider_is_not_a_history_of_bash(tmp_path: Path) -> None:
    path = written(tmp_path / "any_history", TYPED)
    assert sniff(path) == "aider"
    found, balance = read("aider", path)
    assert column(found, "text") == ["git pull", "make\n  all", "please fix it", "git log", "commit"]
    assert column(found, "kind") == [Kind.SHELL, Kind.SHELL, Kind.REQUEST, Kind.SHELL, Kind.SKILL]
    assert column(found, "time") == [DAY + 0.123456, DAY + 10.5, DAY + 20, DAY + 30, DAY + 40]
    assert balance.ignored == {"not a call": 1}


def test_a_chat_of_aider_tells_what_was_run_and_not_what_was_refused_or_said(tmp_path: Path) -> None:
    path = written(tmp_path / ".aider.chat.history.md", CHAT)
    found, _ = read("aider", path)
    assert column(found, "text") == ["git pull", "make all"]
    assert column(found, "by") == [By.HUMAN, By.AGENT]
    assert set(column(found, "session")) == {"2026-01-05 08:00:00"}
    written(tmp_path / ".aider.input.history", TYPED)
    found, balance = read("aider", path)
    assert (found, balance.duplicates) == ([], 2)


def test_aider_keeps_its_histories_in_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    here = tmp_path / "src" / "x"
    here.mkdir(parents=True)
    found = list(aider.READER.default_paths(Machine(tmp_path / "home", here, {})))
    assert found == [tmp_path / ".aider.input.history", tmp_path / ".aider.chat.history.md"]


# ---- none is taken for another


@pytest.mark.parametrize(("name", "reader"), [("history", None), ("pgcli/history", None), (".bash_history", "bash")])
def test_another_history_of_prompt_toolkit_is_nobodys_unless_its_name_is_a_shells(
    tmp_path: Path, name: str, reader: str | None
) -> None:
    path = written(tmp_path / name, b"\n# 2026-01-05 08:00:00.123456\n+select 1;\n")
    assert sniff(path) == reader


@pytest.mark.parametrize(
    "record",
    [
        {
            "type": "message",
            "sessionId": "s",
            "message": {"role": "assistant", "content": [{"type": "call", "name": "x"}]},
        },
        {"type": "assistant", "sessionId": "s", "message": {"role": "model", "parts": []}},
        {"type": "user_message", "sessionId": "s", "message": "hello"},
        {"type": "event", "sessionId": "s", "data": {"x": 1}},
        {"role": "assistant", "content": [{"type": "tool_use", "name": "Bash", "input": {"command": "make"}}]},
    ],
)
def test_the_session_of_an_agent_that_nobody_knows_is_not_claude_codes(tmp_path: Path, record: dict[str, Any]) -> None:
    assert sniff(written(tmp_path / "session.jsonl", lines(record, record))) is None


def test_a_list_of_messages_is_no_task_of_cline_unless_it_is_called_so(tmp_path: Path) -> None:
    messages = json.dumps([said("user", "hello")]).encode()
    assert sniff(written(tmp_path / "messages.json", messages)) is None
    assert sniff(written(tmp_path / "api_conversation_history.json", messages)) == "cline"

"""The readers of Codex, Gemini CLI and OpenTelemetry traces."""

from __future__ import annotations

import json
import random
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fivetimes.errors import ReadError
from fivetimes.ingest.formats.agent_calls import DENIED, command_of
from fivetimes.ingest.formats.javascript import tool_calls
from fivetimes.ingest.recognition import sniff
from fivetimes.model.events import By, Kind
from reading import FIXTURES, column, read, read_bytes

CODEX = FIXTURES / "logs" / "codex"
EXPECTED = json.loads((CODEX / "expected.json").read_text(encoding="utf-8"))["files"]
SHELLS = {"exec_command", "shell_command", "local_shell", "shell"}


def seconds(text: str | None) -> float | None:
    return None if text is None else datetime.fromisoformat(text).timestamp()


def expected_duration(call: dict[str, Any]) -> float | None:
    if "duration_s" in call:
        return float(call["duration_s"])
    start, end = seconds(call["time"]), seconds(call["ended"])
    return None if start is None or end is None else end - start


# ---- Codex


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: case["session"][:8])
def test_a_codex_transcript_of_each_generation_gives_the_expected_calls(case: dict[str, Any]) -> None:
    found, _ = read("codex", CODEX / case["file"])
    rows = list(
        zip(*(column(found, n) for n in ("text", "kind", "time", "exit", "duration", "by", "args")), strict=True)
    )
    agents = [row for row in rows if row[5] is By.AGENT]
    for row, call in zip(agents, case["tool_calls"], strict=True):
        assert row[0] == call.get("command", call["tool"])
        assert row[1] is (Kind.SHELL if call["tool"] in SHELLS else Kind.TOOL)
        assert row[2] == seconds(call["time"])
        assert row[3] == call["exit"]
        assert row[4] == pytest.approx(expected_duration(call))
        assert "paths" not in call or row[6] == {"paths": call["paths"]}
    typed = [(row[0], row[2], row[3], row[4]) for row in rows if row[5] is By.HUMAN]
    wanted = case.get("user_shell_commands", [])
    assert typed == [(c["command"], seconds(c["time"]), c["exit"], c["duration_s"]) for c in wanted]
    assert set(column(found, "session")) == {case["session"]}
    assert set(column(found, "where")) == {case["cwd"]}


def call(
    number: int, *, key: str = "call_", command: str = "make", time: str = "2026-11-20T10:00:00Z"
) -> dict[str, Any]:
    arguments = json.dumps({"cmd": command})
    item = {"type": "function_call", "name": "exec_command", "arguments": arguments, "call_id": f"{key}{number:020d}"}
    return {"timestamp": time, "type": "response_item", "payload": item}


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_a_compressed_transcript_is_read_and_its_plain_sibling_goes_before_it(tmp_path: Path) -> None:
    (tmp_path / "rollout-a.jsonl").write_bytes(lines(call(1)))
    for name, content in {"rollout-a.jsonl.zst": lines(call(2)), "rollout-b.jsonl.zst": lines(call(3))}.items():
        with pa.output_stream(str(tmp_path / name), compression="zstd") as out:
            out.write(content)
    found, balance = read("codex", tmp_path)
    assert [batch.origin.partition("/")[2] for batch in found] == ["rollout-a.jsonl", "rollout-b.jsonl.zst"]
    assert balance.events == 2


def test_damaged_compression_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "rollout-a.jsonl.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(range(200)))
    with pytest.raises(ReadError, match="damaged compression"):
        read("codex", path)


def test_what_stands_before_damage_is_read(tmp_path: Path) -> None:
    whole = tmp_path / "whole.zst"
    with pa.output_stream(str(whole), compression="zstd") as out:
        out.write(lines(call(1)))
        out.write(lines({"type": "noise", "text": random.Random(1).randbytes(2_000_000).hex()}))
    (tmp_path / "rollout-a.jsonl.zst").write_bytes(whole.read_bytes()[:-500_000])
    whole.unlink()
    found, balance = read("codex", tmp_path)
    assert column(found, "text") == ["make"]
    assert balance.bad == {"unreadable file": 1}


def test_a_result_may_come_before_its_call_and_the_last_one_counts() -> None:
    def ended(code: int) -> dict[str, Any]:
        told = f"Wall time: 2 seconds\nProcess exited with code {code}\nOutput:\n"
        item = {"type": "function_call_output", "call_id": f"call_{1:020d}", "output": told}
        return {"timestamp": "2026-11-20T10:00:09Z", "type": "response_item", "payload": item}

    for order in ((ended(3), call(1)), (call(1), ended(1), ended(3))):
        found, _ = read_bytes("codex", lines(*order))
        assert (column(found, "exit"), column(found, "duration")) == ([3], [2])


@pytest.mark.parametrize(
    "words", ["Wall time: 2 seconds", "Duration: 2 seconds\nnoise", "Chunk ID: 3a\nWall time: 2 seconds"]
)
@pytest.mark.parametrize("code", ["Exit code: 3", "Process exited with code 3 "])
def test_how_a_tool_ended_is_understood_in_every_order(words: str, code: str) -> None:
    for told in (f"{words}\n{code}\nOutput:\nExit code: 9", f"{code}\n{words}"):
        item = {"type": "function_call_output", "call_id": f"call_{1:020d}", "output": told}
        found, _ = read_bytes("codex", lines(call(1), {"type": "response_item", "payload": item}))
        assert (column(found, "exit"), column(found, "duration")) == ([3], [2])


@pytest.mark.parametrize("reader", ["codex", "claude_code", "gemini"])
def test_arguments_that_nobody_would_nest_so_deeply_are_bad_and_another_record_so_deep_is_no_call(reader: str) -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = [deep]
    args = {"x": deep}
    use = {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": args}
    search = {"type": "local_shell_call", "call_id": "1", "action": args}
    record = {
        "codex": {"type": "response_item", "payload": search},
        "claude_code": {"type": "assistant", "message": {"content": [use]}},
        "gemini": {"toolCalls": [{"id": "1", "name": "read_file", "args": args}]},
    }[reader]
    found, balance = read_bytes(reader, lines(record, {"type": "noise"}), name="session-a.jsonl")
    assert not found
    assert balance.bad == {"nested too deeply": 1}
    assert balance.ignored == {"not a call": 1}


@pytest.mark.parametrize(
    "told",
    [
        "exec command rejected by user",
        "patch rejected by user",
        "Wall time: 2.5 seconds\naborted by user",
        "aborted by user after 2.5s",
        "user cancelled MCP tool call",
        json.dumps({"output": "aborted", "metadata": {"exit_code": 1, "duration_seconds": 0}}),
        'exec_command failed for `/bin/zsh -lc make`: CreateProcess { message: "Rejected(rejected by user)" }',
    ],
)
def test_a_call_that_was_denied_or_broken_off_was_not_carried_out(told: str) -> None:
    denied = {"type": "function_call_output", "call_id": f"call_{1:020d}", "output": told}
    words = f"Wall time: 2 seconds\nProcess exited with code 1\nOutput:\n{told}"
    failed = {"type": "function_call_output", "call_id": f"call_{2:020d}", "output": words}
    results = ({"type": "response_item", "payload": item} for item in (denied, failed))
    found, balance = read_bytes("codex", lines(call(1), call(2, command="git push"), *results))
    assert (column(found, "text"), column(found, "exit")) == (["git push"], [1])
    assert balance.ignored[DENIED] == 1


def test_a_forked_conversation_repeats_no_call_and_keeps_its_own_name(tmp_path: Path) -> None:
    parent = {"timestamp": "2026-11-20T10:00:00Z", "type": "session_meta", "payload": {"id": "one", "cwd": "/w"}}
    fork = {**parent, "payload": {"id": "two", "forked_from_id": "one", "cwd": "/w"}}
    (tmp_path / "rollout-1.jsonl").write_bytes(lines(parent, call(1)))
    (tmp_path / "rollout-2.jsonl").write_bytes(lines(fork, parent, call(1), call(2)))
    found, balance = read("codex", tmp_path)
    assert column(found, "session") == ["one", "two"]
    assert balance.duplicates == 1


def test_a_short_id_is_counted_anew_in_each_conversation(tmp_path: Path) -> None:
    short = call(1)
    short["payload"]["call_id"] = "call_1"
    for name in ("rollout-1.jsonl", "rollout-2.jsonl"):
        (tmp_path / name).write_bytes(lines(short, short))
    _, balance = read("codex", tmp_path)
    assert (balance.events, balance.duplicates) == (2, 2)


def test_what_a_user_typed_counts_once_though_it_stands_there_as_event_and_as_item() -> None:
    said = "<user_shell_command>\n<command>\nmake\n</command>\n<result>\nExit code: 2\n</result>\n</user_shell_command>"
    event = {"type": "event_msg", "payload": {"type": "user_message", "message": said}}
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": said}]}
    both = (event, {"type": "response_item", "payload": item})
    found, _ = read_bytes("codex", lines(*both, *both))
    assert column(found, "text") == ["make", "make"]
    assert column(found, "exit") == [2, 2]


def test_a_prompt_that_begins_with_a_skill_calls_it() -> None:
    event = {"type": "event_msg", "payload": {"type": "user_message", "message": "$monthly-close for May"}}
    found, _ = read_bytes("codex", lines(event))
    assert [(b.text, b.kind, b.args) for b in found] == [(["monthly-close"], [Kind.SKILL], [{"args": "for May"}])]


# ---- Codex: cells of code and finished items


CODE_CELLS = {
    'const r = await tools.exec_command({cmd: "make", workdir: "/w"});\ntext(r.output);': [("make", Kind.SHELL, "/w")],
    'await Promise.all([tools.exec_command({cmd: "a"}), tools.exec_command({"cmd": \'b "q"\'})])': [
        ("a", Kind.SHELL, None),
        ('b "q"', Kind.SHELL, None),
    ],
    "const cmd = `make ${1}`; text((await tools.exec_command({cmd, yield_time_ms: 9})).output)": [
        ("make 1", Kind.SHELL, None)
    ],
    'for (const c of ["a", "b"]) { await tools.exec_command({cmd: "make " + c}); }': [
        ("make a", Kind.SHELL, None),
        ("make b", Kind.SHELL, None),
    ],
    '["a", "b"].map(async (c) => tools["mcp__t__close"]({name: c}))': [
        ("mcp__t__close", Kind.TOOL, None),
        ("mcp__t__close", Kind.TOOL, None),
    ],
    "await tools.exec_command({cmd: load('which')});": [("exec_command", Kind.TOOL, None)],
    '// tools.exec_command({cmd: "no"})\ntext("tools.exec_command({})");': [],
    "const p = String.raw`*** Begin Patch\n*** Update File: a\n*** End Patch`; await tools.apply_patch(p)": [
        ("apply_patch", Kind.TOOL, None)
    ],
}


def cell(code: str, key: str = "call_cell_0000000001") -> dict[str, Any]:
    return {
        "timestamp": "2026-09-01T09:00:00Z",
        "type": "response_item",
        "payload": {"type": "custom_tool_call", "call_id": key, "name": "exec", "input": code},
    }


def cell_result(*texts: str, key: str = "call_cell_0000000001") -> dict[str, Any]:
    output = [{"type": "input_text", "text": text} for text in texts]
    return {
        "timestamp": "2026-09-01T09:00:05Z",
        "type": "response_item",
        "payload": {"type": "custom_tool_call_output", "call_id": key, "output": output},
    }


def finished(**item: Any) -> dict[str, Any]:
    payload = {"type": "item_completed", "item": item}
    return {"timestamp": "2026-09-01T09:00:04Z", "type": "event_msg", "payload": payload}


@pytest.mark.parametrize("code", CODE_CELLS)
def test_the_calls_that_a_cell_of_code_shows_are_calls(code: str) -> None:
    found, balance = read_bytes("codex", lines(cell(code), cell_result("Script completed\n", "done")))
    rows = list(zip(*(column(found, name) for name in ("text", "kind", "where")), strict=True))
    assert rows == CODE_CELLS[code]
    assert balance.events == len(rows)


def test_a_cell_says_of_its_commands_how_they_ended() -> None:
    two = 'await tools.exec_command({cmd: "a"}); await tools.exec_command({cmd: "b"});'
    for texts, exits in (
        (("Script completed\nWall time 2.5 seconds\nOutput:\n", '{"exit_code": 0}', '{"exit_code": 3}'), [0, 3]),
        (('[{"exit_code": 1}, {"exit_code": 0}]',), [1, 0]),
        (('{"exit_code": 1}',), [None, None]),
    ):
        found, _ = read_bytes("codex", lines(cell(two), cell_result(*texts)))
        assert column(found, "exit") == exits
    one = lines(
        cell('await tools.exec_command({cmd: "a"})'), cell_result("Script failed\nWall time 2.5 seconds\nOutput:\n")
    )
    found, _ = read_bytes("codex", one)
    assert (column(found, "exit"), column(found, "duration")) == ([None], [2.5])


def test_a_cell_that_goes_on_ends_with_the_call_that_waits_for_it() -> None:
    waits = {"type": "function_call", "name": "wait", "arguments": '{"cell_id": "7"}', "call_id": "call_wait"}
    runs = cell_result("Script running with cell ID 7\nWall time 10.0 seconds\nOutput:\n")
    ended = cell_result('{"exit_code": 4}', key="call_wait")
    records = cell('await tools.exec_command({cmd: "make"})'), runs, {"type": "response_item", "payload": waits}, ended
    found, _ = read_bytes("codex", lines(*records))
    assert (column(found, "text"), column(found, "exit")) == (["make"], [4])


def test_a_finished_item_ends_the_call_of_its_id_or_that_of_a_cell_or_is_a_call_of_its_own() -> None:
    made = {
        "type": "CommandExecution",
        "id": "exec-1",
        "command": ["/bin/zsh", "-lc", "make"],
        "cwd": "file:///w/a%20b",
    }
    exit_ = {"status": "failed", "exit_code": 2, "duration": {"secs": 3, "nanos": 500000000}}
    direct = finished(**{**made, **exit_, "id": call(1)["payload"]["call_id"]})
    for records, where in (
        ((call(1), direct), None),
        ((cell('await tools.exec_command({cmd: "make"})'), finished(**made, **exit_), cell_result("ok")), None),
        ((finished(**made, **exit_),), "/w/a b"),
    ):
        found, _ = read_bytes("codex", lines(*records))
        names = ("text", "exit", "duration", "where")
        assert list(zip(*(column(found, name) for name in names), strict=True)) == [("make", 2, 3.5, where)]


def test_in_a_transcript_of_pages_the_finished_items_are_the_calls_and_cells_are_not() -> None:
    header = {"type": "session_meta", "payload": {"id": "s", "cwd": "/w", "history_mode": "paginated"}}
    code = 'if (dirty) { await tools.exec_command({cmd: "git push"}); } await tools.exec_command({cmd: "make"});'
    ran = finished(type="CommandExecution", id="exec-1", command=["make"], exitCode="0", status="completed")
    sent = finished(
        type="McpToolCall", id="m", server="tracker", tool="close_issue", arguments={"id": 7}, status="completed"
    )
    declined = finished(type="CommandExecution", id="exec-2", command=["git", "push"], status="declined")
    typed = finished(type="CommandExecution", id="exec-3", command=["ls"], source="user_shell", exit_code=0)
    input_ = finished(type="CommandExecution", id="exec-4", command=["make"], source="unified_exec_interaction")
    found, balance = read_bytes(
        "codex", lines(header, cell(code), ran, sent, declined, typed, input_, cell_result("ok"))
    )
    rows = list(zip(*(column(found, name) for name in ("text", "kind", "exit", "by")), strict=True))
    assert rows == [
        ("make", Kind.SHELL, 0, By.AGENT),
        ("mcp__tracker__close_issue", Kind.TOOL, 0, By.AGENT),
        ("ls", Kind.SHELL, 0, By.HUMAN),
    ]
    assert balance.ignored[DENIED] == 1


def test_a_tool_of_a_server_has_one_name_in_every_form_of_its_call() -> None:
    spaced = {"type": "function_call", "name": "close", "namespace": "mcp__tracker", "arguments": "{}", "call_id": "c1"}
    ended = {"type": "mcp_tool_call_end", "call_id": "exec-9", "invocation": {"server": "tracker", "tool": "close"}}
    failed = {**ended, "call_id": "exec-10", "result": {"Err": "user rejected MCP tool call"}}
    result = {"result": {"Ok": {"content": [], "isError": True}}, "duration": {"secs": 1, "nanos": 0}}
    records = (
        {"type": "response_item", "payload": spaced},
        {"type": "event_msg", "payload": {**ended, **result}},
        {"type": "event_msg", "payload": failed},
    )
    found, balance = read_bytes("codex", lines(*records))
    assert column(found, "text") == ["mcp__tracker__close"] * 2
    assert column(found, "exit") == [None, 1]
    assert balance.ignored[DENIED] == 1


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["bash", "-lc", "make all"], "make all"),
        (["C:\\Program Files\\Git\\bin\\bash.exe", "-lc", "make all"], "make all"),
        (
            ["C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", "-NoProfile", "-Command", "git pull"],
            "git pull",
        ),
        (["pwsh", "-Command", "[Console]::OutputEncoding=[System.Text.Encoding]::UTF8;\nGet-Item a"], "Get-Item a"),
        (["cmd.exe", "/d", "/c", "dir", "/b"], "dir /b"),
        (["bash", "-c", 'echo "$1"', "bash", "x"], "bash -c 'echo \"$1\"' bash x"),
        (["bash", "run.sh", "-c", "a"], "bash run.sh -c a"),
        (["git", "commit", "-m", "a b"], "git commit -m 'a b'"),
    ],
)
def test_a_list_of_words_is_the_command_that_it_has_a_shell_run(words: list[str], line: str) -> None:
    assert command_of(words) == line


@given(st.text(alphabet="tools.exec_comand(){}[]\"'`$,;:=+/\\ \nofr>", max_size=60))
def test_no_code_makes_the_search_for_calls_raise(code: str) -> None:
    for name, _ in tool_calls(f"tools {code}"):
        assert name


@pytest.mark.parametrize(
    "code",
    [
        "tools.a(" * 20_000,
        "tools.a({x:" * 20_000,
        "tools" + "`${" * 20_000,
        "tools" + ".join(a" * 20_000,
        "".join(f"const a{n + 1} = [a{n}, a{n}];" for n in range(60)) + "tools.x({c: a60})",
        "".join(f"for (const a{n} of [1, 2])" for n in range(40))
        + f"tools.x({{c: {'+'.join(f'a{n}' for n in range(40))}}})",
    ],
    ids=lambda code: code[:12],
)
def test_code_that_grows_without_end_is_given_up(code: str) -> None:
    assert len(tool_calls(code)) <= 20_000


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("type payload id name".split()), inner),
    max_leaves=8,
)
ODD = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["response_item", "event_msg", "session_meta", "function_call", []]) | JSON,
        "timestamp": st.sampled_from(["2026-11-20T10:00:00Z", "soon", "Z"]) | JSON,
        "payload": JSON
        | st.dictionaries(st.sampled_from(["type", "arguments", "call_id", "output", "content", "item", "input"]), JSON)
        | st.fixed_dictionaries(
            {"type": st.just("item_completed")},
            optional={
                "item": st.fixed_dictionaries(
                    {"type": st.sampled_from(["CommandExecution", "McpToolCall", "FileChange", "UserMessage"])},
                    optional=dict.fromkeys(
                        ["command", "cwd", "duration", "exit_code", "changes", "result", "content"], JSON
                    ),
                ),
                "started_at_ms": JSON,
            },
        ),
        "message": JSON,
        "toolCalls": JSON
        | st.lists(st.dictionaries(st.sampled_from(["id", "name", "args", "status", "timestamp"]), JSON)),
        "resourceSpans": JSON,
        "resourceLogs": JSON | st.just([{"scopeLogs": [{"logRecords": [{"body": {}, "attributes": []}]}]}]),
        "arguments": JSON,
        "call_id": JSON,
    },
)


@pytest.mark.parametrize("reader", ["codex", "gemini", "otlp", "claude_code", "resh"])
@settings(suppress_health_check=[HealthCheck.too_slow])  # the first draw takes seconds on a busy machine
@given(st.lists(ODD, max_size=4))
def test_no_record_makes_a_reader_of_transcripts_raise(reader: str, records: list[dict[str, Any]]) -> None:
    read_bytes(reader, lines(*records), name="session-a.jsonl")


# ---- Gemini CLI


def test_a_gemini_conversation_in_both_forms_gives_its_calls_once() -> None:
    found, balance = read("gemini", FIXTURES / "logs" / "gemini")
    rows = list(zip(*(column(found, n) for n in ("text", "kind", "time", "exit", "session")), strict=True))
    assert rows == [
        ("list_directory", Kind.TOOL, seconds("2025-10-18T14:57:31Z"), 1.0, "f86f5318-0000-4000-8000-000000000002"),
        ("make test", Kind.SHELL, seconds("2026-11-20T09:00:03.5Z"), 0.0, "5f1c7e02-aaaa-4bbb-8ccc-000000000001"),
    ]
    assert (balance.duplicates, balance.ignored[DENIED]) == (1, 1)
    assert column(found, "where") == [None] * 2


def test_what_a_subagent_called_belongs_to_the_conversation_and_the_project_is_the_folder(tmp_path: Path) -> None:
    def conversation(session: str, kind: str, *commands: str) -> bytes:
        records: list[object] = [{"sessionId": session, "projectHash": "x", "kind": kind}]
        for number, command in enumerate(commands):
            use = {
                "id": f"{session}-{number}",
                "name": "run_shell_command",
                "args": {"command": command},
                "status": "success",
            }
            records.append(
                {"id": f"m{number}", "type": "gemini", "toolCalls": [use], "timestamp": "2026-09-01T09:00:00Z"}
            )
        return lines(*records)

    main, part = "72d14847-0000-4000-8000-000000000001", "33333333-0000-4000-8000-000000000002"
    chats = tmp_path / "site" / "chats"
    (chats / main).mkdir(parents=True)
    (chats / "session-2026-09-01T09-00-72d14847.jsonl").write_bytes(conversation(main, "main", "git pull"))
    (chats / main / f"{part}.jsonl").write_bytes(conversation(part, "subagent", "pytest -q"))
    for root, where in ((None, None), ("/home/ana/site\n", "/home/ana/site")):
        if root is not None:
            (tmp_path / "site" / ".project_root").write_text(root)
        found, _ = read("gemini", chats)
        rows = zip(*(column(found, name) for name in ("text", "session", "where")), strict=True)
        assert sorted(rows, key=str) == [("git pull", main, where), ("pytest -q", main, where)]


# ---- traces


def test_spans_of_tools_and_skills_are_read_and_others_are_not() -> None:
    found, balance = read("otlp", FIXTURES / "logs" / "otlp" / "traces.jsonl")
    names = ("text", "kind", "time", "exit", "duration", "session")
    assert list(zip(*(column(found, name) for name in names), strict=True)) == [
        ("make test", Kind.SHELL, 1795161604.5, 0.0, 1.5, "conv-1"),
        ("send_invoice", Kind.TOOL, 1795161600.0, 1.0, 1.0, "conv-1"),
        ("monthly-close", Kind.SKILL, 1795161602.0, 0.0, 0.0, "0af7651916cd43dd8448eb211c80319c"),
        ("lookup", Kind.TOOL, 1795161609.0, 0.0, 0.5, "s-9"),
    ]
    assert balance.ignored == {"not a call": 2}


def span(number: int, tool: str, *, under: int = 0, **besides: Any) -> dict[str, Any]:
    named = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool, **besides.pop("attributes", {})}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in named.items()]
    times = {"startTimeUnixNano": f"{1788253200 + number}000000000", "endTimeUnixNano": f"{1788253209}000000000"}
    ids = {"traceId": "t", "spanId": f"s{number}", "parentSpanId": f"s{under}" if under else ""}
    return {**ids, **times, "attributes": attributes, **besides}


def traced(*spans: object) -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}


def in_snake_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            re.sub("[A-Z]", lambda sign: f"_{sign[0].lower()}", key): in_snake_case(one) for key, one in value.items()
        }
    return [in_snake_case(one) for one in value] if isinstance(value, list) else value


def test_traces_are_read_in_lines_arrays_and_objects_and_by_either_name_of_a_field(tmp_path: Path) -> None:
    one, two = traced(span(1, "close")), traced(span(2, "send"))
    both = {"resourceSpans": one["resourceSpans"] + two["resourceSpans"]}
    forms = (
        lines(one, two),
        json.dumps([one, two]).encode(),
        json.dumps([one, two], indent=2).encode(),
        json.dumps(both, indent=2).encode(),
    )
    for form in (*forms, lines(in_snake_case(one), in_snake_case(two)), json.dumps(in_snake_case([one, two])).encode()):
        path = tmp_path / "traces.json"
        path.write_bytes(form)
        assert sniff(path) == "otlp"
        found, _ = read("otlp", path)
        rows = list(zip(*(column(found, name) for name in ("text", "time", "session")), strict=True))
        assert rows == [("close", 1788253201.0, "t"), ("send", 1788253202.0, "t")]


def test_the_spans_of_one_call_through_a_server_are_one_call_and_a_tool_that_calls_itself_is_two() -> None:
    call_ = span(1, "close", attributes={"gen_ai.conversation.id": "c"})
    client = span(2, "close", under=1, kind=3, attributes={"mcp.method.name": "tools/call"})
    http = {"traceId": "t", "spanId": "s3", "parentSpanId": "s2", "name": "POST"}
    server = span(4, "close", under=3, kind="SPAN_KIND_SERVER")
    inner = span(5, "lookup", under=4, kind=1)
    again = span(6, "lookup", under=5, kind=1)
    spans = [call_, client, http, server, inner, again]
    for order in (spans, spans[::-1]):
        found, balance = read_bytes("otlp", lines(*map(traced, order)), name="traces.jsonl")
        assert sorted(column(found, "text")) == ["close", "lookup", "lookup"]
        assert dict(zip(column(found, "text"), column(found, "session"), strict=True))["close"] == "c"
        assert (balance.duplicates, balance.ignored["not a call"]) == (2, 1)
    alone, _ = read_bytes("otlp", lines(traced(server)), name="traces.jsonl")
    assert column(alone, "text") == ["close"]


def test_spans_that_stand_in_a_circle_end() -> None:
    circle = span(1, "a", under=2, kind=3), span(2, "b", under=1, kind=3)
    found, _ = read_bytes("otlp", lines(traced(*circle)), name="traces.jsonl")
    assert column(found, "text") == ["a", "b"]


def logged(body: str = "", **attributes: str) -> dict[str, Any]:
    pairs = [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in attributes.items()]
    record = {"timeUnixNano": "1788253205000000000", "body": {"stringValue": body}, "attributes": pairs}
    return {"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [{"logRecords": [record]}]}]}


def test_log_events_of_agents_are_the_calls_that_they_record() -> None:
    events = [
        logged("claude_code.tool_result", tool_name="Bash", success="true", duration_ms="2000", session__id="s",
               tool_parameters='{"bash_command": "git", "full_command": "git pull"}'),
        logged(event__name="tool_result", tool_name="mcp_tool", success="false",
               tool_parameters='{"mcp_server_name": "tracker", "mcp_tool_name": "close"}'),
        logged(event__name="tool_result", tool_name="Bash", tool_parameters='{"bash_command": "git"}'),
        logged(event__name="codex.tool_result", tool_name="exec_command", arguments='{"cmd": "make"}', conversation__id="c"),
        logged("x", event__name="gemini_cli.tool_call", function_name="run_shell_command", decision="reject",
               function_args='{"command": "git push"}'),
        logged(event__name="api_request", model="m"),
    ]  # fmt: skip
    found, balance = read_bytes("otlp", lines(*events), name="logs.jsonl")
    names = ("text", "kind", "time", "duration", "exit", "session")
    assert list(zip(*(column(found, name) for name in names), strict=True)) == [
        ("git pull", Kind.SHELL, 1788253203.0, 2.0, 0.0, "s"),
        ("mcp__tracker__close", Kind.TOOL, 1788253205.0, None, 1.0, None),
        ("Bash", Kind.TOOL, 1788253205.0, None, None, None),
        ("make", Kind.SHELL, 1788253205.0, None, None, "c"),
    ]
    assert balance.ignored == {DENIED: 1, "not a call": 1}


def test_arguments_of_a_span_may_be_typed_values_and_beyond_the_deepest_level_there_are_none() -> None:
    def told(value: Any) -> bytes:
        named = {"gen_ai.operation.name": {"stringValue": "execute_tool"}, "gen_ai.tool.name": {"stringValue": "Bash"}}
        pairs = [{"key": key, "value": typed} for key, typed in named.items()]
        held = {"kvlistValue": {"values": [{"key": "command", "value": {"stringValue": "make"}}, *value]}}
        span = {"spanId": "1", "attributes": [*pairs, {"key": "gen_ai.tool.call.arguments", "value": held}]}
        return lines({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})

    words: dict[str, Any] = {"arrayValue": {"values": [{"intValue": "1"}, {"stringValue": "b"}]}}
    deep = words
    for _ in range(300):
        deep = {"arrayValue": {"values": [deep]}}
    for value in (words, deep):
        found, _ = read_bytes("otlp", told([{"key": "words", "value": value}]), name="traces.jsonl")
        assert (column(found, "text"), column(found, "kind")) == (["make"], [Kind.SHELL])

"""The readers of transcripts, skill logs and generic logs."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fivetimes.errors import ReadError
from fivetimes.ingest.formats.agent_calls import DENIED
from fivetimes.model.events import By, Kind
from reading import FIXTURES, bits, column, read, read_bytes

TRANSCRIPTS = FIXTURES / "logs" / "claude_code"
EXPECTED = [
    case
    for case in json.loads((TRANSCRIPTS / "expected.json").read_text(encoding="utf-8"))["files"]
    if "session" in case
]


def seconds(text: str | None) -> float | None:
    return None if text is None else datetime.fromisoformat(text).timestamp()


def expected_call(call: dict[str, Any]) -> tuple[str, Kind, float | None, float | None, float | None]:
    kinds = {"Bash": Kind.SHELL, "Skill": Kind.SKILL, "SlashCommand": Kind.SKILL}
    text = call.get("command") or call.get("skill") or call.get("slash_command") or call["tool"]
    start, end = seconds(call["time"]), seconds(call["ended"])
    exit_ = None if call["is_error"] is None else float(call["is_error"])
    return text, kinds.get(call["tool"], Kind.TOOL), start, exit_, None if end is None or start is None else end - start


# ---- Claude Code


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: case["version"])
def test_a_transcript_gives_the_expected_calls_with_exit_and_duration(case: dict[str, Any]) -> None:
    found, balance = read("claude_code", TRANSCRIPTS / case["file"])
    names = ("text", "kind", "time", "exit", "duration", "by")
    rows = list(zip(*(column(found, name) for name in names), strict=True))
    agents = [row[:5] for row in rows if row[5] is By.AGENT]
    done = [call for call in case["tool_calls"] if call["outcome"] != "rejected"]
    assert balance.ignored[DENIED] == len(case["tool_calls"]) - len(done)
    for row, call in zip(agents, done, strict=True):
        text, kind, time, exit_, duration = expected_call(call)
        assert row[:4] == (text, kind, time, exit_)
        assert row[4] == pytest.approx(duration)
    assert set(column(found, "session")) == {case["session"]}
    assert balance.held_back == case.get("bad_lines", 0)
    typed = [(row[0], row[2]) for row in rows if row[5] is By.HUMAN]
    wanted = [(command["name"], command["time"]) for command in case.get("user_slash_commands", [])]
    wanted += [(command["command"], command["time"]) for command in case.get("user_shell_commands", [])]
    assert typed == [(text, seconds(time)) for text, time in wanted]


def test_the_line_of_a_call_is_the_line_of_its_record() -> None:
    path = TRANSCRIPTS / EXPECTED[0]["file"]
    rows = path.read_text(encoding="utf-8").split("\n")
    found, _ = read("claude_code", path)
    for text, line, kind in zip(column(found, "text"), column(found, "line"), column(found, "kind"), strict=True):
        assert kind is not Kind.SHELL or json.dumps(text)[1:-1] in rows[line - 1]


def test_a_folder_of_transcripts_is_one_source_in_which_a_copied_call_counts_once(tmp_path: Path) -> None:
    call = {"type": "tool_use", "id": "t1", "name": "Read", "input": {"file_path": "a.md"}}
    record = {
        "type": "assistant",
        "sessionId": "s",
        "timestamp": "2026-11-20T09:00:00Z",
        "message": {"content": [call]},
    }
    for name in ("a.jsonl", "deep/b.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(record) + "\n", encoding="utf-8")
    found, balance = read("claude_code", tmp_path)
    assert column(found, "args") == [{"file_path": "a.md"}]
    assert balance.duplicates == 1
    assert found[0].origin == f"{tmp_path.name}/a.jsonl"


def test_a_line_with_two_calls_counts_as_two_records() -> None:
    blocks = [{"type": "tool_use", "id": f"t{n}", "name": "Bash", "input": {"command": "ls"}} for n in range(2)]
    _, balance = read_bytes(
        "claude_code", json.dumps({"type": "assistant", "message": {"content": blocks}}).encode() + b"\n"
    )
    assert (balance.records, balance.events) == (2, 2)


@pytest.mark.parametrize(
    ("said", "is_error", "told", "exit_"),
    [
        ("Exit code 2\nmake: no rule", True, "Error: Exit code 2", 2),
        ([{"type": "text", "text": "Error: Exit code 127"}], True, None, 127),
        ("No such tool", True, None, 1),
        ("Exit code 0", True, None, 1),
        ("Exit code 2", False, {"interrupted": False}, 0),
    ],
)
def test_how_a_call_ended_is_as_it_was_recorded(said: object, is_error: bool, told: object, exit_: float) -> None:
    use = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "make"}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": said, "is_error": is_error}
    records = (
        {"type": "assistant", "message": {"content": [use]}},
        {"type": "user", "message": {"content": [result]}, "toolUseResult": told},
    )
    found, _ = read_bytes("claude_code", "\n".join(map(json.dumps, records)).encode())
    assert column(found, "exit") == [exit_]


@pytest.mark.parametrize(
    ("said", "is_error", "besides"),
    [
        ("The user doesn't want to proceed with this tool use. The tool use was rejected.", True, {}),
        ("The user doesn\u2019t want to take this action right now. STOP", True, {}),
        ([{"type": "text", "text": "[Request interrupted by user for tool use]"}], True, {}),
        ("<tool_use_error>Cancelled: parallel tool call Bash(make) errored</tool_use_error>", True, {}),
        ("Permission to use Bash with command make has been denied.", True, {}),
        ("PreToolUse:Bash hook error: no builds today", True, {}),
        ("in words that no version has used so far", True, {"toolDenialKind": "permission-rule"}),
        ("", False, {"toolUseResult": {"stdout": "", "interrupted": True}}),
    ],
)
def test_a_call_that_a_person_denied_or_stopped_was_not_carried_out(
    said: object, is_error: bool, besides: dict[str, Any]
) -> None:
    blocks = [
        {"type": "tool_use", "id": f"toolu_{n}", "name": "Bash", "input": {"command": f"make {n}"}} for n in range(3)
    ]
    denied = {"type": "tool_result", "tool_use_id": "toolu_1", "content": said, "is_error": is_error}
    failed = {"type": "tool_result", "tool_use_id": "toolu_2", "content": "the user doesn't want it", "is_error": True}
    records = [
        {"type": "assistant", "message": {"content": blocks}},
        {"type": "user", "message": {"content": [denied]}, **besides},
        {"type": "user", "message": {"content": [failed]}},
    ]
    for order in (records, [records[1], records[0], records[2]]):
        found, balance = read_bytes("claude_code", "\n".join(map(json.dumps, order)).encode())
        assert column(found, "text") == ["make 0", "make 2"]
        assert column(found, "exit") == [None, 1]
        assert (balance.records - balance.ignored["not a call"], balance.ignored[DENIED]) == (3, 1)


def test_a_result_that_comes_after_a_full_batch_still_belongs_to_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fivetimes.ingest.formats.agent_calls.BATCH_ROWS", 3)
    records: list[dict[str, Any]] = []
    for number in range(10):
        use = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": f"make {number}"}}
        told = "User rejected tool use" if number % 3 == 2 else "Exit code 7"
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": told, "is_error": True}
        records.append({"type": "assistant", "message": {"content": [use]}})
        records.append({"type": "user", "message": {"content": [result]}})
    found, balance = read_bytes("claude_code", "\n".join(map(json.dumps, records)).encode())
    assert column(found, "text") == [f"make {number}" for number in range(10) if number % 3 != 2]
    assert set(column(found, "exit")) == {7}
    assert balance.ignored[DENIED] == 3


def slash(name: str, *, arguments: str = "", at: int = 0, **besides: Any) -> dict[str, Any]:
    text = f"<command-message>{name}</command-message>\n<command-name>/{name}</command-name>"
    text += f"\n<command-args>{arguments}</command-args>"
    when = f"2026-09-01T09:00:{at:02}Z"
    return {
        "type": "user",
        "timestamp": when,
        "sessionId": "s",
        "message": {"role": "user", "content": text},
        **besides,
    }


def spoken(speaker: str, content: object, **besides: Any) -> dict[str, Any]:
    return {"type": speaker, "sessionId": "s", "message": {"role": speaker, "content": content}, **besides}


ANSWER = spoken("assistant", [{"type": "text", "text": "On it."}])
OUTPUT = spoken("user", "<local-command-stdout>Copied</local-command-stdout>")
CAVEAT = spoken("user", "<local-command-caveat>Caveat: local commands</local-command-caveat>", isMeta=True)
PROMPT = spoken("user", [{"type": "text", "text": "# Deploy\nDo this."}], isMeta=True)
RESULT = spoken("user", [{"type": "tool_result", "tool_use_id": "t", "content": "ok"}])
NOISE = {"type": "file-history-snapshot", "messageId": "m"}


@pytest.mark.parametrize(
    ("follows", "counts"),
    [
        ([ANSWER], True),
        ([PROMPT, ANSWER], True),
        ([NOISE, RESULT, ANSWER], True),
        ([OUTPUT, spoken("user", "and now?"), ANSWER], False),
        ([CAVEAT, OUTPUT, ANSWER], False),
        ([spoken("user", "something else"), ANSWER], False),
        ([slash("btw", at=5), OUTPUT, ANSWER], False),
        ([], False),
        ([spoken("assistant", "a side task", isSidechain=True)], False),
    ],
)
def test_a_slash_command_counts_where_the_agent_answers_it_whatever_it_is_called(
    follows: list[dict[str, Any]], counts: bool
) -> None:
    for name in ("deploy", "copy", "clear"):
        records = [slash(name, arguments="v1"), *follows]
        found, balance = read_bytes("claude_code", "\n".join(map(json.dumps, records)).encode())
        assert [(batch.text, batch.args) for batch in found] == ([([name], [{"args": "v1"}])] if counts else [])
        assert balance.ignored["not a call"] == len(records) - counts


def test_what_was_typed_counts_once_though_its_line_was_written_again() -> None:
    shell = {**slash("x", at=9), "message": {"content": "<bash-input>make</bash-input>"}}
    records = [
        record
        for uuid in "ab"
        for record in (
            slash("deploy", uuid=uuid),
            ANSWER,
            {**shell, "uuid": uuid},
            slash("deploy", at=20, uuid=uuid),
            ANSWER,
        )
    ]
    found, balance = read_bytes("claude_code", "\n".join(map(json.dumps, records)).encode())
    assert column(found, "text") == ["deploy", "make", "deploy"]
    assert balance.duplicates == 3


def test_calls_that_run_at_anthropic_or_at_a_server_called_from_there_are_calls_with_their_outcome() -> None:
    search = {"type": "server_tool_use", "id": "srvtoolu_01", "name": "web_search", "input": {"query": "x"}}
    found_none = {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}
    close = {"type": "mcp_tool_use", "id": "mcptoolu_01", "name": "close", "server_name": "tracker", "input": {"id": 1}}
    blocks = [
        {"type": "thinking", "thinking": ""},
        search,
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_01", "content": found_none},
        close,
        {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_01", "is_error": False, "content": []},
    ]
    found, balance = read_bytes("claude_code", json.dumps(spoken("assistant", blocks)).encode())
    rows = list(zip(*(column(found, name) for name in ("text", "kind", "exit", "args")), strict=True))
    assert rows == [("web_search", Kind.TOOL, 1, {"query": "x"}), ("mcp__tracker__close", Kind.TOOL, 0, {"id": 1})]
    assert balance.records == 2


def test_the_powershell_tool_runs_commands() -> None:
    use = {"type": "tool_use", "id": "t", "name": "PowerShell", "input": {"command": "Get-Item a", "description": "d"}}
    found, _ = read_bytes("claude_code", json.dumps(spoken("assistant", [use])).encode())
    assert [(batch.text, batch.kind, batch.args) for batch in found] == [(["Get-Item a"], [Kind.SHELL], [None])]


def test_a_call_without_a_name_is_bad() -> None:
    empty = {"type": "assistant", "message": {"content": [{"type": "tool_use", "id": "t", "input": {}}]}}
    found, balance = read_bytes("claude_code", json.dumps(empty).encode() + b"\n")
    assert found == []
    assert balance.bad == {"no name": 1}


def test_a_transcript_that_cannot_be_read_and_a_time_that_is_none_cost_nothing_else(tmp_path: Path) -> None:
    call = {"type": "tool_use", "id": "t1", "name": "Read", "input": {}}
    records = [{"type": "assistant", "timestamp": time, "message": {"content": [call]}} for time in ("soon", None)]
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "nowhere")
    found, balance = read("claude_code", tmp_path)
    assert column(found, "line") == [2]
    assert balance.bad == {"timestamp not understood": 1, "unreadable file": 1}


def test_a_folder_without_a_transcript_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="there is no transcript"):
        read("claude_code", tmp_path)


# ---- skill log


def test_a_skill_log_gives_its_columns() -> None:
    record = {
        "timestamp": "2026-11-20T09:00:00+02:00",
        "actor": "ana",
        "skill": "images",
        "args": {"slug": "spring"},
        "status": "error",
        "session": "s1",
        "duration": 1.5,
        "parent": "weekly",
    }
    (batch,), _ = read_bytes("skill_log", json.dumps(record).encode())
    assert batch.kind is Kind.SKILL
    names = ("text", "person", "args", "time", "offset", "exit", "session", "duration", "parent")
    assert [getattr(batch, name)[0] for name in names] == [
        *("images", "ana", {"slug": "spring"}, datetime.fromisoformat("2026-11-20T07:00Z").timestamp()),
        *(120.0, 1.0, "s1", 1.5, "weekly"),
    ]


HOSTILE = {
    "not JSON": [
        '{"skill": ',
        "{'skill': 1}",
        '{"skill": "a", "duration": NaN}',
        '{"skill": ' + "9" * 5000 + "}",
        "\x00",
    ],
    "no object": ["[1]", '"skill"', "null"],
    "nested too deeply": ["[" * 100_000, '{"skill": "a", "args": {"x": ' + "[" * 90 + "]" * 90 + "}}"],
    "no skill": ['{"actor": "ana"}', '{"skill": ""}', '{"skill": null}'],
    "skill not understood": ['{"skill": ["a"]}', '{"skill": true}'],
    "timestamp not understood": ['{"skill": "a", "timestamp": "yesterday"}', '{"skill": "a", "timestamp": 1e400}'],
    "args not understood": ['{"skill": "a", "args": [1]}', '{"skill": "a", "args": "text"}'],
    "duration not understood": ['{"skill": "a", "duration": -1}', '{"skill": "a", "duration": ' + "9" * 400 + "}"],
}


@pytest.mark.parametrize(("reason", "line"), [(reason, line) for reason, lines in HOSTILE.items() for line in lines])
def test_a_bad_record_is_counted_by_reason_and_nothing_else_is_lost(reason: str, line: str) -> None:
    found, balance = read_bytes("skill_log", f'{{"skill": "before"}}\n{line}\n{{"skill": "after"}}\n'.encode())
    assert column(found, "text") == ["before", "after"]
    assert balance.bad == {reason: 1}
    assert column(found, "line") == [1, 3]


def test_an_unfinished_last_line_is_held_back_and_a_finished_one_without_line_end_is_read() -> None:
    assert read_bytes("skill_log", b'{"skill": "a"}\n{"skill": "b')[1].held_back == 1
    assert column(read_bytes("skill_log", b'{"skill": "a"}\n{"skill": "b"}')[0], "text") == ["a", "b"]


def test_half_a_surrogate_pair_is_kept_as_something_that_can_be_encoded() -> None:
    found, _ = read_bytes(
        "skill_log", b'{"skill": "a\\ud83d", "args": {"b": "\\uDE80"}}\n{"skill": "\\ud83d\\ude80"}\n'
    )
    assert [bits(text) for text in column(found, "text")] == [b"a\xed\xa0\xbd", "🚀".encode()]
    assert bits(column(found, "args")[0]["b"])


@pytest.mark.parametrize(
    ("written", "time", "offset"),
    [
        ("2026-11-20T09:00:00.250Z", 1795165200.25, None),
        ("2026-11-20 09:00:00", 1795165200, None),
        ("2026-11-20 09:00:00 UTC", 1795165200, None),
        ("2026-11-20 10:00:00 +0100", 1795165200, 60),
        ("20261120T090000Z", 1795165200, None),
        ("2026-11-20T09:00:00+00:00", 1795165200, 0),
        (1795165200, 1795165200, None),
        (1795165200250, 1795165200.25, None),
        ("1795165200250000", 1795165200.25, None),
        ("1711121600123", 1711121600.123, None),
        (None, None, None),
    ],
)
def test_a_time_is_understood_as_it_is_commonly_written(
    written: object, time: float | None, offset: float | None
) -> None:
    found, _ = read_bytes("skill_log", json.dumps({"skill": "a", "timestamp": written}).encode())
    assert (column(found, "time"), column(found, "offset")) == ([pytest.approx(time)], [offset])


# ---- generic log


def test_a_generic_log_as_csv_gives_its_columns_and_lines() -> None:
    text = 'Person;Time;Action;Args;By\nana;2026-11-20T09:00Z;weigh sample;"{""tray"": 4}";\n;;"two\nlines";;agent\n\nbo;;x;no;\n'
    found, balance = read_bytes("generic", f"\ufeff{text}".encode())
    assert column(found, "text") == ["weigh sample", "two\nlines"]
    assert column(found, "person") == ["ana", None]
    assert column(found, "args") == [{"tray": 4}, None]
    assert column(found, "line") == [2, 3]
    assert column(found, "by") == [By.HUMAN, By.AGENT]
    assert column(found, "time") == [1795165200, None]
    assert balance.ignored == {"empty line": 1}
    assert balance.bad == {"args not understood": 1}


def test_a_generic_log_as_json_lines_gives_the_action_as_it_stands() -> None:
    found, _ = read_bytes(
        "generic", b'{"person": "ana", "time": 1795165200, "action": "Draw blood", "exit": 0, "session": 7}\n'
    )
    assert (column(found, "text"), column(found, "exit"), column(found, "session")) == (["Draw blood"], [0], ["7"])
    assert found[0].kind is Kind.ACTION


def test_a_table_without_a_column_action_is_a_sentence() -> None:
    with pytest.raises(ReadError, match="names no column action"):
        read_bytes("generic", b"a,b\n1,2\n")


def test_a_field_of_a_csv_that_is_never_closed_costs_no_more_than_its_part() -> None:
    rows = "".join(f"ana,act {n}\n" for n in range(40_000))
    found, balance = read_bytes("generic", f'person,action\n"ana,lost\n{rows}'.encode())
    assert balance.bad["not CSV"] == 1
    assert column(found, "text")[-1] == "act 39999"


# ---- any bytes

JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["message", "content", "input", "id"]), inner)
    ),
    max_leaves=6,
)
KEYS = [
    "type",
    "message",
    "timestamp",
    "uuid",
    "sessionId",
    "cwd",
    "skill",
    "action",
    "args",
    "time",
    "person",
    "exit",
    "by",
]
RECORDS = st.dictionaries(st.sampled_from(KEYS), JSONISH | st.sampled_from(["assistant", "user", "ok"]))
CALLS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["assistant", "user"]),
        "message": st.fixed_dictionaries(
            {
                "content": JSONISH
                | st.lists(
                    st.dictionaries(
                        st.sampled_from(["type", "id", "name", "input", "tool_use_id", "is_error", "text"]),
                        JSONISH | st.sampled_from(["tool_use", "tool_result", "text", "Bash", "Skill", "SlashCommand"]),
                    )
                )
            }
        ),
    }
)


@pytest.mark.parametrize("reader", ["claude_code", "skill_log", "generic"])
@settings(suppress_health_check=[HealthCheck.too_slow])  # the first draw takes seconds on a busy machine
@given(
    content=st.binary(max_size=200)
    | st.lists(RECORDS | CALLS).map(lambda found: "\n".join(map(json.dumps, found)).encode())
)
def test_no_bytes_and_no_record_make_a_log_reader_raise(reader: str, content: bytes) -> None:
    lead = b'{"action": "a"}\n' if reader == "generic" else b""
    read_bytes(reader, lead + content)


@given(content=st.binary(max_size=200) | st.text(st.sampled_from('a,"\n\r;\x00'), max_size=60).map(bits))
def test_no_bytes_behind_a_header_make_the_csv_reader_raise(content: bytes) -> None:
    read_bytes("generic", b"person,time,action,args,by\n" + content)

"""Requests in words: which are one, that no word of them is kept, and who sees them."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivetimes.actions import normalise
from fivetimes.columns import EventLog
from fivetimes.eventlog import deduplicate, redact
from fivetimes.eventlog.requests import Requests
from fivetimes.evidence import masked
from fivetimes.ingest.formats.prompts import asked
from fivetimes.model.events import By, Kind
from fivetimes.model.live_text import LiveCommand, LiveText
from fivetimes.model.sources import RawBatch
from fivetimes.redaction import is_pseudonym
from oracles import alike_groups
from reading import column, read_bytes

KEY = bytes(range(32))
ASK = "Please prepare the zanzibar release 1.2 and check the changelog"


def log_of(*batches: RawBatch) -> EventLog:
    return redact(batches, key=KEY, identify=lambda _owner, _record: "me")


def requests(*texts: str) -> EventLog:
    return log_of(RawBatch("claude_prompts", "h", texts, kind=Kind.REQUEST))


# ---- which are one


@pytest.mark.parametrize(
    ("other", "one"),
    [
        ("please prepare the zanzibar  release 2026-01.17 and check the changelog!", True),
        ("Please prepare the zanzibar release 1.2 and check the changelog, too", True),
        ("prepare the zanzibar release 1.2 and check the changelog", True),
        ("Please prepare the zanzibar website 1.2 and write the changelog", False),
        ("Please check the zanzibar changelog and fix the release notes", False),
        ("prepare the release", False),
    ],
)
def test_nearly_equal_requests_are_one(other: str, one: bool) -> None:
    names = Requests(KEY)
    assert (names.of(ASK) == names.of(other)) is one


def test_the_name_of_a_request_is_a_pseudonym_of_the_first_one_under_the_key() -> None:
    assert is_pseudonym(Requests(KEY).of(ASK))
    assert Requests(KEY).of(ASK) == Requests(KEY).of(ASK.upper()) != Requests(bytes(32)).of(ASK)


WORDS = st.sampled_from(
    "please check fix the a release notes changelog of site page and again carefully 17 4.2".split()
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), min_size=1, max_size=12))
def test_requests_are_grouped_as_the_comparison_of_all_their_pieces_says(texts: list[str]) -> None:
    names = Requests(KEY)
    found = [names.of(text) for text in texts]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(found))}
    assert [numbers[name] for name in found] == alike_groups(texts)


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("fix the failing tests", "please fix the failing tests", True),
        ("deploy the site to staging", "deploy the site to production", False),
        ("run the tests for the login page", "run the tests for the logout page", False),
    ],
)
def test_a_word_more_is_the_same_request_and_another_word_is_not(first: str, second: str, one: bool) -> None:
    names = Requests(KEY)
    assert (names.of(first) == names.of(second)) is one


# ---- what is kept


def test_no_word_of_a_request_is_in_the_event_log() -> None:
    log = requests(ASK, "deploy", "fix it")
    assert all(is_pseudonym(label) for label in log.lexicon.labels)
    assert log.redactions == {"request: pseudonym": 3}
    assert len(log.lexicon.pieces) == 0


def test_a_request_that_was_made_once_is_no_step() -> None:
    actions = normalise(requests(ASK, "make the page blue", ASK.replace("1.2", "1.3")))
    assert actions.context.tolist() == [False, True, False]


def test_a_request_is_hidden_in_the_file_that_its_owner_asks_for() -> None:
    live = LiveText("x", ((LiveCommand(Kind.REQUEST, "deploy"),),), 0)
    hidden = masked(live, parse=lambda _text: pytest.fail("it is no command"), harmless=lambda _word, _role: True)
    assert [[command.text for command in row if command] for row in hidden.occurrences] == [["•••"]]


# ---- prompts


@pytest.mark.parametrize("text", ["yes", "ok, go ahead", "Continue.", "2", "y", "", "  ", "thanks!"])
def test_an_answer_asks_for_nothing(text: str) -> None:
    assert asked(text, skills=re.compile(r"/(.+)()"), steers=lambda _text: False) == []


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_what_was_typed_in_claude_code_is_commands_skills_and_requests() -> None:
    def record(text: str) -> dict[str, object]:
        return {
            "display": text,
            "pastedContents": {},
            "timestamp": 1_767_600_000_500,
            "project": "/w",
            "sessionId": "s",
        }

    texts = ("! git push", "/deploy v1 now", "/clear", "/model opus", "exit", ASK, "yes", "/plugin:check")
    found, balance = read_bytes("claude_prompts", lines(*map(record, texts)), name="history.jsonl")
    assert column(found, "text") == ["git push", "deploy", ASK, "plugin:check"]
    assert column(found, "kind") == [Kind.SHELL, Kind.SKILL, Kind.REQUEST, Kind.SKILL]
    assert column(found, "args") == [None, {"args": "v1 now"}, None, None]
    assert set(column(found, "by")) == {By.HUMAN}
    assert set(column(found, "time")) == {1_767_600_000.5}
    assert set(column(found, "where")) == {"/w"}
    assert balance.ignored == {"not a call": 4}


def test_what_was_typed_in_codex_names_skills_with_a_dollar_and_saved_prompts_with_a_slash() -> None:
    texts = ("$release v1", "/prompts:triage all", "/compact", "/new", "!make", ASK)
    found, _ = read_bytes("codex_prompts", lines(*({"session_id": "s", "ts": 1_767_600_000, "text": t} for t in texts)))
    assert column(found, "text") == ["release", "prompts:triage", "make", ASK]
    assert column(found, "args") == [{"args": "v1"}, {"args": "all"}, None, None]


def test_what_was_typed_in_gemini_stands_in_a_list() -> None:
    texts = ("!git push", "/git:commit x", "/memory show", ASK)
    when = "2026-01-05T08:00:00.000Z"
    records = [
        {"sessionId": "s", "messageId": n, "type": "user", "message": t, "timestamp": when} for n, t in enumerate(texts)
    ]
    found, balance = read_bytes("gemini_prompts", json.dumps([*records, 7]).encode(), name="logs.json")
    assert column(found, "text") == ["git push", "git:commit", ASK]
    assert balance.ignored == {"not a call": 2}


def test_a_slash_command_that_a_transcript_and_the_history_hold_counts_once() -> None:
    said = "<command-message>deploy</command-message>\n<command-name>/deploy</command-name>\n<command-args>v1</command-args>"
    when = {"timestamp": "2026-01-05T08:00:00.400Z", "sessionId": "s", "uuid": "u1"}
    answer = {"role": "assistant", "content": [{"type": "text", "text": "done"}]}
    transcript = lines(
        {"type": "user", "message": {"role": "user", "content": said}, **when},
        {"type": "assistant", "message": answer, **when, "uuid": "u2"},
    )
    typed = {"display": "/deploy v1", "timestamp": 1_767_600_000_000, "project": "/w"}
    found = [*read_bytes("claude_code", transcript)[0], *read_bytes("claude_prompts", lines(typed))[0]]
    log = deduplicate(log_of(*found))
    assert len(log) == 1
    assert len(log.also) == 1

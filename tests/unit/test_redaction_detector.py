"""The second lock, and the labels that leave nothing local."""

from __future__ import annotations

import json
import random
import string
import time
from importlib import resources

import pytest
from benchmarks.planting import VALUES
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.model import Kind, Role
from fivetimes.redaction import (
    Known,
    closed,
    declared,
    everywhere,
    flagged,
    harmless,
    is_local_name,
    is_pseudonym,
    public,
)
from fivetimes.redaction.detector import Detector, entropy

LETTERS = string.ascii_letters + string.digits


def drawn(length: int, letters: str = LETTERS) -> str:
    return "".join(random.Random(length).choices(letters, k=length))


# in pieces, so that no scanner of repositories takes this file for a leak
TOKENS = {
    "github-pat": "gh" + "p_" + drawn(36),
    "gitlab-pat": "gl" + "pat-" + drawn(20),
    "aws-access-token": "AK" + "IA" + drawn(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "npm-access-token": "np" + "m_" + drawn(36, string.ascii_lowercase + string.digits),
    "slack-bot-token": "xo" + "xb-" + "123456789012-123456789012-" + drawn(24),
    "private-key": "-----BEGIN RSA PRIVATE " + "KEY-----\n" + drawn(80) + "\n-----END RSA PRIVATE " + "KEY-----",
}


@pytest.mark.parametrize(("rule", "token"), TOKENS.items(), ids=list(TOKENS))
def test_tokens_of_a_known_form_are_found_alone_and_among_words(rule, token):
    for text in (token, f"curl -H 'X: {token}' https://a.example", f"echo {token}"):
        found = flagged(text)
        assert found is not None
        assert found.rule == rule


def test_neighbouring_words_are_looked_at_together():
    value = drawn(32, "abcdef0123456789")
    assert flagged(f"api_key = {value}") is not None
    assert flagged("git push origin main && make deploy") is None


def test_the_public_vocabulary_is_no_secret():
    rng = random.Random(1)
    words = rng.sample(sorted(public()._words), 400)
    assert [word for word in words if flagged(word)] == []


def test_each_rule_is_compiled_and_named_with_its_source():
    table = json.loads(resources.files("fivetimes.redaction").joinpath("detector.json").read_text("utf-8"))
    assert table["from"].startswith("gitleaks ")
    assert len(table["rules"]) > 200
    assert "Zachary Rice" in resources.files("fivetimes.redaction").joinpath("ATTRIBUTION.txt").read_text("utf-8")


def test_a_rule_that_asks_for_entropy_leaves_a_dull_word_alone():
    detector = Detector([{"id": "x", "regex": "key=([a-z]{8})", "entropy": 2.5, "group": 1}])
    assert detector.find("key=aaaaaaaa") is None
    assert detector.find("key=aaaaaaaa key=abcdefgh").text == "key=abcdefgh"


@given(st.text(max_size=80))
def test_any_text_can_be_asked_about(text):
    assert flagged(text) is None or flagged(text).text
    assert not text or 0 <= entropy(text) <= 7


def test_a_hostile_text_costs_little():
    text = "".join(random.Random(3).choices(LETTERS + " =_-\":'", k=4000))
    start = time.process_time()
    flagged(text)
    assert time.process_time() - start < 5
    assert flagged("a" * 5000).rule == "too long to be read"


# ---- what exists here


def test_a_token_that_exists_as_a_branch_or_was_approved_stays_out():
    token = TOKENS["npm-access-token"]
    known = Known(branches=frozenset({token}), approved=frozenset({token}), executables=frozenset({token}))
    assert not any(harmless(token, role=role, known=known) for role in Role)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_a_made_secret_is_harmless_in_no_place(value):
    rng = random.Random(9)
    for _ in range(60):
        word = value(rng)
        for role in (Role.PROGRAM, Role.SUBCOMMAND, Role.SCRIPT, Role.FLAG, Role.VALUE):
            assert not harmless(word, role=role, known=Known()), word


def test_a_pass_phrase_of_public_words_is_no_name_of_a_thing():
    assert harmless("pre-release", role=Role.VALUE, known=Known())
    assert not harmless("master-key-private-cloud", role=Role.VALUE, known=Known())


NAMES = {
    "acme-sync": True,
    "tools/x.py": True,
    "db:seed": True,
    "Glacier-0445": False,
    "$(date)": False,
    "a b": False,
    "": False,
    "x\n": False,
}


@pytest.mark.parametrize(("word", "is_name"), NAMES.items(), ids=repr)
def test_only_what_looks_like_a_name_is_asked_about(word, is_name):
    assert is_local_name(word) is is_name


def test_variables_of_public_words_may_be_written_and_others_not():
    assert harmless("NODE_ENV", role=Role.VALUE, known=Known())
    assert not harmless("HUNTER_ORCHID", role=Role.VALUE, known=Known())
    assert not harmless("c2VjcmV0", role=Role.VALUE, known=Known())


# ---- labels


@pytest.mark.parametrize(
    ("label", "kind", "made"),
    [
        ("acmectl deploy <path>", Kind.SHELL, "<prog> deploy <path>"),
        ("prog-3f9a1c <str>", Kind.SHELL, "<prog> <str>"),
        ("python tools/zq.py --all", Kind.SHELL, "python <script> --all"),
        ("git push * <str>", Kind.SHELL, "git push * <str>"),
        ("skill:publish-report", Kind.SKILL, "skill:publish-report"),
        ("skill:zephyrise slug <str>", Kind.SKILL, "skill:<name> slug <str>"),
        ("tool:mcp__zephyr__create_issue", Kind.TOOL, "tool:<name>"),
        ("tool:mcp__github__create_issue", Kind.TOOL, "tool:mcp__github__create_issue"),
        ("Approve zephyr", Kind.ACTION, "Approve <name>"),
        ("commit:fix", Kind.COMMIT, "commit:fix"),
    ],
)
def test_the_closed_vocabulary_is_all_that_is_left_of_a_label(label, kind, made):
    assert closed(label, kind=kind) == made


@given(st.text(min_size=1, max_size=30), st.sampled_from(list(Kind)))
def test_closing_or_porting_a_label_twice_changes_nothing_more(label, kind):
    for change in (closed, everywhere):
        once = change(label, kind=kind)
        assert change(once, kind=kind) == once
        assert not any(map(is_pseudonym, once.split(" ")))


def test_tokens_are_no_declared_names():
    assert [token for token in TOKENS.values() if declared(token)] == []

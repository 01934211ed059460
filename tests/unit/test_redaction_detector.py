"""What looks like a secret, and what known rules find."""

import json
import random
import secrets
import string
import time
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes.redaction import (
    declared,
    flagged,
    public,
    secret_looking,
)
from fivetimes.redaction.detector import Detector, entropy


def test_generated_secrets_look_like_secrets() -> None:
    made = ["t" + secrets.token_urlsafe(24) for _ in range(300)] + [secrets.token_hex(16) for _ in range(300)]
    made += ["gh" + "p_" + secrets.token_hex(18), "AK" + "IA" + secrets.token_hex(8).upper()]
    missed = [word for word in made if not secret_looking(word)]
    assert len(missed) <= 0.04 * len(
        made
    )  # by shape alone about one in a hundred is missed; the detector is the second lock


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


def test_tokens_are_no_declared_names():
    assert [token for token in TOKENS.values() if declared(token)] == []

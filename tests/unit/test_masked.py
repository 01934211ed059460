"""The lines on the owner's own page: what was typed, as far as it may stand in a file."""

from __future__ import annotations

from functools import partial

import pytest

from fivetimes.evidence import masked
from fivetimes.model.events import Kind
from fivetimes.model.live_text import LiveCommand, LiveText
from fivetimes.redaction import Known, harmless, public
from fivetimes.shell import parse

TOKEN = "gh" + "p_" + "aB3dE5fG7hJ9" * 3


HARMLESS = partial(lambda word, role, known: harmless(word, role=role, known=known), known=Known())


def shown(command: LiveCommand) -> str:
    live = masked(LiveText("x", ((command,),), 0), parse=lambda text: parse(text, grammar=public()), harmless=HARMLESS)
    (row,) = live.occurrences
    assert row[0] is not None
    return row[0].text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("git tag v2.3.2", "git tag v2.3.2"),
        ('git commit -m "release: v2.3.2"', "git commit -m <str>"),
        ("vim a.md && git add a.md", "vim a.md && git add a.md"),
        ("mysql -u app -phunter2 shop", "mysql -u app -p ••• <str>"),
        (f"curl -H 'Authorization: Bearer {TOKEN}' example.net", "curl -H ••• <str>"),
        ("export API_KEY=Harbor-7741", "export •••"),
        ("make release # password is swordfish", "make release"),
        ("Swordfish!", "•••"),
        ("echo zqxhunter >> .env", "echo <str> >> <str>"),
        ("git checkout zqxhunter", "git checkout <str>"),
        ("echo 4929 1234 5678 9012", "echo <num> <num> <num> <num>"),
        ("echo 49 29 12 34", "echo <num>"),
        ("head -n 49 --bytes 29 --lines 12", "head -n <num> --bytes <num> --lines <num>"),
        ("git commit -m 'call 415.555.2671'", "git commit -m <str>"),
        ("ls --4929123456 2> f", "ls ••• 2> <str>"),
    ],
)
def test_a_typed_line_keeps_its_words_without_secrets(typed: str, expected: str) -> None:
    assert shown(LiveCommand(Kind.SHELL, typed)) == expected


def test_a_call_shows_its_arguments_but_none_that_is_named_a_secret_or_looks_like_one() -> None:
    call = LiveCommand(
        Kind.SKILL, "draft-post", {"slug": "spring-fair", "api_key": "swordfish", "note": f"use {TOKEN}"}
    )
    assert shown(call) == "draft-post slug=<str> api_key=••• note=•••"


def test_an_argument_that_is_called_by_several_words_is_not_called_a_name() -> None:
    assert shown(LiveCommand(Kind.TOOL, "Edit", {"correct horse battery staple=": "x"})) == "Edit •••=<str>"


@pytest.mark.parametrize("kind", [Kind.TOOL, Kind.SKILL, Kind.ACTION])
def test_a_name_that_is_none_is_hidden_whole(kind: Kind) -> None:
    assert shown(LiveCommand(kind, "git checkout zqxhunter", {"n": 4})) == "••• n=4"
    assert shown(LiveCommand(Kind.ACTION, "Create Fine")) == "Create Fine"


def test_a_line_that_is_gone_stays_gone() -> None:
    live = masked(LiveText("x", ((None,),), 1), parse=lambda text: parse(text, grammar=public()), harmless=HARMLESS)
    assert live.occurrences == ((None,),)

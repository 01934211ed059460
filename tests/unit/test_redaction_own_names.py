"""What everybody has stands in a report; what one person alone has does not, in whatever form it is written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivetimes import redaction

KEY = bytes(range(32))
PLACEHOLDER = re.compile(r"<name-[0-9a-f]{6}>")
ODD = st.text("qxzjvk", min_size=5, max_size=9).filter(lambda piece: list(redaction.own_pieces(piece)) == [piece])


@pytest.mark.parametrize(
    "label",
    [
        "git push", "skill:draft-newsletter *", "docker compose up <path>", "python reports/weekly_summary.py", "Call client back",
        "npm run build:docs", "commit:fix", "mcp__github__create_issue", "prog-3f9a1c <path>", "close-day", "friday-review",
        "update-changelog", "script-0a1b2c", "sendInvoice", "report-2024",
    ],
)  # fmt: skip
def test_what_everybody_has_stands(label: str) -> None:
    assert redaction.OwnNames(KEY).label(label) == label


@given(piece=ODD)
def test_a_name_of_ones_own_stands_in_no_form(piece: str) -> None:
    forms = (
        "deploy-{}", "{}_sync", "clients/{}/contract.md", "Call {} back", "send{}", "{}.example.net", "--{}-token", "{}:main",
        "{}=x", "--path={}/x", "skill:a {} b", "<{}>", "{{{{ constants.{} }}}}", "'{}'", "{}2024", "@{}/core",
    )  # fmt: skip
    for form in forms:
        for written in (piece, piece.capitalize(), piece.upper()):
            names = redaction.OwnNames(KEY)
            label = names.label(form.format(written))
            assert piece not in label.lower()
            assert PLACEHOLDER.search(label) or re.search("name-[0-9a-f]{6}", label)
            (found,) = names.found
            assert piece in found
            assert found not in names.text(f"before {found.upper()}, which is asked").lower()


@given(piece=ODD, other=ODD)
def test_a_placeholder_is_the_same_in_every_report_and_another_for_another_name(piece: str, other: str) -> None:
    first, second = redaction.OwnNames(KEY), redaction.OwnNames(KEY)
    second.label(f"{other} up")
    assert first.label(piece) == second.label(piece)
    assert (second.label(piece) == second.label(other)) == (piece == other)
    assert redaction.OwnNames(KEY[::-1]).label(piece) != first.label(piece)


def test_a_name_that_is_shared_stands_in_every_form() -> None:
    names = redaction.OwnNames(KEY, shared=["acme-snorklewick"])
    assert names.label("deploy-Snorklewick to acmectl") == f"deploy-Snorklewick to {names.label('acmectl')}"
    assert names.found == ("acmectl",)


def test_a_sentence_keeps_the_words_that_no_label_had() -> None:
    names = redaction.OwnNames(KEY)
    names.label("deploy-snorklewick")
    assert names.text("Snorklewick, not trundlefink") == f"{names.label('snorklewick')}, not trundlefink"

"""What stands for a value, what is left of a label, and what a terminal prints."""

import string
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivetimes.model.events import Kind
from fivetimes.redaction import is_pseudonym, placeholder, portable_label, public_label, show
from fivetimes.redaction.placeholders import EXTENSIONS

SHAPES = {
    "src/app.py": "<file.py>", "README.md": "<file.md>", "a b.py": "<str>", "docs/": "<dir>", ".": "<dir>",
    "..": "<dir>",
    "../web": "<path>", "/srv/www": "<path>", "~/x": "<path>", "feature/login": "<path>",
    "https://a.example/x?y": "<url>",
    "git@git.example:a/b.git": "<url>", "ana@example.net": "<email>", "Ana <ana@example.net>": "<email>",
    "42": "<num>", "-20": "<num>",
    "1.5": "<num>", "30s": "<num>", "1.4.2": "<version>", "v2": "<version>", "v1.4.2-rc1": "<version>",
    "2026-05-03": "<date>",
    "2026-W18": "<date>", "20260503": "<date>", "2026-05-03T10:00:00Z": "<date>", "3f9a1c2": "<sha>",
    "*.png": "<glob>",
    "src/**/*.ts": "<glob>", "{a,b}.txt": "<glob>", "main": "<str>", "": "<str>", "fix: thing": "<str>",
    "x.secretname": "<str>",
}  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), SHAPES.items(), ids=list(SHAPES))
def test_a_value_becomes_its_shape(value: str, expected: str) -> None:
    assert placeholder(value) == expected


CLOSED = {"<path>", "<dir>", "<url>", "<num>", "<sha>", "<version>", "<date>", "<email>", "<glob>", "<str>"}
CLOSED |= {f"<file.{extension}>" for extension in EXTENSIONS}


@settings(max_examples=300)
@given(st.text(max_size=60) | st.text(alphabet=string.printable, max_size=40))
def test_a_placeholder_is_one_of_a_closed_set(value: str) -> None:
    assert placeholder(value) in CLOSED


def test_a_very_long_value_costs_no_time() -> None:
    assert placeholder("a" * 1_000_000 + "!") == "<str>"
    assert placeholder("1." * 2000) == "<str>"


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
        ("skill:zephyr:report", Kind.SKILL, "skill:<name>"),
        ("skill:plugin:zephyr:run", Kind.SKILL, "skill:<name>"),
        ("skill:git:report", Kind.SKILL, "skill:git:report"),
        ("zephyr:report", Kind.SKILL, "<name>"),
        ("skill:漢字-report", Kind.SKILL, "skill:<name>"),
        ("tool:ü:create_issue", Kind.TOOL, "tool:<name>"),
        ("Approve zephyr", Kind.ACTION, "Approve <name>"),
        ("commit:fix", Kind.COMMIT, "commit:fix"),
    ],
)
def test_the_closed_vocabulary_is_all_that_is_left_of_a_label(label, kind, made):
    assert public_label(label, kind=kind) == made


@given(st.text(min_size=1, max_size=30), st.sampled_from(list(Kind)))
def test_closing_or_porting_a_label_twice_changes_nothing_more(label, kind):
    for change in (public_label, portable_label):
        once = change(label, kind=kind)
        assert change(once, kind=kind) == once
        assert not any(map(is_pseudonym, once.split(" ")))


# ---- what a terminal prints


@settings(max_examples=400)
@given(st.text() | st.text(alphabet="a\x00\x1b[2J\x7f\x9b\u202e\u2066\u2028\ud800\udcff\ufeff\n\r\t é漢"))
def test_what_is_shown_moves_no_cursor_and_is_stable(text: str) -> None:
    shown = show(text)
    assert show(shown) == shown
    assert not any(unicodedata.category(letter)[0] == "C" or letter in "\u2028\u2029" for letter in shown)
    shown.encode("utf-8")


def test_plain_text_is_shown_as_it_is() -> None:
    assert show("naïve 漢字 ✓ \\n") == "naïve 漢字 ✓ \\n"

"""Clauses: every word of a line stands in one of them, and what bash does with the clauses is what it does with the line."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivetimes.shell import Token, TokenForm, clauses, tokens

LINES = [
    "one a b",
    "one 'a b' \"c d\" e\\ f",
    "one && two; one x",
    "one a 2>&1 | two b > out.txt",
    "cd sub && one x",
    "(cd sub && one x) && two",
    "one || two",
    "one && fail || two",
    "! fail",
    "one *.txt '*.txt' {p,q}",
    'one "$WORD" x$WORD',
    "one $(echo in) `echo back`",
    "A=1 one a",
    "one < in.txt 2> err.txt",
    "one a > out.txt b",
    "one # two",
    "cd sub && one > out.txt | two",
]


def spelled(token: Token) -> str:
    return shlex.quote(token.text) if token.form is TokenForm.WORD else token.text


def carried_out(line: str, place: Path) -> list[str]:
    """What the programs of a line were called with, and in which folder below `work`; pipes run at the same time."""
    work, programs = place / "work", place / "bin"
    (work / "sub").mkdir(parents=True)
    programs.mkdir()
    for name in ("a.txt", "b.txt", "in.txt"):
        (work / name).touch()
    for name, end in (("one", 0), ("two", 0), ("fail", 1)):
        told = f"""printf '%s' "${{PWD##*/work}} {name}$(printf ' <%s>' "$@")\n" >> {place}/log"""
        (programs / name).write_text(f"#!/bin/sh\n{told}\nexit {end}\n")
        (programs / name).chmod(0o755)
    environ = {"PATH": f"{programs}:/usr/bin:/bin", "WORD": "w w"}
    subprocess.run(["bash", "-c", line], cwd=work, env=environ, capture_output=True, check=False)
    files = sorted(str(path.relative_to(work)) for path in work.rglob("*"))
    return [*sorted((place / "log").read_text().split("\n")), *files]


@pytest.mark.parametrize("line", LINES)
def test_clauses_spelled_again_do_what_the_line_does(line: str, tmp_path: Path) -> None:
    folder = ""
    written = []
    for clause in clauses(line):
        assert clause.tokens is not None, clause.construct
        words = " ".join(map(spelled, clause.tokens))
        if clause.scope and words.startswith("cd "):
            folder = f"{words} && "
        else:
            written.append(f"({folder}{words})" if clause.scope else words)
    assert carried_out(" && ".join(written), tmp_path / "again") == carried_out(line, tmp_path / "typed")


@pytest.mark.parametrize(
    ("line", "construct"),
    [
        ("for f in *; do wc $f; done", "a loop"),
        ("if make; then one; fi", "a condition"),
        ("{ one; two; } > log", "a group"),
        ("(one; two) | wc", "a group"),
        ("one || (two; three)", "a group"),
        ("cat <<EOF\none\nEOF", "a here-document"),
        ("f() { one; }", "a function"),
        ("[[ $WORD == b* ]] || one", "a test in the shell's own grammar"),
        ("one && two &", "work in the background"),
    ],
)
def test_what_is_no_list_of_words_says_what_it_is(line: str, construct: str) -> None:
    assert [clause.construct for clause in clauses(line)] == [construct]


def test_work_in_the_background_is_what_stands_before_the_sign() -> None:
    assert [clause.construct for clause in clauses("one; two & three")] == ["", "work in the background", ""]


@settings(deadline=None)
@given(st.text(st.sampled_from("ab '\"\\$(){}|&;<>*\n`#=-"), max_size=40))
def test_any_line_has_clauses_whose_texts_stand_in_it(line: str) -> None:
    for clause in clauses(line):
        assert clause.text in line
        assert (clause.tokens is None) == bool(clause.construct)
    tokens(line)

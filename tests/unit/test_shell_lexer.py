"""The lexer against the grammar: where both answer, they agree."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fivetimes.shell import lexer, syntax_tree

WORDS = st.sampled_from(
    ["git", "-m", "'a b'", '"c d"', "x=1", "a'b'c", '""', "''", "~/x", "*.py", "%1", "-", "--", "a,b", "1", "./run", "if", "do",
     "in", "{}", "$x", "#", "a:b", "@", "--k=v", '"it\'s"', "'say \"x\"'", "é", "`x`", "\\", "time", "!", "<f", "2>&1", "name@host"]
)  # fmt: skip
GLUED = re.compile(r"\b(if|do|in|time)['\"]")
OPERATORS = st.sampled_from([" && ", " || ", " | ", "; ", ";", "&&", "|", " & ", " ; "])
LINES = st.lists(st.one_of(WORDS, WORDS.map(lambda word: f" {word} "), OPERATORS), max_size=9).map("".join)


@settings(max_examples=1500)
@given(LINES)
@example("- x=1 ")
def test_the_quick_way_agrees_with_the_grammar(line: str) -> None:
    quick = lexer.plain_commands(line)
    if quick is None:
        return
    found, _, lost = syntax_tree.split_by_grammar(line)
    # lost: a word alone that it takes for a piece of an assignment, mostly; and to a shell `if'a b'` is one word, `ifa b`
    if lost or GLUED.search(line):
        return
    assert [(c.words, c.operator, c.redirections) for c in quick] == [
        (c.words, c.operator, c.redirections) for c in found
    ]


@given(st.lists(st.sampled_from(["git", "push", "'a b'", "-f", '"x y"']), min_size=1, max_size=6).map(" ".join))
def test_lines_of_words_and_quotes_take_the_quick_way(line: str) -> None:
    assert lexer.plain_commands(line) is not None


@pytest.mark.parametrize(
    ("line", "commands"),
    {
        "- x=1 ": [["-", "x=1"]],
        "-\ta[0]+=1 > f": [["-", "a[0]+=1"]],
        "make; - x=1 y": [["make"], ["-", "x=1", "y"]],
        "x=1 - y=2": [["-", "y=2"]],
        "a $(- x=1)": [["-", "x=1"], ["a", "$(- x=1)"]],
        "echo $((x - y==z))": [["echo", "$((x - y==z))"]],
        "echo - x=1 > f": [["echo", "-", "x=1"]],
    }.items(),
)
def test_a_dash_is_a_command_that_an_assignment_behind_it_does_not_swallow(
    line: str, commands: list[list[str]]
) -> None:
    found, sure, lost = syntax_tree.split_by_grammar(line)
    assert ([command.words for command in found], sure, lost) == (commands, True, False)

"""The quick way through a line against the grammar's: where both answer, they say the same."""

import re

from hypothesis import given, settings
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
def test_the_quick_way_agrees_with_the_grammar(line: str) -> None:
    quick = lexer.commands_of(line)
    if quick is None:
        return
    found, _, lost = syntax_tree.cut(line)
    # lost: a word alone that it takes for a piece of an assignment, mostly; and to a shell `if'a b'` is one word, `ifa b`
    if lost or GLUED.search(line):
        return
    assert [(c.words, c.operator, c.redirections) for c in quick] == [
        (c.words, c.operator, c.redirections) for c in found
    ]


@given(st.lists(st.sampled_from(["git", "push", "'a b'", "-f", '"x y"']), min_size=1, max_size=6).map(" ".join))
def test_lines_of_words_and_quotes_take_the_quick_way(line: str) -> None:
    assert lexer.commands_of(line) is not None

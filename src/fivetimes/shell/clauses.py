"""A command line -> its clauses: what stands between `&&`, `;` and line ends, word by word as it was typed.

`parser` looks through a line for the actions in it. Here nothing is looked through: a clause keeps its pipes, its redirections, its
quotes and what it expands, so that it can be written again and mean the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from tree_sitter import Node

from fivetimes.shell.lexer import unquote
from fivetimes.shell.syntax_tree import LONGEST, tree


class Form(Enum):
    """What a shell makes of a token.

    WORD: its text, once the quotes are off. PATTERN: what fits it (`*`, `~/`, `{a,b}`). EXPANDED: text with what `$` or a backtick
    puts in. OPERATOR: `|`, `||`, `&&`, `;` or `!`. REDIRECTION: where input or output goes; the next word is its target, but where
    it names a descriptor (`2>&1`).
    """

    WORD = "word"
    PATTERN = "pattern"
    EXPANDED = "expanded"
    OPERATOR = "operator"
    REDIRECTION = "redirection"


@dataclass(frozen=True, slots=True)
class Token:
    """A word or an operator. `text` is without quotes, but for what is expanded, where it is as typed.

    `expansions` are the substitutions and variables in it, as typed, in order.
    """

    text: str
    form: Form
    expansions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """What is carried out as one thing, and stops a run when it fails.

    `tokens` is None for what is no list of words: a loop, a function, a here-document, work in the background, and what cannot be
    read. `construct` tells which of these it is, in words. `scope` numbers the groups `( … )` that it stands in, which keep the
    folders that they go to for themselves.
    """

    text: str
    tokens: tuple[Token, ...] | None
    construct: str = ""
    scope: tuple[int, ...] = ()


_GROUPS = {
    "for_statement": "a loop",
    "while_statement": "a loop",
    "c_style_for_statement": "a loop",
    "if_statement": "a condition",
    "case_statement": "a condition",
    "function_definition": "a function",
    "compound_statement": "a group",
    "subshell": "a group",
    "heredoc_redirect": "a here-document",
    "ERROR": "a line that cannot be read",
}
_WORDS = {
    "word", "number", "string", "raw_string", "ansi_c_string", "translated_string", "concatenation", "simple_expansion",
    "expansion", "command_substitution", "process_substitution", "arithmetic_expansion", "variable_assignment", "variable_name",
    "brace_expression", "test_operator", "regex", "extglob_pattern", "array",
}  # fmt: skip
_EXPANSIONS = {"simple_expansion", "expansion", "command_substitution", "process_substitution", "arithmetic_expansion"}
_OPERATORS = {"|", "|&", "||", "&&", ";", "!"}
_DESCRIPTOR = re.compile(r"\d+|-")
_PATTERN = re.compile(r"[*?]|\[[^\]]*\]|^~|\{[^{}]*(?:,|\.\.)[^{}]*\}")
_QUOTES = re.compile(r"""\$?'(?:[^'\\]|\\.)*'|\$?"(?:[^"\\]|\\.)*"|\\.""", re.DOTALL)


def clauses(text: str) -> list[Clause]:
    """The clauses of a line, in order; one of unreadable text where it is too long.

    Example:
        >>> [clause.text for clause in clauses("cd web && make test 2>&1 | tee log; git push || true")]
        ['cd web', 'make test 2>&1 | tee log', 'git push || true']
        >>> [(token.text, token.form.value) for token in clauses("make > '*' 2>&1 *.c")[0].tokens]
        [('make', 'word'), ('>', 'redirection'), ('*', 'word'), ('2>&1', 'redirection'), ('*.c', 'pattern')]
        >>> clauses("docker tag app:$(git rev-parse HEAD)")[0].tokens[-1].expansions
        ('$(git rev-parse HEAD)',)
        >>> [(clause.text, clause.scope) for clause in clauses("(cd web && make); git push")]
        [('cd web', (0,)), ('make', (0,)), ('git push', ())]
        >>> clauses("for f in *; do wc $f; done")[0].construct
        'a loop'
    """
    if len(text) > LONGEST:
        return [Clause(text, None, "a line that is too long")]
    found: list[Clause] = []
    for node, scope in _statements(tree(text), ()):
        span = text[node.start_byte : node.end_byte]
        behind = node.next_sibling
        construct = _construct(node)
        if construct is None and behind is not None and behind.type == "&":
            construct = "work in the background"
        found.append(Clause(span, None if construct else tuple(_tokens(node, text)), construct or "", scope))
    return found


def tokens(text: str) -> tuple[Token, ...] | None:
    """The tokens of text that is one line of another shell, its operators among them; None where it is no list of words.

    Example:
        >>> [token.text for token in tokens("rm -rf build && make")]
        ['rm', '-rf', 'build', '&&', 'make']
    """
    found: list[Token] = []
    for clause in clauses(text):
        if clause.tokens is None:
            return None
        if found:
            found.append(Token("&&", Form.OPERATOR))
        found.extend(clause.tokens)
    return tuple(found) or None


def _statements(node: Node, scope: tuple[int, ...]) -> Iterator[tuple[Node, tuple[int, ...]]]:
    """The statements of a program with the groups that they stand in, `a && b && c` as three."""
    for child in node.children:
        if child.type == "subshell":
            yield from _statements(child, (*scope, child.start_byte))
        elif child.type == "list" and any(part.type == "&&" for part in child.children):
            yield from _statements(child, scope)
        elif child.is_named and child.type != "comment":
            yield child, scope


def _construct(node: Node) -> str | None:
    """Which construct a statement holds that is no list of words, outside its substitutions."""
    if node.type in _GROUPS:
        return _GROUPS[node.type]
    if node.type in _WORDS:
        return None
    return next((found for child in node.children if (found := _construct(child)) is not None), None)


def _tokens(node: Node, text: str) -> Iterator[Token]:
    if node.type in _WORDS:
        yield _word(node, text)
    elif node.type in ("file_redirect", "herestring_redirect"):
        yield from _redirected(node, text)
    elif not node.children:
        spelled = text[node.start_byte : node.end_byte]
        if spelled.strip():
            yield Token(spelled, Form.OPERATOR if spelled in _OPERATORS else Form.WORD)
    else:
        for child in node.children:
            yield from _tokens(child, text)


def _redirected(node: Node, text: str) -> Iterator[Token]:
    operator = ""
    for child in node.children:
        spelled = text[child.start_byte : child.end_byte]
        if (
            child.type == "file_descriptor"
            or not child.is_named
            or (operator.endswith("&") and _DESCRIPTOR.fullmatch(spelled) and not operator.startswith("&"))
        ):
            operator += spelled
        else:
            if operator:
                yield Token(operator, Form.REDIRECTION)
            operator = ""
            yield from _tokens(child, text)
    if operator:
        yield Token(operator, Form.REDIRECTION)


def _word(node: Node, text: str) -> Token:
    spelled = text[node.start_byte : node.end_byte]
    expansions = tuple(text[each.start_byte : each.end_byte] for each in _expanded(node))
    if expansions:
        return Token(spelled, Form.EXPANDED, expansions)
    bare = _QUOTES.sub("", spelled)
    if _PATTERN.search(bare):
        # quoted letters beside a pattern keep their quotes, for without them they would be one
        return Token(spelled, Form.PATTERN)
    return Token(unquote(spelled), Form.WORD)


def _expanded(node: Node) -> Iterator[Node]:
    if node.type in _EXPANSIONS:
        yield node
        return
    for child in node.children:
        yield from _expanded(child)

"""A command line -> its clauses: what stands between `&&`, `;` and line ends, word by word as it was typed.

`parser` looks through a line for the actions in it. Here nothing is looked through: a clause keeps its pipes, its redirections, its
quotes and what it expands, so that it can be written again and mean the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from tree_sitter import Node

from fivetimes.shell.lexer import unquote
from fivetimes.shell.syntax_tree import is_for_grammar, tree


class TokenForm(Enum):
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
    form: TokenForm
    expansions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """What is carried out as one thing, and stops a run when it fails.

    `tokens` is None for what is no list of words: a loop, a function, a here-document, work in the background, and what cannot be
    read. `construct` tells which of these it is, in words. `scope` numbers the groups `( … )` that it stands in, which keep the
    folders that they go to for themselves. `operator` is what stands before it: `&&`, or `;` for all others.
    """

    text: str
    tokens: tuple[Token, ...] | None
    construct: str = ""
    scope: tuple[int, ...] = ()
    operator: str = ";"


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
_TOKENS = {*_WORDS, "file_redirect", "herestring_redirect"}
_EXPANSIONS = {"simple_expansion", "expansion", "command_substitution", "process_substitution", "arithmetic_expansion"}
_TESTS = {"[[", "(("}  # no programs: between these, words and signs mean something else
_OPERATORS = {"|", "|&", "||", "&&", ";", "&", "!"}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_DESCRIPTOR = re.compile(r"\d+|-")
_PATTERN = re.compile(r"[*?]|\[[^\]]*\]|^~|\{[^{}]*(?:,|\.\.)[^{}]*\}")
_FOLDERS = re.compile(r"(?<!\\)\\(?=[A-Za-z0-9_])(?=[^'\"]*$)")
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
        >>> [clause.text for clause in clauses("x=1; make $x && git push")]
        ['x=1; make $x', 'git push']
        >>> clauses("for f in *; do wc $f; done")[0].construct
        'a loop'
    """
    if not is_for_grammar(text):
        return [Clause(text, None, "a line that is too long")]
    chains = _Chains(text)
    chains.visit(tree(text))
    return _with_assignments(
        [placed for chain in chains.found if chain.parts for placed in _clauses(chain, text)], text
    )


_Placed = tuple[int, int, Clause]  # where it begins and ends in the line


def _with_assignments(found: list[_Placed], line: str) -> list[Clause]:
    """The clauses, one that only sets variables (`x=1; make`) together with the next, which alone can use them."""
    made: list[_Placed] = []
    for start, end, clause in found:
        begin, _, before = made[-1] if made else (0, 0, None)
        if before is None or before.scope != clause.scope or not _only_sets(before):
            made.append((start, end, clause))
            continue
        given = None
        if clause.tokens is not None and before.tokens is not None:
            given = (*before.tokens, Token(clause.operator, TokenForm.OPERATOR), *clause.tokens)
        joined = Clause(line[begin:end], given, clause.construct, clause.scope, before.operator)
        made[-1] = (begin, end, joined)
    return [clause for _, _, clause in made]


def _only_sets(clause: Clause) -> bool:
    """Whether a clause has no command: all its words are assignments."""
    return bool(clause.tokens) and all(
        _ASSIGNMENT.match(token.text) or (token.form is TokenForm.OPERATOR and token.text in (";", "&&"))
        for token in clause.tokens or ()
    )


def tokens(text: str) -> tuple[Token, ...] | None:
    """The tokens of text that is one line of another shell, its operators among them; None where it is no list of words.

    Example:
        >>> [token.text for token in tokens("rm -rf build && make")]
        ['rm', '-rf', 'build', '&&', 'make']
        >>> tokens("(cd web; make)") is None
        True
    """
    found: list[Token] = []
    for clause in clauses(text):
        if clause.tokens is None or clause.scope:
            return None
        if found:
            found.append(Token(clause.operator, TokenForm.OPERATOR))
        found.extend(clause.tokens)
    return tuple(found) or None


@dataclass(frozen=True, slots=True)
class _Part:
    """A token of a line with its place, or a construct that is none (`token` is None)."""

    start: int
    end: int
    token: Token | None
    construct: str = ""


@dataclass(slots=True)
class _Chain:
    """What stands between `;`, `&` and line ends."""

    scope: tuple[int, ...]
    parts: list[_Part] = field(default_factory=list)
    background: bool = False


class _Chains:
    """One pass over a tree: collects the chains of a line.

    They are cut by the signs between words, not by the tree: of `a && b > c | d` the grammar makes a pipeline whose first half is
    `a && b`.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._scope: tuple[int, ...] = ()
        self.found = [_Chain(())]

    def visit(self, node: Node) -> None:
        """Take the tokens of a node."""
        if node.type == "subshell" and _stands_alone(node):
            self._group(node)
        elif node.type in _GROUPS:
            self._add(_Part(node.start_byte, node.end_byte, None, _GROUPS[node.type]))
        elif node.type in _TOKENS or not node.children:
            for token in _tokens(node, self._text):
                self._take(node, token)
        else:
            self._children(node)

    def _children(self, node: Node) -> None:
        for child in node.children:
            if child.type not in ("(", ")", "comment"):
                self.visit(child)
            if node.type in ("program", "subshell") and child.is_named:
                self._end()  # a line end has no sign in the tree

    def _group(self, node: Node) -> None:
        outer, self._scope = self._scope, (*self._scope, node.start_byte)
        self._end()
        self._children(node)
        self._scope = outer
        self._end()

    def _take(self, node: Node, token: Token) -> None:
        if token.form is not TokenForm.OPERATOR or token.text not in (";", "&"):
            self._add(_Part(node.start_byte, node.end_byte, token))
            return
        if token.text == "&":
            self._last().background = True
        self._end()

    def _last(self) -> _Chain:
        return next((chain for chain in reversed(self.found) if chain.parts), self.found[-1])

    def _add(self, part: _Part) -> None:
        self.found[-1].parts.append(part)

    def _end(self) -> None:
        self.found.append(_Chain(self._scope))


def _stands_alone(node: Node) -> bool:
    """Whether a group has nothing around it but `;` and `&&`."""
    around = node.parent
    while around is not None and around.type == "list":
        if any(child.type == "||" for child in around.children):
            return False
        around = around.parent
    return around is not None and around.type in ("program", "subshell")


def _clauses(chain: _Chain, text: str) -> Iterator[_Placed]:
    """The clauses of a chain: what stands between `&&`, but for a chain with `||`, whose parts depend on one another."""
    whole = any(part.token is not None and part.token.text == "||" and _is_sign(part.token) for part in chain.parts)
    pieces: list[list[_Part]] = [[]]
    for part in chain.parts:
        if (
            part.token is not None
            and _is_sign(part.token)
            and part.token.text == "&&"
            and not (whole or chain.background)
        ):
            pieces.append([])
        else:
            pieces[-1].append(part)
    for piece in (each for each in pieces if each):
        constructs = [part.construct for part in piece if part.token is None]
        if any(part.token is not None and part.token.text in _TESTS for part in piece):
            constructs.append("a test in the shell's own grammar")
        construct = "work in the background" if chain.background else next(iter(constructs), "")
        given = None if construct else tuple(part.token for part in piece if part.token is not None)
        follows = "&&" if piece is not pieces[0] else ";"
        start, end = piece[0].start, piece[-1].end
        yield start, end, Clause(text[start:end], given, construct, chain.scope, follows)


def _is_sign(token: Token) -> bool:
    return token.form is TokenForm.OPERATOR


def _tokens(node: Node, text: str) -> Iterator[Token]:
    if node.type in _WORDS:
        yield _word(node, text)
    elif node.type in _TOKENS:
        yield from _redirected(node, text)
    else:
        spelled = text[node.start_byte : node.end_byte]
        if spelled.strip():
            yield Token(spelled, TokenForm.OPERATOR if spelled in _OPERATORS else TokenForm.WORD)


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
                yield Token(operator, TokenForm.REDIRECTION)
            operator = ""
            yield from _tokens(child, text)
    if operator:
        yield Token(operator, TokenForm.REDIRECTION)


def _word(node: Node, text: str) -> Token:
    # nobody protects a letter from a shell: a backslash before one parts the folders of Windows
    spelled = _FOLDERS.sub(r"\\\\", text[node.start_byte : node.end_byte])
    expansions = tuple(text[each.start_byte : each.end_byte] for each in _expanded(node))
    if expansions:
        return Token(spelled, TokenForm.EXPANDED, expansions)
    bare = _QUOTES.sub("", spelled)
    if _PATTERN.search(bare):
        # quoted letters beside a pattern keep their quotes, for without them they would be one
        return Token(spelled, TokenForm.PATTERN)
    return Token(unquote(spelled), TokenForm.WORD)


def _expanded(node: Node) -> Iterator[Node]:
    if node.type in _EXPANSIONS:
        yield node
        return
    for child in node.children:
        yield from _expanded(child)

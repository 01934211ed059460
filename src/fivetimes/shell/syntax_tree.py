"""A command line -> its simple commands: by the lexer where that is enough, else by the grammar of tree-sitter-bash.

A line in which it finds a fault may be one of zsh, whose brackets in words (`**/*(.om[1])`, `${(U)name}`) are no subshells. Else it
recovers from what it cannot read; what it knows: an error node, and whether words were lost in one. Then, and where it found no
command at all, the lexer splits the line at its operators.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from fivetimes.shell.lexer import BLOCK_ENDS, SimpleCommand, plain_commands, split_at_operators, unquote

LONGEST = 65_536  # characters; a longer line is pasted text, not work
# Where the grammar cannot read a line, it takes the square of these signs to recover (16,000 `)` take a second), and with `==` even
# where it can. A pasted program of LONGEST characters has some hundred of each; with more, the line is split at its operators.
_MOST_SIGNS = 2_000
_COSTLY = (")", "|", "==", "<<", ">>")
_DEEPEST = 120  # nested nodes; beyond, a line is no one's work and only costs stack
_OPERATORS = {"|", "|&", "&&", "||", ";", "&"}
_BREAKS = {";;", ";&", ";;&", "\n", ")"}
_REDIRECTIONS = {"file_redirect", "herestring_redirect", "heredoc_redirect"}
_STATEMENTS = {
    "command", "declaration_command", "unset_command", "test_command", "pipeline", "list", "redirected_statement",
    "subshell", "compound_statement", "if_statement", "while_statement", "for_statement", "c_style_for_statement",
    "case_statement", "function_definition", "negated_command",
}  # fmt: skip
_SUBSTITUTIONS = ("$(", "`", "<(", ">(", "${ ")
_ALNUM = re.compile(r"\w")
# The grammar reads ASCII alone: its scanner looks other characters up beyond the end of a table, which ends the process
# (tree-sitter-bash issue 337). One sign stands in for each, so that offsets stay the same and words are cut from the line itself.
_NOT_ASCII = re.compile(r"[^\t\n\r -~]")
# It also skips a `-` before what looks like an assignment, as if it were not there, and takes the argument for the assignment
# of the command behind it. To a shell `-` is a command's name like any other, and so it is to the grammar under another sign.
_DASH_BEFORE_ASSIGNMENT = re.compile(r"(?<![^\s;&|(){}])-(?=[ \t]+[A-Za-z_]\w*(?:\[[^\]\n]*\])?\+?=(?!=))")
_STAND_IN = "_"
# Brackets of zsh that belong to a word: behind a part of it, a choice or a qualifier of names; in `${(U)name}`, flags.
_ZSH_BRACKETS = re.compile(r"(?P<before>\$\{|[\w*?/\]}.~\-]+)(?P<brackets>\([^()]+\))")
_BLOCK_BEGINS = frozenset("for while until select if case".split())
_GOES_ON = ("\\", "&&", "|")
_BEFORE_SUBSHELL = frozenset("if elif while until for case select then do else".split())


def simple_commands(text: str) -> tuple[list[SimpleCommand], bool]:
    """Return the simple commands of a line before wrappers and roles, and whether they were read for sure.

    Example:
        >>> [command.words for command in simple_commands("cd src && make > log")[0]]
        [['cd', 'src'], ['make']]
    """
    plain = plain_commands(text)
    if plain is not None:
        return plain, True
    if not is_for_grammar(text):
        return split_at_operators(text), False
    found, sure, lost = split_by_grammar(text)
    return (split_at_operators(text) if lost or not (sure or found) else found), sure


def is_for_grammar(text: str) -> bool:
    """Whether a line can be given to the grammar: it is no longer than `LONGEST`, and does not hold too many signs.

    Example:
        >>> is_for_grammar("ls | wc"), is_for_grammar(")" * 10_000)
        (True, False)
    """
    return len(text) <= LONGEST and max(map(text.count, _COSTLY)) <= _MOST_SIGNS


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


def _bracket(match: re.Match[str]) -> str:
    if match["before"] in _BEFORE_SUBSHELL:
        return match[0]
    return match["before"] + _STAND_IN * len(match["brackets"])


def tree(text: str) -> Node:
    """The syntax tree of a line, as bash reads it or, where that finds a fault and zsh none, as zsh does.

    Its offsets are those of the text's letters.

    Example:
        >>> [child.type for child in tree("cd web; make").children]
        ['command', ';', 'command']
    """
    legible = _NOT_ASCII.sub(_STAND_IN, text)
    if "- " in text or "-\t" in text:
        legible = _DASH_BEFORE_ASSIGNMENT.sub(_STAND_IN, legible)
    root = _parser().parse(legible.encode("ascii")).root_node
    if root.has_error and (of_zsh := _ZSH_BRACKETS.sub(_bracket, legible)) != legible:
        other = _parser().parse(of_zsh.encode("ascii")).root_node
        return root if other.has_error else other
    return root


def command_rows(text: str) -> list[int] | None:
    """The lines on which a command of a text begins, the first one 0; None where the grammar cannot read it.

    Example:
        >>> command_rows("for f in *\\ndo ls; done\\nmake && \\\\\\ngit push\\nls")
        [0, 2, 4]
        >>> command_rows("echo it's\\nmake") is None
        True
    """
    if _is_one(text.split("\n")):  # it costs a hundredth of the grammar
        return [0]
    root = tree(text) if is_for_grammar(text) else None
    if root is None or root.has_error:
        return None
    rows, last = [0], 0
    for child in root.children:
        if child.start_point.row > last:
            rows.append(child.start_point.row)
        last = max(last, child.end_point.row)
    return rows


def _is_one(rows: Sequence[str]) -> bool:
    """Whether rows are plainly one command: each before the last is within a block, or ends with a sign that it goes on.

    Example:
        >>> _is_one(["for f in *; do", " ls $f", "done"]), _is_one(["make \\\\", "all"]), _is_one(["make", "ls"])
        (True, True, False)
        >>> _is_one(["for f in *; do ls; done > log", "make"])  # nothing closes what seems open: the grammar is asked
        False
    """
    depth, last, begun = 0, len(rows) - 1, False
    for at, row in enumerate(rows):
        words = row.split()
        if words and not begun:
            depth += words[0] in _BLOCK_BEGINS or words[-1] == "{"
            depth -= words[0] in BLOCK_ENDS or words[-1] in BLOCK_ENDS
        begun = row.endswith("\\")  # the next row holds more words of the same command
        if at < last and depth < 1 and not row.endswith(_GOES_ON):
            return False
    return depth < 1


def split_by_grammar(text: str) -> tuple[list[SimpleCommand], bool, bool]:
    """Return the simple commands in order, whether the grammar was sure, and whether words were lost.

    Example:
        >>> [(c.words, c.operator) for c in split_by_grammar("cd src && make | tee log")[0]]
        [(['cd', 'src'], ''), (['make'], '&&'), (['tee', 'log'], '|')]
        >>> [c.words for c in split_by_grammar("rm *.log(.) && print ${(U)name}")[0]]
        [['rm', '*.log(.)'], ['print', '${(U)name}']]
        >>> [c.words for c in split_by_grammar("up() { make; }")[0]], [c.words for c in split_by_grammar("up() { make; }; up")[0]]
        ([], [['make'], ['up']])
    """
    root = tree(text)
    visitor = _Visitor(text)
    visitor.sequence(root)
    return visitor.found, not root.has_error, visitor.lost


class _Visitor:
    """One pass over a tree: collects simple commands, and the operator before the next."""

    __slots__ = ("_depth", "_line", "_nests", "_pending", "found", "lost")

    def __init__(self, line: str) -> None:
        self._line = line
        self._nests = any(mark in line for mark in _SUBSTITUTIONS)
        self._pending = ""
        self._depth = 0
        self.found: list[SimpleCommand] = []
        self.lost = False

    def _text(self, node: Node) -> str:
        return self._line[node.start_byte : node.end_byte]

    def _word(self, node: Node) -> str:
        return unquote(self._text(node))

    def sequence(self, node: Node) -> None:
        """Visit the children of anything that holds statements and operators."""
        self._depth += 1
        if self._depth > _DEEPEST:
            self.lost = True
        else:
            for child in node.children:
                self._child(child)
        self._depth -= 1

    def _child(self, child: Node) -> None:
        kind = child.type
        if kind in _OPERATORS:
            self._pending = kind if self.found else ""
        elif kind in _BREAKS:
            self._pending = ";" if self.found else ""
        elif kind == "list":
            self._list(child)
        elif kind == "ERROR":
            self._error(child)
        elif child.is_named:
            _VISITS.get(kind, _Visitor.sequence)(self, child)

    def _list(self, node: Node) -> None:
        """Visit `a && b && c`, whose tree leans left, without one level of stack for each."""
        spine = [node]
        while (first := spine[-1].child(0)) is not None and first.type == "list":
            spine.append(first)
        if first is not None:
            self._child(first)
        for part in reversed(spine):
            for child in part.children[1:]:
                self._child(child)

    def _error(self, node: Node) -> None:
        named = [child for child in node.children if child.is_named]
        stray = any(child.type not in _STATEMENTS and child.type != "comment" for child in named)
        if stray or (not named and _ALNUM.search(self._text(node))):
            self.lost = True
        self.sequence(node)

    def _function(self, node: Node) -> None:
        """Visit what a function would do only where the line calls it as well: it is not done by defining it."""
        name = node.child_by_field_name("name")
        later = self._line[node.end_byte :]
        if name is not None and re.search(rf"(?<![\w./-]){re.escape(self._text(name))}(?![\w./-])", later):
            self.sequence(node)

    # ---- one simple command

    def _command(self, node: Node) -> None:
        self._simple(node, [])

    def _simple(self, node: Node, redirects: list[Node]) -> None:
        words: list[str] = []
        targets: list[tuple[str, str]] = []
        nested = [child for child in redirects if self._nests]
        for child in node.children:
            kind = child.type
            if kind == "word":
                words.append(unquote(self._text(child)))
            elif kind in _REDIRECTIONS:
                words += self._redirect(child, targets)
                nested.append(child)
            elif kind == "ERROR":
                self._error(child)
            else:
                if kind != "variable_assignment" or words:
                    words.append(self._word(child))
                nested.append(child)
        for redirect in redirects:
            words += self._redirect(redirect, targets)
        self._emit(words, targets, nested if self._nests else [])

    def _emit(self, words: list[str], targets: list[tuple[str, str]], nested: list[Node]) -> None:
        own, before = self._pending, len(self.found)
        if nested:
            self._inner(nested)
        if words:
            # what is run under a name that a substitution prints has no other name than what is run for it
            if not words[0].startswith(("$(", "`")):
                self._are_within(before)
            self.found.append(SimpleCommand(words, (own or ";") if self.found else "", targets))
            self._pending = ";"

    def _are_within(self, start: int) -> None:
        for simple in self.found[start:]:
            simple.within = True

    def _inner(self, nodes: list[Node]) -> None:
        """Visit the substitutions inside words: what they run comes first, as commands of their own."""
        self._pending = ";" if self.found else ""
        for node in nodes:
            self._substitutions(node)

    def _substitutions(self, node: Node) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            self.lost = True
        elif node.type in ("command_substitution", "process_substitution"):
            self._pending = ";" if self.found else ""
            self.sequence(node)
        else:
            for child in node.named_children:
                if child.type not in _STATEMENTS:
                    self._substitutions(child)
        self._depth -= 1

    def _test(self, node: Node) -> None:
        """Visit `[ … ]` and `[[ … ]]`: the bracket is the program, the leaves are its words."""
        words: list[str] = []
        self._leaves(node, words)
        self._emit([word for word in words if word not in ("]", "]]")], [], [node] if self._nests else [])

    def _leaves(self, node: Node, words: list[str]) -> None:
        for child in node.children:
            if child.child_count == 0 or child.type in ("string", "concatenation", "expansion", "simple_expansion"):
                words.append(self._word(child))
            elif self._depth < _DEEPEST:
                self._depth += 1
                self._leaves(child, words)
                self._depth -= 1

    # ---- redirections

    def _redirected(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        redirects = [child for child in node.children if child.type in _REDIRECTIONS]
        if body is not None and body.type in ("command", "declaration_command"):
            self._simple(body, redirects)
        else:
            self._compound(body, redirects)
        for redirect in redirects:
            if redirect.type == "heredoc_redirect":
                self._after_heredoc(redirect)
        for child in node.children:
            if child.type == "ERROR":
                self._error(child)

    def _compound(self, body: Node | None, redirects: list[Node]) -> None:
        """Visit a loop, a group or a pipeline that is redirected: its last command carries the redirections."""
        before = len(self.found)
        if body is not None:
            self._child(body)
        targets: list[tuple[str, str]] = []
        words = [word for redirect in redirects for word in self._redirect(redirect, targets)]
        last = len(self.found) - 1
        if self._nests:
            self._inner(redirects)
        if last >= before:
            self.found[last].words += words
            self.found[last].redirections += targets
            self._are_within(last + 1)

    def _redirect(self, node: Node, targets: list[tuple[str, str]]) -> list[str]:
        """Note a redirection's operator and target; return words of the command that stand behind the target."""
        operator, index = "", len(targets)
        operands: list[str] = []
        for child in node.children:
            if child.type == "file_descriptor" or (
                not child.is_named and not operands and child.type[0] in "<>&0123456789"
            ):
                operator += self._text(child)
            elif child.type in _REDIRECTIONS:
                operands += self._redirect(child, targets)
            elif child.is_named and child.type not in _NO_OPERAND:
                operands.append(self._word(child))
        if node.type == "heredoc_redirect":  # the end marker and the body are no words
            targets.insert(index, (operator, ""))
            return operands
        targets.insert(index, (operator, operands[0] if operands else ""))
        return operands[1:]

    def _after_heredoc(self, node: Node) -> None:
        """Visit what goes on behind `<<EOF` on the same line."""
        for child in node.children:
            if child.type in _OPERATORS:
                self._pending = child.type
            elif child.type in _STATEMENTS:
                self._pending = "|" if child.type == "pipeline" else self._pending
                self._child(child)


_NO_OPERAND = {"heredoc_start", "heredoc_body", "heredoc_end", "ERROR", *_STATEMENTS}


def _skip(_visitor: _Visitor, _node: Node) -> None:
    """Pass over what holds no command."""


_VISITS: dict[str, Callable[[_Visitor, Node], None]] = {
    "command": _Visitor._command,
    "declaration_command": _Visitor._command,
    "unset_command": _Visitor._command,
    "test_command": _Visitor._test,
    "redirected_statement": _Visitor._redirected,
    "comment": _skip,
    "function_definition": _Visitor._function,
    "word": _skip,
    "heredoc_body": _skip,
    "file_redirect": _skip,
}

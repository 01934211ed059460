"""The JavaScript of a code cell -> the calls of tools in it (`tool_calls`), as far as they are written out. Nothing is run.

Codex has its model write such cells: `const r = await tools.exec_command({cmd: "make", workdir: "/w"}); text(r.output);`. What is
read are calls of a member of `tools` with literals, names that are bound once to a literal, `+`, templates, and one loop over a
literal list (`for (const c of […])`, `[…].map(c => …)`), which is a call for each entry. An argument that is anything else is left
out. Whether a branch was taken is not known: a call that stands there counts as made, and one in another loop as made once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from fivetimes.config import DEEPEST

_TOOLS = "tools"  # the object whose members are the tools
# Characters of texts and entries of arguments that a cell may be made into. Loops and names multiply what stands there, and a
# cell of some lines is far below.
_MOST = 1_000_000


class _Unknown:
    """In place of a value that is not written out."""


UNKNOWN = _Unknown()


@dataclass(frozen=True, slots=True)
class _Each:
    """A value that is another one in each turn of a loop."""

    values: tuple[Any, ...]


class _Lexeme(NamedTuple):
    kind: str  # name, text, number, sign, template
    value: Any


def tool_calls(source: str) -> list[tuple[str, Any]]:
    r"""(name of the tool, its first argument) of each call, in order; `UNKNOWN` for an argument that is not written out.

    Example:
        >>> tool_calls('const r = await tools.exec_command({cmd: "make -j" + 4, workdir});\ntext(r.output);')
        [('exec_command', {'cmd': 'make -j4'})]
        >>> tool_calls('await Promise.all(["a", "b"].map(f => tools.exec_command({cmd: `cat ${f}`})))')
        [('exec_command', {'cmd': 'cat a'}), ('exec_command', {'cmd': 'cat b'})]
    """
    if _TOOLS not in source:
        return []
    cell = _Cell(_tokens(source))
    cell.bind()
    return cell.calls()


# ---- tokens

_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?(?:\*/|\Z))+", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?n?")
_TEXT = re.compile(r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"", re.DOTALL)
_PATTERN = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_SIGN = re.compile(r"=>|\?\.|\.\.\.|[=!<>]==?|[+\-*/%&|^]=|&&|\|\||\?\?|.", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_TEMPLATE_PART = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))+", re.DOTALL)
_BEFORE_A_PATTERN = frozenset("( , = : [ ! & | ? { } ; => && || ?? + return".split())


def _tokens(source: str) -> list[_Lexeme]:
    found: list[_Lexeme] = []
    at, end = 0, len(source)
    while at < end:
        if space := _SPACE.match(source, at):
            at = space.end()
            continue
        token, at = _token(source, at, found[-1] if found else _Lexeme("sign", ";"))
        found.append(token)
    return found


def _token(source: str, at: int, before: _Lexeme) -> tuple[_Lexeme, int]:
    sign = source[at]
    if sign == "`":
        return _template(source, at + 1)
    if match := _TEXT.match(source, at):
        return _Lexeme("text", _unescaped(match[1] if match[1] is not None else match[2])), match.end()
    if match := _NAME.match(source, at):
        return _Lexeme("name", match[0]), match.end()
    if match := _NUMBER.match(source, at):
        return _Lexeme("number", match[0]), match.end()
    if sign == "/" and before.value in _BEFORE_A_PATTERN and (match := _PATTERN.match(source, at)):
        return _Lexeme("pattern", match[0]), match.end()
    match = _SIGN.match(source, at)
    assert match is not None  # any character is a sign
    return _Lexeme("sign", match[0]), match.end()


def _template(source: str, at: int) -> tuple[_Lexeme, int]:
    """A template as its parts: texts as they stand there, and lists of the tokens of what is filled in."""
    parts: list[str | list[_Lexeme]] = []
    while at < len(source) and source[at] != "`":
        if match := _TEMPLATE_PART.match(source, at):
            parts.append(match[0])
            at = match.end()
        elif source.startswith("${", at):
            inner, at = _filled_in(source, at + 2)
            parts.append(inner)
        else:
            at += 1  # a lone backslash at the end
    return _Lexeme("template", parts), at + 1


def _filled_in(source: str, at: int) -> tuple[list[_Lexeme], int]:
    """The tokens up to the brace that closes; a template within is skipped, and stands as one that is not understood."""
    found: list[_Lexeme] = []
    depth = 0
    while at < len(source):
        if space := _SPACE.match(source, at):
            at = space.end()
            continue
        if source[at] == "`":
            at = _behind_template(source, at + 1)
            found.append(_Lexeme("pattern", "`"))
            continue
        token, at = _token(source, at, found[-1] if found else _Lexeme("sign", "("))
        depth += {"{": 1, "}": -1}.get(token.value, 0) if token.kind == "sign" else 0
        if depth < 0:
            break
        found.append(token)
    return found, at


def _behind_template(source: str, at: int) -> int:
    """Where a template ends that stands inside another: with a count of what is open, and no recursion."""
    open_ = ["`"]
    while at < len(source) and open_:
        sign = source[at]
        if sign == "\\":
            at += 1
        elif sign == "`":
            if open_[-1] == "`":
                open_.pop()
            else:
                open_.append("`")
        elif source.startswith("${", at) and open_[-1] == "`":
            open_.append("{")
            at += 1
        elif open_[-1] == "{" and sign in "{}":
            if sign == "{":
                open_.append("{")
            else:
                open_.pop()
        at += 1
    return at


def _unescaped(text: str) -> str:
    def meant(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        if code is None:
            return _ESCAPED.get(match[4], match[4])
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"

    return _ESCAPE.sub(meant, text) if "\\" in text else text


# ---- values

_CLOSE = {"(": ")", "[": "]", "{": "}"}
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None, "undefined": UNKNOWN}


class _Cell:
    """The tokens of a cell, the end of each bracket, and what names are bound to."""

    def __init__(self, tokens: list[_Lexeme], of: _Cell | None = None) -> None:
        self.tokens = [*tokens, _Lexeme("sign", "")]
        self.closer = self._closers()
        self.bound: dict[str, Any] = {} if of is None else of.bound
        self.left: list[int] = (
            [_MOST] if of is None else of.left
        )  # of `_MOST`; one for a cell and what is filled into its templates

    def spend(self, number: int) -> bool:
        """Whether so much more may be made."""
        self.left[0] -= number
        return self.left[0] >= 0

    def _closers(self) -> dict[int, int]:
        found: dict[int, int] = {}
        open_: list[int] = []
        for at, token in enumerate(self.tokens):
            if token.kind != "sign":
                continue
            if token.value in _CLOSE:
                open_.append(at)
            elif open_ and token.value == _CLOSE[self.tokens[open_[-1]].value]:
                found[open_.pop()] = at
        return found

    def sign(self, at: int, *signs: str) -> bool:
        token = self.tokens[min(at, len(self.tokens) - 1)]
        return token.kind == "sign" and token.value in signs

    def name(self, at: int) -> str:
        token = self.tokens[min(at, len(self.tokens) - 1)]
        return token.value if token.kind == "name" else ""

    # -- names

    def bind(self) -> None:
        """Note what names are bound to; one that is bound or assigned twice is not known."""
        for at in range(len(self.tokens)):
            if not self.name(at) or self.sign(at - 1, ".", "?."):
                continue
            if self.sign(at + 1, "=", "+=") and not self.sign(at - 1, ":"):
                self._bind(self.name(at), at + 2)
            elif self.name(at + 1) == "of" and self.name(at - 1) in ("const", "let", "var"):
                self._bind(self.name(at), at + 2, each=True)
        opener = {close: begin for begin, close in self.closer.items()}
        for at in range(len(self.tokens)):
            if self.name(at) in ("map", "forEach", "flatMap") and self.sign(at - 1, ".") and self.sign(at + 1, "("):
                self._bind_parameter(at, opener)

    def _bind(self, name: str, at: int, *, each: bool = False) -> None:
        value, _ = self.expression(at)
        if each:
            value = _Each(tuple(value)) if isinstance(value, list) else UNKNOWN
        self.bound[name] = UNKNOWN if name in self.bound else value

    def _bind_parameter(self, at: int, opener: Mapping[int, int]) -> None:
        """The parameter of the function that `list.map` is given."""
        first = at + 2 + (self.name(at + 2) == "async")
        first += self.sign(first, "(")
        if not self.name(first) or not (self.sign(first + 1, "=>") or self.sign(first + 2, "=>")):
            return
        begin = opener.get(at - 2)
        value = self.bound.get(self.name(at - 2)) if begin is None else self._bracket(begin, 0)
        name = self.name(first)
        known = isinstance(value, list) and name not in self.bound
        self.bound[name] = _Each(tuple(value)) if known and isinstance(value, list) else UNKNOWN

    # -- calls

    def calls(self) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        for at in range(len(self.tokens)):
            if self.name(at) != _TOOLS or self.sign(at - 1, ".", "?."):
                continue
            name, begin = "", at + 2
            if self.sign(at + 1, ".", "?."):
                name = self.name(at + 2)
            elif self.sign(at + 1, "[") and self.tokens[min(at + 2, len(self.tokens) - 1)].kind == "text":
                name, begin = self.tokens[at + 2].value, at + 3
            if name and self.sign(begin + 1, "("):
                value = {} if self.sign(begin + 2, ")") else self.expression(begin + 2)[0]
                found += [(name, each) for each in self._turns(value)]
        return found

    def _turns(self, value: Any) -> list[Any]:
        """One argument for each turn of the loop that a call stands in; no value of a loop is left in it."""
        if isinstance(value, _Each):
            turns = value.values if self.spend(sum(map(_size, value.values))) else ()
            return [_plain(turn) for turn in turns] or [UNKNOWN]
        if not isinstance(value, dict):
            return [_plain(value)] if self.spend(_size(value)) else [UNKNOWN]
        each = next((one for one in value.values() if isinstance(one, _Each)), None)
        count = len(each.values) if each is not None else 1
        if not self.spend(_size(value) * count):
            return [UNKNOWN]
        return [_plain({key: _in_turn(one, turn, count) for key, one in value.items()}) for turn in range(count)]

    # -- expressions

    def expression(self, at: int, deep: int = 0) -> tuple[Any, int]:
        """(value, index behind it) of an expression that ends before a comma, a semicolon, a closing bracket or a name."""
        value, at = self.primary(at, deep)
        while self.sign(at, "+"):
            right, at = self.primary(at + 1, deep)
            value = self._joined([value, right])
        if self.sign(at, ",", ";", ")", "]", "}", "") or self.tokens[at].kind == "name":
            return value, at
        return UNKNOWN, self.behind(at)

    def behind(self, at: int) -> int:
        """Where an expression that is not understood ends."""
        while not self.sign(at, ",", ";", ")", "]", "}", ""):
            at = self.closer.get(at, at) + 1
        return at

    def primary(self, at: int, deep: int = 0) -> tuple[Any, int]:
        """(value, index behind it) of one literal, name or bracket, with the members that are asked of it."""
        kind, found = self.tokens[min(at, len(self.tokens) - 1)]
        if kind == "name":
            return self._named(found, at, deep)
        value: Any = UNKNOWN
        behind = at + 1
        if kind == "text":
            value = found
        elif kind == "template":
            value = self._template(found, _unescaped)
        elif kind == "number":
            value = _number(found)
        elif at in self.closer:
            value, behind = self._bracket(at, deep) if deep < DEEPEST else UNKNOWN, self.closer[at] + 1
        elif self.sign(at, ")", "]", "}", ",", ";", ""):
            behind = at
        return self._members(value, behind, deep)

    def _named(self, name: str, at: int, deep: int) -> tuple[Any, int]:
        if name == "String" and self.name(at + 2) == "raw" and at + 3 < len(self.tokens):
            return self._members(*self._raw(at + 3), deep)
        known = _WORDS[name] if name in _WORDS else self.bound.get(name, UNKNOWN)
        value, behind = self._members(known, at + 1, deep)
        # a list of lists of lists would be made over and over again
        return UNKNOWN if deep and isinstance(value, (list, dict)) else value, behind

    def _bracket(self, at: int, deep: int) -> Any:
        if self.sign(at, "{"):
            return self._object(at, deep + 1)
        if self.sign(at, "["):
            return self._list(at, deep + 1)
        value, end = self.expression(at + 1, deep + 1)
        return value if end == self.closer[at] else UNKNOWN

    def _members(self, value: Any, at: int, deep: int) -> tuple[Any, int]:
        """What a value gives with what stands behind it: `.name` of an object, `.join(text)` of a list, `.trim()` of a text."""
        while self.sign(at, ".", "?.") and self.name(at + 1):
            name = self.name(at + 1)
            at += 2
            if self.sign(at, "(") and at in self.closer:
                known = isinstance(value, (list, str)) and deep < DEEPEST
                given = self.expression(at + 1, deep + 1)[0] if known and not self.sign(at + 1, ")") else ""
                value, at = self._method(value, name, given), self.closer[at] + 1
            else:
                value = _member(value, name)
        if self.sign(at, "(", "["):
            return UNKNOWN, self.closer.get(at, at) + 1
        return value, at

    def _object(self, at: int, deep: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        end = self.closer[at]
        at += 1
        while at < end:
            kind, key = self.tokens[at]
            if kind in ("name", "text", "number") and self.sign(at + 1, ":"):
                found[str(key)], at = self.expression(at + 2, deep)
            elif kind == "name" and self.sign(at + 1, ",", "}"):
                found[key], at = self.bound.get(key, UNKNOWN), at + 1
            else:
                at = self.behind(at)
            at = max(at, self._comma(at, end))
        return {key: value for key, value in found.items() if value is not UNKNOWN}

    def _list(self, at: int, deep: int) -> Any:
        found: list[Any] = []
        end = self.closer[at]
        at += 1
        while at < end:
            value, at = self.expression(at, deep)
            found.append(value)
            at = self._comma(at, end)
        return found

    def _comma(self, at: int, end: int) -> int:
        """The index behind the comma after an entry; what stands before it is passed over."""
        while at < end and not self.sign(at, ","):
            at = self.closer.get(at, at) + 1
        return at + 1

    def _template(self, parts: Sequence[str | list[_Lexeme]], cooked: Callable[[str], str]) -> Any:
        return self._joined([cooked(part) if isinstance(part, str) else self._filled(part) for part in parts] or [""])

    def _filled(self, tokens: list[_Lexeme]) -> Any:
        inner = _Cell(tokens, self)
        value, end = inner.expression(0)
        return value if end == len(tokens) else UNKNOWN

    def _raw(self, at: int) -> tuple[Any, int]:
        kind, parts = self.tokens[at]
        return (self._template(parts, str), at + 1) if kind == "template" else (UNKNOWN, at)

    def _joined(self, parts: Sequence[Any]) -> Any:
        """Texts and numbers in a row; where one is another in each turn of a loop, so is the whole."""
        each = [part for part in parts if isinstance(part, _Each)]
        if each and all(part is each[0] for part in each):
            turns = [self._joined([turn if part is each[0] else part for part in parts]) for turn in each[0].values]
            return UNKNOWN if any(isinstance(turn, _Each) for turn in turns) else _Each(tuple(turns))
        if any(isinstance(part, bool) or not isinstance(part, (str, int, float)) for part in parts):
            return UNKNOWN
        texts = [str(part) for part in parts]
        return "".join(texts) if self.spend(sum(map(len, texts)) + 1) else UNKNOWN

    def _method(self, value: Any, name: str, given: Any) -> Any:
        if name == "join" and isinstance(value, list) and isinstance(given, str):
            return self._joined([part for entry in value for part in (given, entry)][1:] or [""])
        if name == "trim" and isinstance(value, str):
            return value.strip()
        return UNKNOWN


def _number(text: str) -> Any:
    try:
        return int(text) if text.isdecimal() else float(text)
    except ValueError:
        return UNKNOWN


def _member(value: Any, name: str) -> Any:
    if isinstance(value, _Each):
        return _Each(tuple(_member(turn, name) for turn in value.values))
    return value.get(name, UNKNOWN) if isinstance(value, dict) else UNKNOWN


def _size(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inner))


def _in_turn(value: Any, turn: int, count: int) -> Any:
    if not isinstance(value, _Each):
        return value
    return value.values[turn] if len(value.values) == count else UNKNOWN


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {key: _plain(one) for key, one in value.items()}
        return {key: one for key, one in plain.items() if one is not UNKNOWN}
    if isinstance(value, list):
        plain_list = [_plain(one) for one in value]
        return UNKNOWN if any(one is UNKNOWN for one in plain_list) else plain_list
    return UNKNOWN if isinstance(value, _Each) else value

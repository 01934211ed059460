"""Template -> shell words: every literal quoted, every reference a quoted variable, nothing else ever active."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from fivetimes.conductor_document import Reference
from fivetimes.shell import TemplatePiece, TemplateWord, template_words

_SAFE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
# with no two braces side by side, which a template engine or a forge would read
_GLOB = re.compile(r"(?!.*(?:\{\{|\}\}|\{%))[\w./*?+\[\]{},-]+", re.ASCII)
_REDIRECTION = re.compile(r"(\d?(?:>>|>\||<>|<<<|>|<)|&>>|&>)(.*)", re.DOTALL)
_DUPLICATE = re.compile(r"\d?>&\d")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
# Two of these side by side begin or end an expression of a template engine or a forge, so they are never left so.
_PAIRS = re.compile(r"(?<=\$)(?=\{)|(?<=\{)(?=[{%])|(?<=[}%])(?=\})")
# A shell reads these as its own grammar where a command's name stands.
_RESERVED = frozenset(
    "if then elif else fi for while until do done case esac in function select coproc { } ! [[ ]]".split()
)


Spell = Callable[[Reference], str]

# ---- writing


def quote(text: str) -> str:
    r"""One shell word of exactly this text, on one line (bash), without any pair that a template engine would read.

    Example:
        >>> quote("a b"), quote("it's"), quote("v1.2"), quote("")
        ("'a b'", "'it'\\''s'", 'v1.2', "''")
        >>> print(quote("${{ x }}"), quote("a\nb"))
        '$''{''{ x }''}' 'a'$'\n''b'
    """
    if _SAFE.fullmatch(text):
        return text
    return "".join(_quoted(part) for part in _lines(text)) or "''"


def _lines(text: str) -> Iterator[str]:
    last = 0
    for found in _CONTROL.finditer(text):
        yield from (text[last : found.start()], found[0])
        last = found.end()
    yield text[last:]


def _quoted(part: str) -> str:
    if _CONTROL.fullmatch(part):
        code = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(part) or f"\\u{ord(part):04x}"
        return "" if part == "\0" else f"$'{code}'"  # no argument of a program can hold a NUL
    pieces = [piece.replace("'", "'\\''") for piece in _PAIRS.split(part) if piece]
    return "".join(f"'{piece}'" for piece in pieces)


def command(run: str, *, spell: Spell) -> str:
    """A template as a command line of bash.

    Args:
        run: the template.
        spell: how a reference is written, as a word that no shell splits, such as `"$version"`.

    Example:
        >>> command("git tag v{{ inputs.version }} > 'a; b'", spell=lambda reference: f'"${reference.name}"')
        'git tag v"$version" > \\'a; b\\''
        >>> command("cat log | wc '|' |", spell=str)
        "cat log | wc '|' '|'"
    """
    words = template_words(run)
    written: list[str] = []
    start = 0  # of the command that is being written
    for index, word in enumerate(words):
        if _is_operator_between(word) and _runs(words[start:index]) and _runs(words[index + 1 : index + 2]):
            written.append(_bare(word))
            start = index + 1
            continue
        if _bare(word) == "!" and index == start and _runs(words[index + 1 : index + 2]):
            written.append("!")
            start = index + 1
            continue
        first = all(_is_assignment(before) for before in words[start:index])
        goes_nowhere = (
            index == len(words) - 1 or _is_operator(words[index + 1]) or _is_operator_between(words[index + 1])
        )
        written.append(_written(word, first=first, goes_nowhere=goes_nowhere, spell=spell))
    return " ".join(written) or ":"


def _bare(word: TemplateWord) -> str:
    """The text of a word that is one unquoted literal; empty for any other."""
    front = word[0]
    return front.text if len(word) == 1 and isinstance(front, TemplatePiece) and not front.quoted else ""


def _is_operator_between(word: TemplateWord) -> bool:
    """Whether a word stands between two commands: only what was typed so is drafted so."""
    return _bare(word) in ("|", "|&", "||", "&&")


def _runs(words: Sequence[TemplateWord]) -> bool:
    """Whether one of the words can be the name of a command."""
    return any(not (_is_assignment(w) or _is_operator_between(w) or _REDIRECTION.fullmatch(_bare(w))) for w in words)


def _is_operator(word: TemplateWord) -> bool:
    """Whether a word is a redirection that waits for the next word."""
    sent = _REDIRECTION.fullmatch(_bare(word))
    return sent is not None and not sent[2]


def _is_assignment(word: TemplateWord) -> bool:
    return isinstance(word[0], TemplatePiece) and not word[0].quoted and _ASSIGNMENT.match(word[0].text) is not None


def _written(word: TemplateWord, *, first: bool, goes_nowhere: bool, spell: Spell) -> str:
    lead, rest = _lead(word, first=first, goes_nowhere=goes_nowhere)
    text = lead + "".join(_part(part, spell) for part in rest)
    if first and text in _RESERVED:
        return f"'{text}'"
    if first and not re.match(r"[\w./~\"']|$", text, re.ASCII):
        return f"'{text[0]}'{text[1:]}"  # `@` and `-` mean something to just
    return text or "''"


def _lead(word: TemplateWord, *, first: bool, goes_nowhere: bool) -> tuple[str, TemplateWord]:
    """What of a word's front is the shell's: an assignment's name, a redirection, the home folder; and what follows."""
    front = word[0]
    if isinstance(front, Reference) or front.quoted:
        return "", word
    if first and (named := _ASSIGNMENT.match(front.text)):
        return named[0], _without(word, named.end())
    if _DUPLICATE.fullmatch(front.text) and len(word) == 1:
        return front.text, ()
    sent = _REDIRECTION.fullmatch(front.text)
    if sent and not first and (sent[2] or len(word) > 1 or not goes_nowhere):
        return sent[1] + (" " if sent[2] or len(word) > 1 else ""), _without(word, sent.end(1))
    if front.text.startswith("~/"):
        return "~/", _without(word, 2)
    if front.text == "~" and len(word) == 1:
        return "~", ()
    return "", word


def _without(word: TemplateWord, letters: int) -> TemplateWord:
    front = word[0]
    rest = front.text[letters:] if isinstance(front, TemplatePiece) else ""
    return (TemplatePiece(rest, False), *word[1:]) if rest else word[1:]


def _part(part: TemplatePiece | Reference, spell: Spell) -> str:
    if isinstance(part, Reference):
        return spell(part)
    if not part.quoted and _GLOB.fullmatch(part.text):
        return part.text
    return quote(part.text) if part.text else ""

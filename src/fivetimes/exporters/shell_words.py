"""Template -> shell words: every literal quoted, every reference a quoted variable, nothing else ever active."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fivetimes.conductor_document import Reference, references, template_parts
from fivetimes.model.command_lines import Command
from fivetimes.redaction import public
from fivetimes.shell import WRAPPERS, TemplatePiece, TemplateWord, parse, template_words
from fivetimes.shell.wrappers import Inside

_SAFE = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
# with no two braces side by side, which a template engine or a forge would read
# and with every bracket closed: a command's name that opens one begins an assignment to an array
_GLOB = re.compile(r"(?!.*(?:\{\{|\}\}|\{%))(?:[\w./*?+{},-]|\[[!^]?[\w./*?+,-]+\])+", re.ASCII)
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

# Programs that join the words that they are given to a line for another shell.
_JOINING = frozenset(name for name, wrapper in WRAPPERS.items() if wrapper.inside is Inside.TEXT)

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

    A value that goes through a second shell (`ssh host 'make …'`, `sh -c`) is quoted for that one, too: it is a word there, never a
    command.

    Args:
        run: the template.
        spell: how a reference is written, as a word that no shell splits, such as `"$version"`.

    Example:
        >>> command("git tag v{{ inputs.version }} > 'a; b'", spell=lambda reference: f'"${reference.name}"')
        'git tag v"$version" > \\'a; b\\''
        >>> command("cat log | wc '|' |", spell=str)
        "cat log | wc '|' '|'"
        >>> print(command("ssh web 'deploy {{ inputs.x }} now'", spell=lambda reference: f'"${reference.name}"'))
        ssh web 'deploy '"$(printf %q "$x")"' now'
    """
    words = _for_inner_shells(run, template_words(run), spell)
    say = _spelled_as_it_is(spell)
    written: list[str] = []
    start = 0  # of the command that is being written
    for index, word in enumerate(words):
        before, after = words[start:index], words[index + 1 : index + 2]
        if _is_operator_between(word) and (_runs(before) or _sets(word, before)) and _starts(after):
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
        written.append(_written(word, first=first, goes_nowhere=goes_nowhere, spell=say))
    return " ".join(written) or ":"


@dataclass(frozen=True, slots=True)
class _Spelled:
    """A part of a word that is bash already."""

    text: str


_Part = TemplatePiece | Reference | _Spelled
_Word = tuple[_Part, ...]
_SpellAny = Callable[[Reference | _Spelled], str]


def _spelled_as_it_is(spell: Spell) -> _SpellAny:
    return lambda part: part.text if isinstance(part, _Spelled) else spell(part)


def _for_inner_shells(run: str, words: Sequence[TemplateWord], spell: Spell) -> list[_Word]:
    """The words, with each value that a second shell reads quoted for it."""
    if not references(run):
        return list(words)
    marks = {part: f"reference{number}x" for number, part in enumerate(dict.fromkeys(references(run)))}
    shown = "".join(marks[part] if isinstance(part, Reference) else part for part in template_parts(run))
    commands = [each for each in parse(shown, grammar=public()).commands if each.via]
    return [_for_its_shell(word, marks, commands, spell) for word in words]


def _for_its_shell(
    word: TemplateWord, marks: Mapping[Reference, str], commands: Sequence[Command], spell: Spell
) -> _Word:
    text = "".join(marks[part] if isinstance(part, Reference) else part.text for part in word)
    for mark in (marks[part] for part in word if isinstance(part, Reference)):
        for each in commands:
            if inner := next((known.text for known in each.words if mark in known.text), ""):
                if re.search(r"\s", text.removesuffix(inner)):  # the parser saw words in it
                    return tuple(_line_within(word, spell))
                if _JOINING.intersection(each.via):
                    return tuple(_once_more(part, spell) if isinstance(part, Reference) else part for part in word)
    return word


def _line_within(word: TemplateWord, spell: Spell) -> Iterator[_Part]:
    """A word that is a line of its own, each value in it quoted for the shell that reads the line."""
    known = [part for part in word if isinstance(part, Reference)]
    line = "".join(part.text if isinstance(part, TemplatePiece) else str(part) for part in word)
    written = command(line, spell=lambda part: f"\0{known.index(part)}\0")
    for number, part in enumerate(written.split("\0")):
        if number % 2:
            yield _once_more(known[int(part)], spell)
        elif part:
            yield TemplatePiece(part, True)


def _once_more(reference: Reference, spell: Spell) -> _Spelled:
    # `%q` is bash's own; `${x@Q}` would ask for a bash that some systems do not have
    form = "'%q '" if reference.several else "%q"
    return _Spelled(f'"$(printf {form} {spell(reference)})"')


def has_pipe(run: str) -> bool:
    """Whether a template hands what one command prints to another.

    Example:
        >>> has_pipe("git log | head -3"), has_pipe("grep '|' log || true")
        (True, False)
    """
    return any(_bare(word) in ("|", "|&") for word in template_words(run))


def _bare(word: _Word) -> str:
    """The text of a word that is one unquoted literal; empty for any other."""
    front = word[0]
    return front.text if len(word) == 1 and isinstance(front, TemplatePiece) and not front.quoted else ""


def _is_operator_between(word: _Word) -> bool:
    """Whether a word stands between two commands: only what was typed so is drafted so."""
    return _bare(word) in ("|", "|&", "||", "&&", ";")


def _sets(operator: _Word, words: Sequence[_Word]) -> bool:
    """Whether the words before an operator only set variables, for what comes behind it."""
    return _bare(operator) in (";", "&&") and bool(words) and all(map(_is_assignment, words))


def _starts(words: Sequence[_Word]) -> bool:
    """Whether a command can begin with these words."""
    return _runs(words) or (bool(words) and _is_assignment(words[0]))


def _runs(words: Sequence[_Word]) -> bool:
    """Whether one of the words can be the name of a command."""
    return any(not (_is_assignment(w) or _is_operator_between(w) or _REDIRECTION.fullmatch(_bare(w))) for w in words)


def _is_operator(word: _Word) -> bool:
    """Whether a word is a redirection that waits for the next word."""
    sent = _REDIRECTION.fullmatch(_bare(word))
    return sent is not None and not sent[2]


def _is_assignment(word: _Word) -> bool:
    return isinstance(word[0], TemplatePiece) and not word[0].quoted and _ASSIGNMENT.match(word[0].text) is not None


def _written(word: _Word, *, first: bool, goes_nowhere: bool, spell: _SpellAny) -> str:
    lead, rest = _lead(word, first=first, goes_nowhere=goes_nowhere)
    text = lead + "".join(_part(part, spell) for part in rest)
    if first and text in _RESERVED:
        return f"'{text}'"
    if first and not re.match(r"[\w./~\"']|$", text, re.ASCII):
        return f"'{text[0]}'{text[1:]}"  # `@` and `-` mean something to just
    return text or "''"


def _lead(word: _Word, *, first: bool, goes_nowhere: bool) -> tuple[str, _Word]:
    """What of a word's front is the shell's: an assignment's name, a redirection, the home folder; and what follows."""
    front = word[0]
    if not isinstance(front, TemplatePiece) or front.quoted:
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


def _without(word: _Word, letters: int) -> _Word:
    front = word[0]
    rest = front.text[letters:] if isinstance(front, TemplatePiece) else ""
    return (TemplatePiece(rest, False), *word[1:]) if rest else word[1:]


def _part(part: _Part, spell: _SpellAny) -> str:
    if not isinstance(part, TemplatePiece):
        return spell(part)
    if not part.quoted and _GLOB.fullmatch(part.text):
        return part.text
    return quote(part.text) if part.text else ""

"""A step's label -> the same without any name of this machine, this team or this person."""

from __future__ import annotations

import re

from fivetimes.model import Kind
from fivetimes.redaction.pseudonyms import is_pseudonym
from fivetimes.redaction.vocabulary import public

_OURS = re.compile(r"<[a-z0-9.]+>|\*|-|--")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SPOKEN = frozenset({"mcp"})  # how tools of a server are called


def everywhere(label: str, *, kind: Kind) -> str:
    """Return the label with a placeholder for each program and script that is in no public vocabulary.

    It is the same on every machine, whatever is installed or was approved there. Declared names stay as they are.

    Example:
        >>> everywhere("acmectl deploy <path>", kind=Kind.SHELL), everywhere("make site", kind=Kind.SHELL)
        ('<prog> deploy <path>', 'make site')
        >>> everywhere("skill:zephyrise", kind=Kind.SKILL), everywhere("python script-3f9a1c", kind=Kind.SHELL)
        ('skill:zephyrise', 'python <script>')
    """
    words = label.split(" ")
    if kind is not Kind.SHELL:
        return " ".join(f"<{word.partition('-')[0]}>" if is_pseudonym(word) else word for word in words)
    first = words[0] if public().is_program(words[0]) or _OURS.fullmatch(words[0]) else "<prog>"
    return " ".join([first, *(word if _is_public(word) else "<script>" for word in words[1:])])


def closed(label: str, *, kind: Kind) -> str:
    """Return the label with nothing beyond the closed vocabulary; of a declared name all pieces must be in it.

    Example:
        >>> closed("skill:publish-report", kind=Kind.SKILL), closed("skill:zephyrise text", kind=Kind.SKILL)
        ('skill:publish-report', 'skill:<name> text')
    """
    if kind is Kind.SHELL:
        return everywhere(label, kind=kind)
    front, colon, name = label.rpartition(":") if kind is not Kind.ACTION else ("", "", label)
    return front + colon + " ".join(word if _is_spoken(word) else "<name>" for word in name.split(" "))


def _is_public(word: str) -> bool:
    grammar = public()
    known = (grammar.is_word, grammar.is_program, grammar.is_subcommand_word, grammar.is_any_flag)
    return _OURS.fullmatch(word) is not None or any(says(word) for says in known)


def _is_spoken(word: str) -> bool:
    if _is_public(word):
        return True
    pieces = [piece.lower() for piece in _PIECE.findall(word)]
    return bool(pieces) and all(piece in _SPOKEN or _is_public(piece) for piece in pieces)

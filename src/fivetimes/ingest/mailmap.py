"""A .mailmap and a recorded author -> the name and address that the repository itself wants to be used."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LINE = re.compile(r"\s*([^<>#]*)<([^<>]*)>(?:([^<>]*)<([^<>]*)>)?")

# (address, name or None for any), both in small letters -> (name, address), None where the recorded one stays
Mailmap = Mapping[tuple[str, str | None], tuple[str | None, str | None]]


def parse(text: str) -> Mailmap:
    """Read the lines of a .mailmap in the four forms of gitmailmap(5); what is none of them says nothing.

    Example:
        >>> parse("Ana Roe <ana@example.net> <ana@old.example>")
        {('ana@old.example', None): ('Ana Roe', 'ana@example.net')}
    """
    found: dict[tuple[str, str | None], tuple[str | None, str | None]] = {}
    for line in text.splitlines():
        parts = _LINE.match(line)
        if parts is None or not parts[2].strip():
            continue
        name, mail, old_name, old_mail = ((part or "").strip() for part in parts.groups())
        key = (old_mail.lower(), old_name.lower() or None) if old_mail else (mail.lower(), None)
        before = found.get(key, (None, None))
        found[key] = (name or before[0], mail if old_mail else before[1])
    return found


def proper(name: str, mail: str, *, names: Mailmap) -> tuple[str, str]:
    """The name and address to use for a recorded author.

    Example:
        >>> proper("ana", "Ana@old.example", names=parse("Ana Roe <ana@old.example>"))
        ('Ana Roe', 'Ana@old.example')
    """
    found = names.get((mail.lower(), name.lower())) or names.get((mail.lower(), None)) or (None, None)
    return found[0] or name, found[1] or mail

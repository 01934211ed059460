"""Patterns as shells and ignore files have them -> regular expressions."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=512)
def glob(pattern: str, *, path: bool = False) -> re.Pattern[str]:
    r"""A shell's pattern as an expression for the whole text: `*`, `?`, `[a-z]`, `(a|b)`, and a backslash before any.

    Args:
        pattern: as HISTIGNORE, HISTORY_IGNORE or a line of .fivetimesignore has it.
        path: whether `*` and `?` stop at a slash, and `**` goes over it.

    Example:
        >>> [bool(glob("(ls|cd)*").fullmatch(line)) for line in ("ls -l", "cd", "lsof", "make ls")]
        [True, True, True, False]
        >>> bool(glob("/home/*/clients/**", path=True).fullmatch("/home/ana/clients/a/b"))
        True
    """
    made, place, depth = "", 0, 0
    while place < len(pattern):
        piece, place, depth = _translated(pattern, place, depth, path)
        made += piece
    try:
        return re.compile(made + ")" * depth, re.DOTALL)
    except re.error:  # such as a range that runs backwards: then the pattern means itself
        return re.compile(re.escape(pattern))


def _translated(pattern: str, place: int, depth: int, path: bool) -> tuple[str, int, int]:
    """One sign of a pattern: what it is as an expression, where the next begins, and how many brackets are open."""
    sign = pattern[place]
    if path and pattern.startswith("**", place):
        wide = pattern.startswith("**/", place)
        return ("(?:.*/)?" if wide else ".*"), place + 2 + wide, depth
    if sign == "\\" and place + 1 < len(pattern):
        return re.escape(pattern[place + 1]), place + 2, depth
    if sign == "[" and (end := pattern.find("]", place + 2)) > 0:
        return _set(pattern[place + 1 : end]), end + 1, depth
    if sign in "()" and (sign == "(" or depth):
        return ("(?:", place + 1, depth + 1) if sign == "(" else (")", place + 1, depth - 1)
    any_number = {"*": "[^/]*", "?": "[^/]"} if path else {"*": ".*", "?": "."}
    return any_number.get(sign) or ("|" if sign == "|" else re.escape(sign)), place + 1, depth


def _set(inside: str) -> str:
    body = inside[1:] if inside[0] in "!^" else inside
    escaped = re.sub(r"([\\\[\]&~|])", r"\\\1", body)
    return f"[{'^' if body != inside else ''}{escaped}]" if body else re.escape(f"[{inside}]")


def literal(text: str) -> str:
    r"""A pattern that means a text and nothing else.

    Example:
        >>> literal("ls *.py")
        'ls \\*.py'
    """
    return re.sub(r"([*?\[\]()|\\])", r"\\\1", text)


def divided(value: str) -> tuple[str, ...]:
    r"""The patterns of HISTIGNORE, which colons divide; `\:` is a colon.

    Example:
        >>> divided(r"ls:cd *:a\:b::")
        ('ls', 'cd *', 'a:b')
    """
    return tuple(part.replace("\\:", ":") for part in re.split(r"(?<!\\):", value) if part)

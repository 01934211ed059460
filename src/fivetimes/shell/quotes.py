"""A shell word with its quotes -> the word."""

import re

_QUOTED = re.compile(
    r"""\$'(?P<ansi>(?:[^'\\]|\\.)*)'|'(?P<single>[^']*)'|\$?"(?P<double>(?:[^"\\]|\\.)*)"|\\(?P<one>.)""", re.DOTALL
)
_IN_DOUBLE = re.compile(r'\\([\\"$`\n])')


def _inside(match: re.Match[str]) -> str:
    double = match["double"]
    if double is not None:
        return _IN_DOUBLE.sub(lambda escaped: escaped[1].strip("\n"), double)
    return (match["ansi"] or match["single"] or match["one"] or "").removesuffix("\n" if match["one"] else "")


def unquote(text: str) -> str:
    r"""Return the word without its quotes and backslashes; expansions stay as they are written.

    Example:
        >>> unquote("'it'\\''s'"), unquote('a" b $c"'), unquote("plain")
        ("it's", 'a b $c', 'plain')
    """
    if "'" not in text and '"' not in text and "\\" not in text:
        return text
    return _QUOTED.sub(_inside, text)

"""A value -> its pieces and its shape: where it may be cut, and what it looks like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

Pieces = tuple[str, ...]

MARK = "\0"  # a piece that begins with it stands for a variable; no text of a source holds one

# Dates, weeks, versions and tickets are one thing to a person, so they are never cut. A letter or two before a short number
# (`w11`, `pr412`) say what is counted, so they are cut off; with more of either it may be a hash.
_PIECE = re.compile(
    r"\d{4}-\d\d-\d\d(?!\d)|\d{4}-?W\d\d(?!\d)|\d{4}-\d\d(?![\d-])|[A-Z][A-Z0-9]+-\d+(?![\w-])"
    r"|v(?=\d+\.\d)|[A-Za-z]{1,2}(?=\d{1,4}(?![^\W_]))|\d+(?:\.\d+)+(?:[-.]?(?:rc|alpha|beta|a|b|dev|post)\.?\d+)?|[^\W_]+|.",
    re.DOTALL,
)

_ENDING = r"\.(?:gz|bz2|xz|zst|zip|tgz|tar|md|txt|csv|json|ya?ml|toml|sql|py|js|ts|html|pdf|log|sh|dump)$"

# (shape, what matches it, an example), the most telling first
SHAPES: tuple[tuple[str, str, str], ...] = (
    ("version", r"v?\d+(?:\.\d+){1,2}(?:[-.]?(?:rc|alpha|beta|a|b|dev|post)\.?\d+)?", "1.4.2"),
    ("date", r"\d{4}-?(?:0\d|1[0-2])-?[0-3]\d", "2026-03-14"),
    ("week", r"\d{4}-?W[0-5]\d", "2026-W11"),
    ("month", r"\d{4}-(?:0\d|1[0-2])", "2026-03"),
    ("ticket", r"[A-Z][A-Z0-9]+-\d+", "OPS-412"),
    ("number", r"\d+", "412"),
    ("sha", r"[0-9a-f]{7,40}", "3f9a1c0"),
    ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "ana@example.net"),
    ("url", r"[a-z][a-z0-9+]*://\S+", "https://example.net/a"),
    ("host", rf"(?!\S+{_ENDING})(?:[\w.-]+@)?[\w-]+(?:\.[\w-]+){{2,}}|[\w.-]+@[\w-]+", "web.example.net"),
    ("file", r"(?:[\w.~+-]*/)*[\w.+-]*[\w+-]\.[A-Za-z][A-Za-z0-9]{0,5}", "src/app.py"),
    ("path", r"(?:[\w.~+-]*/)+[\w.+-]*", "src/app"),
    ("slug", r"[a-z0-9]+(?:[-_][a-z0-9]+)+", "five-times-a-week"),
    ("word", r"\w+", "amber"),
    ("text", r"(?s).*", "anything else"),
)
TELLING = frozenset({"version", "date", "week", "month", "ticket", "sha", "email", "url"})
_SHAPES = tuple((name, re.compile(pattern)) for name, pattern, _ in SHAPES)
_MOST = 0.8


def pieces(text: str) -> Pieces:
    """Cut a value where one thing ends and another begins; joined again they are the value.

    Example:
        >>> pieces("content/posts/a-b.md")
        ('content', '/', 'posts', '/', 'a', '-', 'b', '.', 'md')
        >>> pieces("report-w7.pdf"), pieces("3f9a1c0")
        (('report', '-', 'w', '7', '.', 'pdf'), ('3f9a1c0',))
        >>> pieces("v1.4.2"), pieces("notes-2026-03-14.m4a")
        (('v', '1.4.2'), ('notes', '-', '2026-03-14', '.', 'm4a'))
    """
    return tuple(_PIECE.findall(text))


def is_word(piece: str) -> bool:
    """Whether a piece carries meaning, as against what stands between words."""
    return piece[0].isalnum()


def shape(values: Iterable[str]) -> str:
    """The shape that most of the values have.

    Example:
        >>> shape(["1.4.2", "1.5.0"]), shape(["amber", "fjord"]), shape(["3f9a1c0", "1234567"])
        ('version', 'word', 'sha')
    """
    each = Counter(values)
    total = each.total()
    for name, pattern in _SHAPES:
        fitting = sum(times for value, times in each.items() if pattern.fullmatch(value))
        if total and fitting >= _MOST * total:
            return name
    return "text"


def affixes(rows: Sequence[Pieces], share: float) -> tuple[Pieces, Pieces]:
    """The pieces with which at least this share of the rows begin, and those with which they end.

    No row is used up: something is always left between the two.

    Example:
        >>> affixes([pieces("posts/a.md"), pieces("posts/b-c.md")], 0.9)
        (('posts', '/'), ('.', 'md'))
    """
    front, rest = _front(rows, share * len(rows))
    back, _ = _front([row[::-1] for row in rest], share * len(rows))
    return front, back[::-1]


def _front(rows: Sequence[Pieces], least: float) -> tuple[Pieces, list[Pieces]]:
    front: list[str] = []
    rest = list(rows)
    while rest:
        piece, times = Counter(row[0] for row in rest if row).most_common(1)[0] if any(rest) else ("", 0)
        shorter = [row[1:] for row in rest if row and row[0] == piece]
        if times < least or times == 0 or not all(shorter):
            break
        front.append(piece)
        rest = shorter
    return tuple(front), rest

"""Labels and texts -> the same for others: a name that one person alone has is `<name-3f9a1c>`, and what everybody has stays.

A label keeps names of skills, programs and files that exist; who reads along on their own terminal knows them. What is passed on is
read by others, to whom `deploy-trundlefink` gives away a customer. A name is judged piece by piece, so that `deploy-` is left; a
piece is what stands between signs (`-`, `/`, `.`, `_`, a blank).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib import resources

from fivetimes.redaction.numbers import is_common_part
from fivetimes.redaction.placeholders import EXTENSIONS, PIECE, SHAPES, TOOL_PREFIXES, is_public_word
from fivetimes.redaction.pseudonyms import Pseudonyms, is_pseudonym
from fivetimes.redaction.vocabulary import public

_RUN = re.compile(r"<[^<>\s]+>|[^\W_]+")  # a placeholder, or letters and digits without a sign between them


class OwnNames:
    """What stands in a report for the names that one person alone has.

    A name has the same placeholder in every report of a machine, so that two reports can be compared. It is a pseudonym: who has
    the key can try words, and the key stays on the machine.

    Args:
        key: the local key of pseudonyms.
        shared: names that may stand: used by several people, or somebody agreed to them. Each piece of them is shared.

    Example:
        >>> names = OwnNames(bytes(32), shared=["acmectl"])
        >>> names.label("skill:deploy-snorklewick"), names.label("acmectl up clients/SnorkleWick/contract.md")
        ('skill:deploy-<name-c9dcdd>', 'acmectl up clients/<name-c9dcdd>/contract.md')
        >>> names.label("Call Margarethe L back"), names.text("before deploy-snorklewick, which is asked")
        ('Call <name-0293fa> L back', 'before deploy-<name-c9dcdd>, which is asked')
    """

    def __init__(self, key: bytes, *, shared: Iterable[str] = ()) -> None:
        self._pseudonyms = Pseudonyms(key)
        self._shared = {piece.lower() for name in shared for piece in own_pieces(name)}
        self._placeholders: dict[str, str] = {}
        self._labels: dict[str, str] = {}

    @property
    def found(self) -> tuple[str, ...]:
        """The pieces of names that were replaced so far, in the order in which they came."""
        return tuple(self._placeholders)

    def label(self, label: str) -> str:
        """A label, a command or a name with a placeholder for each piece that nobody else has."""
        known = self._labels.get(label)
        if known is None:
            known = self._labels[label] = _replaced(label, self._of)
        return known

    def text(self, text: str) -> str:
        """A sentence in which labels may be quoted: the pieces that were replaced in labels are replaced in it too."""
        return _replaced(text, lambda piece: self._placeholders.get(piece.lower(), piece))

    def _of(self, piece: str) -> str:
        plain = piece.lower()
        if plain in self._shared or is_common(piece):
            return piece
        known = self._placeholders.get(plain)
        if known is None:
            known = self._placeholders[plain] = f"<{self._pseudonyms.of(plain, kind='name')}>"
        return known


def own_pieces(label: str) -> Iterator[str]:
    """The pieces of a label that are in no public vocabulary and no common words.

    Example:
        >>> list(own_pieces("python clients/trundlefink/report-48213.py <path> prog-3f9a1c"))
        ['trundlefink', '48213']
    """
    found: list[str] = []

    def seen(piece: str) -> str:
        if not is_common(piece):
            found.append(piece)
        return piece

    _replaced(label, seen)
    yield from found


def without_own(text: str) -> str:
    """The text without the pieces of names that are in no public vocabulary and no common words.

    Example:
        >>> without_own("Deploy snorklewick"), without_own("file brief-trundlefink")
        ('Deploy ', 'file brief-')
    """
    return _replaced(text, lambda piece: piece if is_common(piece) else "")


def _replaced(text: str, of: Callable[[str], str]) -> str:
    """The text with each piece of its words given to a function; placeholders, pseudonyms and whole public words are left."""

    def run(match: re.Match[str]) -> str:
        word = match[0]
        if word.startswith("<"):  # that of a draft may be called after something
            inner = _RUN.sub(run, word[1:-1])
            return f"<{inner.replace('<', '').replace('>', '')}>"
        if is_public_word(word):
            return word
        return of(word)

    return " ".join(word if is_pseudonym(word) or _is_public(word) else _RUN.sub(run, word) for word in text.split(" "))


def _is_public(word: str) -> bool:
    return "<" not in word and is_public_word(word)


@lru_cache(maxsize=1 << 14)
def is_common(piece: str) -> bool:
    """Whether a piece of a name is everybody's: common words, and between them capitals or digits alone.

    Example:
        >>> names = ("deploy", "sendInvoice", "md", "L", "week42", "2024", "Margarethe", "sendMargarethe", "4711", "überweisung")
        >>> [piece for piece in names if is_common(piece)]
        ['deploy', 'sendInvoice', 'md', 'L', 'week42', '2024']
    """
    if _is_common_word(piece.lower()):
        return True
    parts = PIECE.findall(piece)
    return "".join(parts) == piece and all(_is_common_word(part.lower()) for part in parts)


def _is_common_word(piece: str) -> bool:
    """Whether letters or digits are a public or common word, an ending, a single letter or a public number."""
    if len(piece) == 1 or piece in SHAPES or piece in TOOL_PREFIXES or piece in EXTENSIONS or is_common_part(piece):
        return True
    return is_public_word(piece) or public().is_piece(piece) or piece in _english()


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    packed = resources.files("fivetimes.redaction").joinpath("english.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split(" "))

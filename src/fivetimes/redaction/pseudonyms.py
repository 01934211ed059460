"""A name or a record's text, and the local key -> the keyed digest that stands for it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from fivetimes.model.events import Kind

# ---- names

_DIGITS = 6  # hexadecimal: 24 bits tell a person's names apart, and leave many candidates for each if the key is lost
_MADE = re.compile(r"(?:prog|script|name|request)-[0-9a-f]{6}")


class Pseudonyms:
    """Keyed, truncated digests of names; the key never leaves the machine.

    Args:
        key: 16 to 64 bytes, kept beside the store.

    Raises:
        ValueError: a key of another size.

    Example:
        >>> names = Pseudonyms(bytes(32))
        >>> names.of("acme-sync", kind="prog") == names.of("acme-sync", kind="prog") != names.of("acme-send", kind="prog")
        True
    """

    def __init__(self, key: bytes) -> None:
        if not 16 <= len(key) <= 64:
            raise ValueError(f"a key for pseudonyms has 16 to 64 bytes, this one {len(key)}: make a new one")
        self._key = key

    def of(self, word: str, *, kind: str) -> str:
        """Return `kind-` and six hexadecimal digits, the same for the same word, kind and key.

        `kind` is prog, script, name or request.
        """
        text = f"{kind}\0{word}".encode("utf-8", "surrogatepass")
        return f"{kind}-{blake2b(text, key=self._key, digest_size=8).hexdigest()[:_DIGITS]}"


def is_pseudonym(label: str) -> bool:
    """Whether a label was made here, and not read in a vocabulary.

    Example:
        >>> is_pseudonym(Pseudonyms(bytes(32)).of("acmectl", kind="prog")), is_pseudonym("git-lfs")
        (True, False)
    """
    return _MADE.fullmatch(label) is not None


# ---- texts that are recognised again

_TAG_BYTES = 5  # 40 bits: among 300,000 words of one history a false equality is expected 0.04 times; decision 72


class Tags:
    """Keyed digests of 40 bits, by which memory recognises a text of which it keeps nothing else.

    Args:
        key: of memory, at most 64 bytes; another one than that of the pseudonyms.

    Example:
        >>> tags = Tags(bytes(32))
        >>> tags("v1.4.2") == tags("v1.4.2") != tags("v1.4.3")
        True
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """The digest of a text; never 0."""
        found = self._known.get(text)
        if found is None:
            digested = blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=_TAG_BYTES).digest()
            found = self._known[text] = int.from_bytes(digested, "big") or 1
        return found


# ---- records


def scalar(value: Any) -> str:
    """Return an argument as one text; a list or an object is content, marked by a leading newline and compared whole.

    Example:
        >>> scalar("a"), scalar(True), scalar([1])
        ('a', 'True', '\\n[1]')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float) or value is None:
        return str(value)
    return "\n" + repr(value)


def canonical(args: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """Return named arguments in an order that does not depend on how they were written down.

    Example:
        >>> canonical({"b": 1, "a": "x"})
        (('a', 'x'), ('b', '1'))
    """
    return tuple(sorted((str(key), scalar(value)) for key, value in (args or {}).items()))


def digest(kind: Kind, text: str, args: Mapping[str, Any] | None, *, key: bytes) -> int:
    """Return 64 bits of BLAKE2b (RFC 7693) under the local key.

    Args:
        kind: of the record.
        text: as its reader yields it.
        args: its named arguments, where it has any.
        key: the local key, at most 64 bytes.

    Example:
        >>> digest(Kind.SHELL, "make", None, key=b"k") == digest(Kind.SHELL, "make test", None, key=b"k")
        False
    """
    named = canonical(args) if args else ()
    record = f"{int(kind)}\0{text}\0{named}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(record, key=key, digest_size=8).digest(), "big")

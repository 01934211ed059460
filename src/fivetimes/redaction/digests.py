"""A record's text -> the keyed digest by which it is recognised when its source is read again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from fivetimes.model import Kind


def scalar(value: Any) -> str:
    """An argument as one text; a list or an object is content, marked by a leading newline and compared whole.

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
    """Named arguments in an order that does not depend on how they were written down.

    Example:
        >>> canonical({"b": 1, "a": "x"})
        (('a', 'x'), ('b', '1'))
    """
    return tuple(sorted((str(key), scalar(value)) for key, value in (args or {}).items()))


def digest(kind: Kind, text: str, args: Mapping[str, Any] | None, *, key: bytes) -> int:
    """64 bits of BLAKE2b under the local key.

    Example:
        >>> digest(Kind.SHELL, "make", None, key=b"k") == digest(Kind.SHELL, "make test", None, key=b"k")
        False
    """
    named = canonical(args) if args else ()
    record = f"{int(kind)}\0{text}\0{named}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(record, key=key, digest_size=8).digest(), "big")

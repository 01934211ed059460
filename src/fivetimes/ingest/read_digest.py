"""What a scan reads, before anything of it is redacted -> a keyed digest, by which a later scan sees that it is the same.

The digest is all that is kept of it: under the local key, one for all sources together, beside the scan that it is of.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import PurePath
from typing import Any

from fivetimes.model.sources import RawBatch


class ReadDigest:
    """A digest that is made while rows go by; its order is theirs.

    Args:
        key: the local key, so that nobody without it can try what was read.

    Example:
        >>> read = ReadDigest(bytes(32))
        >>> [batch.text for batch in read.watched([RawBatch("bash", "h", ["make test"])])]
        [['make test']]
        >>> other = ReadDigest(bytes(32))
        >>> [batch.text for batch in other.watched([RawBatch("bash", "h", ["make", "test"])])]
        [['make', 'test']]
        >>> read.hexdigest() == other.hexdigest()
        False
    """

    def __init__(self, key: bytes) -> None:
        self._made = blake2b(key=key, digest_size=16)
        self._whole = True
        self.origins: set[str] = set()

    def watched(self, batches: Iterable[RawBatch]) -> Iterator[RawBatch]:
        """The batches, each of them digested before it is given."""
        for batch in batches:
            self.origins.add(batch.origin)
            self.add(batch)
            yield batch

    def add(self, value: Any) -> None:
        """Digest a value: records, and what JSON has, with paths, sets and arrays."""
        try:
            text = _bytes_of(value)
        except (TypeError, ValueError, RecursionError):  # a plug-in's rows may hold what we cannot write down
            self._whole = False
            return
        self._made.update(b"%d " % len(text))
        self._made.update(text)

    def hexdigest(self) -> str:
        """The digest of all that went by; empty where something of it could not be digested."""
        return self._made.hexdigest() if self._whole else ""


def _bytes_of(value: Any) -> bytes:
    import msgspec  # here, as in `store`: the help does without it

    try:
        return msgspec.msgpack.encode(value, enc_hook=_plain)
    except (UnicodeEncodeError, OverflowError):  # bytes that are no UTF-8 (half a surrogate), or a very long number
        return json.dumps(msgspec.to_builtins(value, enc_hook=_plain, str_keys=True)).encode()


def _plain(value: object) -> Any:
    """What msgspec does not know itself, as what it knows."""
    if isinstance(value, range):
        return ["range", value.start, value.stop, value.step]
    if isinstance(value, array):
        return [value.typecode, value.tobytes()]
    if isinstance(value, PurePath):
        return str(value)
    # an array or a scalar of numpy; by its method, because what only reads does not load numpy
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be digested")

"""An unknown name and a local key -> the pseudonym that stands for it."""

import re
from hashlib import blake2b

_DIGITS = 6  # hexadecimal: 24 bits tell a person's names apart, and leave many candidates for each if the key is lost
_MADE = re.compile(r"(?:prog|script|name)-[0-9a-f]{6}")


class Pseudonyms:
    """Keyed, truncated digests of names; the key never leaves the machine.

    Args:
        key: 16 to 64 bytes, kept beside the store.

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
        """Return `kind-` and six hexadecimal digits, the same for the same word, kind and key."""
        text = f"{kind}\0{word}".encode("utf-8", "surrogatepass")
        return f"{kind}-{blake2b(text, key=self._key, digest_size=8).hexdigest()[:_DIGITS]}"


def is_pseudonym(label: str) -> bool:
    """Whether a label was made here, and not read in a vocabulary.

    Example:
        >>> is_pseudonym(Pseudonyms(bytes(32)).of("acmectl", kind="prog")), is_pseudonym("git-lfs")
        (True, False)
    """
    return _MADE.fullmatch(label) is not None

"""Requests in words -> the names of their groups: equal and nearly equal ones have one, with no word of them in it (`Requests`).

People ask an agent for the same thing again in slightly other words. Two requests are one if most of their short pieces are the
same (shingles, compared by MinHash with banding: A. Broder, On the resemblance and containment of documents, 1997; Leskovec,
Rajaraman and Ullman, Mining of Massive Datasets, chapter 3). All is done on digests under the local key, in memory; nothing of it
is kept.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from fivetimes.redaction import Pseudonyms

_SHINGLE = 5  # characters: the length that chapter 3 gives for short texts such as mail
_LONGEST = 4_000  # characters of a request that are compared; behind so many somebody has pasted something
# Share of the pieces of both that must be the same. With words of five letters a word more in a sentence of four or more leaves
# more than that, another word in the place of one in a sentence of up to nine leaves less: that is another request.
_ALIKE = 0.7
# A pair that is so alike is missed by all bands once in a million times; of pairs that are half alike most are compared.
_BANDS, _ROWS = 50, 4

# Groups with a band in common that are compared, those with most of them first; more have it where all requests begin with the same
# long text, and then it says nothing of any of them.
_COMPARED = 100
_MIXED = np.uint64(0xFF51AFD7ED558CCD)  # the first factor of MurmurHash3's last step, which is in the public domain

_BLANKS, _NUMBERS = re.compile(r"\s+"), re.compile(r"\d+(?:[.,:/-]\d+)*")

_Digests = npt.NDArray[np.uint64]


class Requests:
    """Names requests by the groups that they are in; the first one of a group names it.

    Args:
        key: the local key.

    Example:
        >>> requests = Requests(bytes(32))
        >>> first = requests.of("Please release version 1.2 of the site.")
        >>> requests.of("please release version 1.3 of the site") == first, requests.of("draft the newsletter") == first
        (True, False)
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._pseudonyms = Pseudonyms(key)
        generator = np.random.default_rng(list(blake2b(key, digest_size=32).digest()))
        # a sum of characters, each times its own random number, is a universal hash of a piece (Carter and Wegman, 1979)
        self._weights = generator.integers(1, 2**63, _SHINGLE, dtype=np.uint64)
        # multiply-and-shift (Dietzfelbinger and others, 1997): odd factors make each one a permutation of 64 bits
        self._factors = generator.integers(0, 2**63, _BANDS * _ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        self._numbers = generator.integers(0, 2**63, _BANDS, dtype=np.uint64)
        self._names: dict[bytes, str] = {}  # of whole texts
        self._groups: list[tuple[str, _Digests]] = []
        self._at: dict[int, list[int]] = defaultdict(list)  # groups with the same band

    def of(self, text: str) -> str:
        """The name of the group that a request is most like; it is a new one if none is equal or nearly equal."""
        plain = _plain(text)
        whole = self._digest(plain)
        if whole not in self._names:
            self._names[whole] = self._group(plain)
        return self._names[whole]

    def _group(self, plain: str) -> str:
        pieces = self._pieces(plain)
        bands = self._bands(pieces)
        common = Counter(number for band in bands for number in self._at.get(band, ()))
        near = [number for number, _ in common.most_common(_COMPARED)]
        shares = [(_share(pieces, self._groups[number][1]), -number) for number in near]
        share, number = max(shares, default=(0.0, 0))
        if share >= _ALIKE:
            return self._groups[-number][0]
        name = self._pseudonyms.of(plain, kind="request")
        for band in bands:
            if len(self._at[band]) < _COMPARED:
                self._at[band].append(len(self._groups))
        self._groups.append((name, pieces))
        return name

    def _pieces(self, plain: str) -> _Digests:
        """The digests of all pieces of so many characters, each once, in order; of a shorter text there is one."""
        written = plain[:_LONGEST].ljust(_SHINGLE, "\0").encode("utf-32-le", "surrogatepass")
        letters = np.frombuffer(written, dtype="<u4").astype(np.uint64) + np.uint64(1)
        found = (np.lib.stride_tricks.sliding_window_view(letters, _SHINGLE) * self._weights).sum(
            axis=1, dtype=np.uint64
        )
        found = (found ^ (found >> np.uint64(33))) * _MIXED  # what the highest bits say reaches all others
        return np.unique(found ^ (found >> np.uint64(29)))

    def _bands(self, pieces: _Digests) -> list[int]:
        """A number for each band: the least digests of its permutations, and which band it is."""
        least = (self._factors[:, None] * pieces).min(axis=1).reshape(_BANDS, _ROWS)
        bands: list[int] = ((least * self._weights[:_ROWS]).sum(axis=1, dtype=np.uint64) + self._numbers).tolist()
        return bands

    def _digest(self, text: str) -> bytes:
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=8).digest()


def _plain(text: str) -> str:
    """A request without what may differ in it: case, blanks, numbers, and the signs at its end."""
    return _NUMBERS.sub("0", _BLANKS.sub(" ", text.casefold())).strip(" .!?")


def _share(first: _Digests, second: _Digests) -> float:
    """The share of the pieces of two requests that both have (their Jaccard index)."""
    both = len(np.intersect1d(first, second, assume_unique=True))
    return both / (len(first) + len(second) - both)

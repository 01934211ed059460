"""An SQLite file and what its program has not yet moved into it (`-wal`, `-journal`) -> the whole database, in memory.

Why by hand (docs/decisions/0023): opened the usual way, a database in use would be written to; copied together with its log, every
command in it would be in one more file. So the two are put together here, as SQLite does it.

Source: the database file format, sections 3 (rollback journal) and 4 (write-ahead log), sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fivetimes.errors import ReadError
from fivetimes.ingest.formats.budget import more

_Words = npt.NDArray[np.uint32]

_WAL = {0x377F0682: "<u4", 0x377F0683: ">u4"}  # how a log begins -> the words that its sums are made of
_WAL_HEAD, _FRAME_HEAD = 32, 24  # bytes
_JOURNAL = bytes.fromhex("d9d505f920a163d7")
_SECTORS = range(32, 65_537)  # bytes; a journal with another size is none
_SIZES = frozenset(1 << power for power in range(9, 17))  # bytes of a page
_MOST = 1 << 30  # bytes of both together
# what a log's two sums become, with each pair of words, of themselves and of the pair
_OF_SUMS = np.array([[1, 1], [1, 2]], dtype=np.uint32)
_OF_PAIR = np.array([[1, 0], [1, 1]], dtype=np.uint32)
_COUNTED = 200  # bytes between those of a page that its sum in a journal counts


def together(path: Path) -> bytes | None:
    """Return the database with what lies beside it put in, None where nothing does; in memory only, no file is touched.

    A commit that did not come to its end is left out, as SQLite does.

    Raises:
        ReadError: both together are too large, or one of them cannot be read.
    """
    try:
        return _put_together(path)
    except OSError as error:  # the program may have taken its log away in this very moment
        raise ReadError(
            f"{path}: what lies beside it cannot be read ({error.strerror}). Scan again, or leave it out."
        ) from error


def _put_together(path: Path) -> bytes | None:
    for ending, put_in in _BESIDE.items():
        beside = path.with_name(path.name + ending)
        if beside.is_file() and beside.stat().st_size:
            size = path.stat().st_size + beside.stat().st_size
            if size > _MOST or not more(size):
                raise ReadError(
                    f"{path}: it is in use and too large to be put together with {beside.name}. Close the program that uses it."
                )
            database = bytearray(path.read_bytes())
            put_in(database, beside.read_bytes())
            database[18:20] = b"\1\1"  # it has no log any more
            return bytes(database)
    return None


def _from_log(database: bytearray, log: bytes) -> None:
    """Put in the pages of a write-ahead log, up to the last commit that is whole.

    Frames of an earlier log have another salt; one that was being written when the machine stopped has another sum.
    """
    if len(log) < _WAL_HEAD:
        return
    magic, _, size, _, *salt = struct.unpack(">6I", log[:24])
    if magic not in _WAL or size not in _SIZES:
        return
    sums, weights = np.frombuffer(log[24:_WAL_HEAD], dtype=">u4").astype(np.uint32), _weights(2 + size // 4)
    waiting: dict[int, bytes] = {}
    for at in range(_WAL_HEAD, len(log) - _FRAME_HEAD - size + 1, _FRAME_HEAD + size):
        number, pages, *check = struct.unpack(">6I", log[at : at + _FRAME_HEAD])
        page = log[at + _FRAME_HEAD : at + _FRAME_HEAD + size]
        if check[:2] != salt or not number:
            return
        words = np.frombuffer(log[at : at + 8] + page, dtype=_WAL[magic]).astype(np.uint32)
        sums = weights[0] @ sums + weights[1] @ words
        if check[2:] != sums.tolist():
            return
        waiting[number] = page
        if pages:
            _put(database, waiting, size=size, pages=pages)
            waiting = {}


@lru_cache(maxsize=len(_SIZES))
def _weights(words: int) -> tuple[_Words, _Words]:
    """What a log's sums take of the sums before and of each word: SQLite goes from pair to pair, and all of it is linear."""
    of_sums, of_words = np.eye(2, dtype=np.uint32), np.empty((2, words), dtype=np.uint32)
    for at in range(words - 2, -1, -2):
        of_words[:, at : at + 2] = of_sums @ _OF_PAIR
        of_sums = of_sums @ _OF_SUMS
    return of_sums, of_words


def _from_journal(database: bytearray, journal: bytes) -> None:
    """Put back the pages as they were before a change that did not come to its end."""
    at, size, first = 0, 0, 0
    before: dict[int, bytes] = {}
    while journal[at : at + 8] == _JOURNAL and len(journal) >= at + 28:
        count, nonce, pages, sector, size = struct.unpack(">5I", journal[at + 8 : at + 28])
        if size not in _SIZES or sector not in _SECTORS:
            return
        first = first or pages
        at += sector
        ended = len(journal) if count == 0xFFFFFFFF else at + count * (size + 8)
        while at + size + 8 <= min(ended, len(journal)):
            (number,), page = struct.unpack(">I", journal[at : at + 4]), journal[at + 4 : at + 4 + size]
            if journal[at + 4 + size : at + 8 + size] != _sum(page, nonce).to_bytes(4, "big"):
                break
            before.setdefault(number, page)
            at += size + 8
        at = -(-at // sector) * sector
    if size and first:
        _put(database, before, size=size, pages=first)


def _sum(page: bytes, nonce: int) -> int:
    return (nonce + sum(page[at] for at in range(len(page) - _COUNTED, 0, -_COUNTED))) & 0xFFFFFFFF


def _put(database: bytearray, found: Mapping[int, bytes], *, size: int, pages: int) -> None:
    """Write pages where they belong, and make the database as long as its header has it."""
    most = len(database) // size + len(found)  # no honest number is larger, and a hostile one would fill the memory
    length = min(pages, most) * size
    database[length:] = b""
    database.extend(bytes(length - len(database)))
    for number, page in found.items():
        if 0 < number <= length // size:
            database[(number - 1) * size : number * size] = page


_BESIDE: Mapping[str, Callable[[bytearray, bytes], None]] = {"-wal": _from_log, "-journal": _from_journal}

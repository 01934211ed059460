"""A file of bytes -> blocks of whole records; what is written of a moment -> the moment."""

from __future__ import annotations

import math
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np

from fivetimes.config import BLOCK_BYTES, LONGEST_BYTES
from fivetimes.errors import ReadError
from fivetimes.ingest.compressed import zstd
from fivetimes.model import Bytes

NAN = math.nan
_LATEST = 1e11  # seconds since the epoch; a larger number counts smaller units


# ---- bytes


def blocks(path: Path, cut: Callable[[bytes], int]) -> Iterator[bytes]:
    """Yield a file in blocks that end where a record ends, without a byte order mark.

    Args:
        path: an ordinary file.
        cut: position behind the last whole record of some bytes, 0 if none is whole.

    Raises:
        ReadError: it cannot be opened or read, or is no ordinary file.
    """
    rest, begun = b"", False
    try:
        with _opened(path) as file:
            # reading as much again as is left over keeps the work linear when one record is huge
            while fresh := file.read(max(BLOCK_BYTES, len(rest))):
                block = rest + fresh if begun else (rest + fresh).removeprefix(b"\xef\xbb\xbf")
                begun = True
                end = cut(block) or (len(block) if len(block) > LONGEST_BYTES else 0)
                rest = block[end:]
                if end:
                    yield block[:end]
    except OSError as error:
        raise ReadError(f"{path}: it cannot be read ({error.strerror}). Let it be read, or leave it out.") from error
    if rest:
        yield rest


def after_newline(block: bytes) -> int:
    """Position behind the last line that is finished.

    Example:
        >>> after_newline(b"ls\\ncd")
        3
    """
    return block.rfind(b"\n") + 1


def decode(block: bytes) -> str:
    """Bytes as text; what is not UTF-8 is kept as surrogates, line ends become LF.

    Example:
        >>> decode(b"caf\\xe9\\r\\n")
        'caf\\udce9\\n'
    """
    text = block.decode("utf-8", "surrogateescape")
    return text.replace("\r\n", "\n") if "\r" in text else text  # one character is found much faster than two


def heads(text: str, width: int) -> Bytes:
    r"""The first bytes of each line of a text, a column for each line; behind the text all is newline.

    Example:
        >>> heads("ls\n# x", 3).T.tolist()
        [[108, 115, 10], [35, 32, 120]]
    """
    written = text.encode("utf-8", "surrogatepass")
    places = np.frombuffer(written + b"\n" * width, dtype=np.uint8)
    begins = np.append(0, np.flatnonzero(places[: len(written)] == ord("\n")) + 1)
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(places, width)[begins].T)


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise ReadError(f"{path}: this is a folder, and a file is needed. Name the file in it.")
    if not stat.S_ISREG(mode):
        raise ReadError(f"{path}: this is no ordinary file. Copy what it holds into one, and name that.")
    return zstd(path) if path.suffix == ".zst" else path.open("rb")


# ---- moments

_DIGITS = re.compile(r"[0-9]{9,19}(?:\.[0-9]+)?")
_LOOSE = re.compile(
    r"([0-9-]+)[ T]+([0-9:.,]+) *(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?"
)  # a space where ISO 8601 has none


def moment(value: object) -> tuple[float, float]:
    """A recorded time as (seconds since the epoch, minutes east of UTC), NaN for what is unknown.

    Text is ISO 8601; a text without a zone is taken as UTC. A number counts seconds, or milli-, micro- or nanoseconds
    where it is too large for that. `Z` says when it was, not where: the offset stays unknown.

    Raises:
        ValueError: it is no time.

    Example:
        >>> moment("2026-11-20T09:00:00+01:00")
        (1795161600.0, 60.0)
        >>> moment(1795161600000)
        (1795161600.0, nan)
    """
    if value is None or value == "":
        return NAN, NAN
    seconds, offset = _written(value) if isinstance(value, str) else (_counted(value), NAN)
    if not 1 <= seconds < _LATEST:
        raise ValueError("out of range")
    return seconds, offset


def instant(value: object) -> float:
    """The seconds of `moment` alone, NaN for what is unknown.

    Raises:
        ValueError: it is no time.

    Example:
        >>> instant("2026-11-20T09:00:00.5Z")
        1795165200.5
    """
    try:
        when = datetime.fromisoformat(value)  # type: ignore[arg-type]  # a TypeError says so too
    except (TypeError, ValueError):
        return moment(value)[0]
    if when.tzinfo is UTC:  # as transcripts have it, line for line
        seconds = when.timestamp()
        if 1 <= seconds < _LATEST:
            return seconds
    return moment(value)[0]


def _written(value: str) -> tuple[float, float]:
    if value[-1] == "Z" and value[10:11] == "T":  # the commonest form, taken the shortest way
        return datetime.fromisoformat(value).timestamp(), NAN
    text = value.strip()
    if _DIGITS.fullmatch(text):
        return _counted(text), NAN
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        found = _LOOSE.fullmatch(text)
        if found is None:
            raise
        text = f"{found[1]}T{found[2]}{(found[3] or '').replace('UTC', 'Z').replace('GMT', 'Z')}"
        when = datetime.fromisoformat(text)
    offset = when.utcoffset()
    if offset is None:
        return when.replace(tzinfo=UTC).timestamp(), NAN
    return when.timestamp(), NAN if text[-1] in "Zz" else offset.total_seconds() / 60


def _counted(value: object) -> float:
    seconds = number(value)
    while _LATEST <= seconds < _LATEST * 1e9:
        seconds /= 1000
    return seconds


def number(value: object) -> float:
    """A finite number, written as such or as text; NaN where there is none.

    Raises:
        ValueError: it is something else.

    Example:
        >>> number("2.5"), number(None)
        (2.5, nan)
    """
    if value is None or value == "":
        return NAN
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("no number")
    try:
        found = float(value)
    except OverflowError as error:
        raise ValueError("out of range") from error
    if not math.isfinite(found):
        raise ValueError("out of range")
    return found

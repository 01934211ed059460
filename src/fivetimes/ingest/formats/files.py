"""A path -> its bytes in blocks of whole records, or each file of a folder: what every reader has in common.

Also files compressed with Zstandard, where something that can decompress them is installed.
"""

from __future__ import annotations

import importlib
import logging
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from errno import EIO
from io import RawIOBase
from itertools import takewhile
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from fivetimes.columns import Bytes
from fivetimes.config import BLOCK_BYTES, LONGEST_BYTES
from fivetimes.errors import ReadError
from fivetimes.ingest.formats.budget import more
from fivetimes.model.sources import Balance, RawBatch, Source

logger = logging.getLogger(__name__)

_LOOKED_AT = 4 << 20  # bytes of a first line; transcripts begin with one that is some hundred kB long at most


def beginning(path: Path) -> bytes:
    """The first whole lines of a file, some hundred of them mostly; of a first line that is very long, its beginning.

    Raises:
        ReadError: it cannot be opened or read, or is no ordinary file.
    """
    return next(blocks(path, after_newline, longest=_LOOKED_AT), b"")


def blocks(path: Path, cut: Callable[[bytes], int], *, longest: int = LONGEST_BYTES) -> Iterator[bytes]:
    """Yield a file in blocks that end where a record ends, without a byte order mark.

    Args:
        path: an ordinary file.
        cut: position behind the last whole record of some bytes, 0 if none is whole.
        longest: bytes from which on a record is cut.

    Raises:
        ReadError: it cannot be opened or read, or is no ordinary file.
    """
    rest, begun = b"", False
    try:
        with _opened(path) as file:
            # reading as much again as is left over keeps the work linear when one record is huge
            while fresh := file.read(max(BLOCK_BYTES, len(rest))):
                if not more(len(fresh)):
                    return  # what is left of the block is no whole record
                block = rest + fresh if begun else (rest + fresh).removeprefix(b"\xef\xbb\xbf")
                begun = True
                end = cut(block) or (len(block) if len(block) > longest else 0)
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
    bytes_ = np.frombuffer(written + b"\n" * width, dtype=np.uint8)
    begins = np.append(0, np.flatnonzero(bytes_[: len(written)] == ord("\n")) + 1)
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(bytes_, width)[begins].T)


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise ReadError(f"{path}: this is a folder, and a file is needed. Name the file in it.")
    if not stat.S_ISREG(mode):
        raise ReadError(f"{path}: this is no ordinary file. Copy what it holds into one, and name that.")
    return zstd(path) if path.suffix == ".zst" else path.open("rb")


# ---- a folder of files


def each_file(
    source: Source,
    balance: Balance,
    pattern: str,
    read: Callable[[Source, Balance], Iterator[RawBatch]],
    *,
    copies: str = "\0",
) -> Iterator[RawBatch]:
    """Read a file, or all files below a folder whose names fit; one that cannot be read is counted and passed over.

    Args:
        source: the file or folder.
        balance: its account.
        pattern: names of files, with `|` between several.
        read: reads one of them.
        copies: an ending whose files are left out where the same file stands beside them without it.

    Raises:
        ReadError: there is no such file or folder, or nothing in it that fits.
    """
    if not source.path.is_dir():
        yield from read(source, balance)
        return
    below = takewhile(lambda _: more(), source.path.rglob("*"))
    fitting = {path for path in below if any(map(path.match, pattern.split("|")))}
    paths = sorted(path for path in fitting if not path.name.endswith(copies) or path.with_suffix("") not in fitting)
    if not paths:
        wanted = " or ".join(pattern.split("|"))
        raise ReadError(
            f"{source.path}: there is no transcript or history ({wanted}) in it. Name the folder that holds them."
        )
    yield from each_of(source, balance, paths, read)


def each_of(
    source: Source, balance: Balance, paths: Iterable[Path], read: Callable[[Source, Balance], Iterator[RawBatch]]
) -> Iterator[RawBatch]:
    """Read some files below a folder; one that cannot be read is counted and passed over.

    Args:
        source: the folder.
        balance: its account.
        paths: the files.
        read: reads one of them.
    """
    for path in paths:
        if not more():
            return
        if path in source.skip:
            continue
        origin = f"{source.origin}/{path.relative_to(source.path).as_posix()}"
        try:
            yield from read(replace(source, path=path, origin=origin), balance)
        except ReadError as error:
            logger.warning("%s", error)
            balance.records += 1
            balance.bad["unreadable file"] += 1


# ---- compressed


def zstd(path: Path) -> AbstractContextManager[BinaryIO]:
    """Open a compressed file as the bytes in it: by the standard library (Python 3.14), or else by pyarrow.

    Raises:
        ReadError: neither is there.
    """
    for way in (_standard, _arrow):
        try:
            return cast(AbstractContextManager[BinaryIO], _Checked(way(path)))
        except ImportError:
            continue
    raise ReadError(
        f"{path}: it is compressed, and nothing here can decompress it. Install what can: pip install 'fivetimes[parquet]'"
    )


class _Checked(RawIOBase):
    """A decompressor for which damage is what it is for any file: an OSError with a reason."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def read(self, size: int = -1) -> bytes:
        try:
            return bytes(self.inner.read(size))
        except Exception as error:  # each library has exceptions of its own for damage
            raise OSError(EIO, "damaged compression") from error

    def close(self) -> None:
        self.inner.close()
        super().close()


def _standard(path: Path) -> Any:
    return importlib.import_module("compression.zstd").open(path, "rb")


def _arrow(path: Path) -> Any:
    import pyarrow

    return pyarrow.input_stream(str(path), compression="zstd")

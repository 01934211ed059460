"""A file compressed with Zstandard -> its bytes, where something that can decompress it is installed."""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager
from errno import EIO
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast

from fivetimes.errors import ReadError


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

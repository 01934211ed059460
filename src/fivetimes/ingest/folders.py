"""A source that is one file or a folder of many -> each file of it, read as a source of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

from fivetimes.errors import ReadError
from fivetimes.model import Balance, RawBatch, Source

logger = logging.getLogger(__name__)


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
    fitting = {path for path in source.path.rglob("*") if any(map(path.match, pattern.split("|")))}
    paths = sorted(path for path in fitting if not path.name.endswith(copies) or path.with_suffix("") not in fitting)
    if not paths:
        wanted = " or ".join(pattern.split("|"))
        raise ReadError(
            f"{source.path}: there is no transcript or history ({wanted}) in it. Name the folder that holds them."
        )
    for path in paths:
        origin = f"{source.origin}/{path.relative_to(source.path).as_posix()}"
        try:
            yield from read(replace(source, path=path, origin=origin), balance)
        except ReadError as error:
            logger.warning("%s", error)
            balance.records += 1
            balance.bad["unreadable file"] += 1

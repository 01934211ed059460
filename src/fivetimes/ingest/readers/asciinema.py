"""A terminal recording of asciinema that holds the keys (`--stdin`) -> RawBatch."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from fivetimes.ingest.base import ReaderSpec, Signature
from fivetimes.ingest.formats.files import after_newline, blocks
from fivetimes.ingest.formats.text_history import Entries, batches
from fivetimes.ingest.formats.values import NAN
from fivetimes.model.sources import Balance, RawBatch, Source

_EDITED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_RUBS_OUT = "\x08\x7f"


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the lines that were typed, without times: keys are no commands, and a pause may lie anywhere in them.

    A line on which more was done than typing and rubbing out (arrows, tab, a recall) is counted as bad: the keys do not
    say what became of it.
    """
    return batches(source, balance, _entries(source.path, balance), keeps_repeats=True)


def _entries(path: Path, balance: Balance) -> Iterator[Entries]:
    keys: list[str] = []
    begun = number = 0
    for block in blocks(path, after_newline):
        texts, lines = [], []
        for row in block.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n"):
            number += 1
            *ended, begins = re.split("[\r\n]", _keys(row))
            for piece in ended:
                texts.append("".join((*keys, piece)))
                lines.append(begun if keys else number)
                keys.clear()
            if begins:
                begun = begun if keys else number
                keys.append(begins)
        yield _typed(texts, lines, balance)
    if keys:
        balance.records += 1
        balance.held_back += 1


def _keys(row: str) -> str:
    try:
        event = json.loads(row) if row.startswith("[") else None
    except (ValueError, RecursionError):
        return ""
    if not (isinstance(event, list) and len(event) == 3 and event[1] == "i" and isinstance(event[2], str)):
        return ""
    return event[2].encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")


def _typed(texts: list[str], lines: list[int], balance: Balance) -> Entries:
    rubbed = [_without_rubbed_out(text) if any(key in text for key in _RUBS_OUT) else text for text in texts]
    known = [(text, line) for text, line in zip(rubbed, lines, strict=True) if not _EDITED.search(text)]
    if edited := len(texts) - len(known):
        balance.records += edited
        balance.bad["edited on the line"] += edited
    return Entries([text for text, _ in known], [line for _, line in known], [NAN] * len(known))


def _without_rubbed_out(text: str) -> str:
    kept: list[str] = []
    for key in text:
        if key not in _RUBS_OUT:
            kept.append(key)
        elif kept:
            kept.pop()
    return "".join(kept)


READER = ReaderSpec("asciinema", read, Signature(record=lambda record: {"version", "width", "height"} <= record.keys()))

"""Text that may be JSON, from anybody -> objects, or a few words on why it is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import orjson

from fivetimes.config import DEEPEST, LONGEST_DOCUMENT
from fivetimes.errors import ReadError
from fivetimes.model import Balance
from fivetimes.readers.lines import after_newline, blocks


def json_records(path: Path, balance: Balance, *, prefix: bytes = b"") -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line from 1, object) for the lines of a JSONL file; every other line is counted in `balance`.

    A `prefix` before the object is passed over. An unfinished last line that does not parse is held back: a live log is
    still writing it.
    """
    number = 0
    for block in blocks(path, after_newline):
        *rows, unfinished = block.split(b"\n")
        for row in rows:
            number += 1
            record = json_object(row.removeprefix(prefix))
            if isinstance(record, dict):
                yield number, record
            else:
                _count(balance, record)
        if unfinished:
            number += 1
            record = json_object(unfinished.removeprefix(prefix))
            if isinstance(record, dict):
                yield number, record
            else:
                balance.records += 1
                balance.held_back += 1


def _count(balance: Balance, reason: str) -> None:
    balance.records += 1
    (balance.ignored if reason == "empty line" else balance.bad)[reason] += 1


def json_document(path: Path) -> dict[str, Any]:
    """The one JSON object that a file holds.

    Raises:
        ReadError: it cannot be read, holds something else, or is too large to be read whole.
    """
    whole = bytearray()
    for block in blocks(path, len):
        whole += block
        if len(whole) > LONGEST_DOCUMENT:
            raise ReadError(f"{path}: too large to be read whole. Split it, or leave it out.")
    record = json_object(bytes(whole))
    if isinstance(record, str):
        raise ReadError(f"{path}: {record}. Export it again, or leave it out.")
    return record


def json_object(written: str | bytes) -> dict[str, Any] | str:
    """Parse one JSON object, or say in a few words why it is none. Never raises, however hostile the text.

    Example:
        >>> json_object('{"skill": "draft"}')
        {'skill': 'draft'}
        >>> json_object('{"skill": NaN}')
        'not JSON'
        >>> json_object('[' * 100_000)
        'nested too deeply'
    """
    try:
        record = orjson.loads(written)
    except orjson.JSONDecodeError:
        record = _patiently(written if isinstance(written, str) else written.decode("utf-8", "surrogateescape"))
        if isinstance(record, str):
            return record
    if not isinstance(record, dict):
        return "no object"
    brackets = _BRACKETS if isinstance(written, bytes) else _CHARACTERS
    if written.count(brackets[0]) + written.count(brackets[1]) > DEEPEST and _depth(record) > DEEPEST:  # type: ignore[arg-type]
        return "nested too deeply"
    return record


def _patiently(text: str) -> object:
    """By the standard library, which takes what orjson refuses: bytes that are no UTF-8, and halves of surrogate pairs."""
    if not text.strip():
        return "empty line"
    try:
        record = _DECODER.decode(text)
        if "\\ud" in text or "\\uD" in text:
            record = _DECODER.decode(_sound(record))
    except RecursionError:
        return "nested too deeply"
    except ValueError:
        return "not JSON"
    return "no object" if isinstance(record, str) else record


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_BRACKETS, _CHARACTERS = (b"{", b"["), ("{", "[")
_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _sound(record: object) -> str:
    # an escaped half of a surrogate pair cannot be encoded again; as the bytes that it stands for it can
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")


def _depth(record: object) -> int:
    level, depth = [record], 0
    while level:
        depth += 1
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
    return depth

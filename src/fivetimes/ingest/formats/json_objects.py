"""Text that may be JSON, from anybody -> objects, or a few words on why it is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import orjson

from fivetimes.config import DEEPEST, LONGEST_DOCUMENT, MOST_VALUES
from fivetimes.errors import ReadError
from fivetimes.ingest.formats.files import after_newline, blocks
from fivetimes.model.sources import Balance


def json_records(
    path: Path, balance: Balance, *, parse: Callable[[bytes], object] | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line from 1, object) for the lines of a JSONL file; every other line is counted in `balance`.

    An unfinished last line that does not parse is held back: a live log is still writing it.

    Args:
        path: the file.
        balance: its account.
        parse: makes an object of a line in a quicker way than `json_object`, which is asked where it cannot. What is handed
            on of an object then needs `too_deep`.
    """
    number, parse = 0, parse or json_object
    for block in blocks(path, after_newline):
        rows = block.split(b"\n")
        finished = number + len(rows) - 1
        for row in rows if rows[-1] else rows[:-1]:
            number += 1
            try:
                record = None if too_many_values(row) else parse(row)
            except ValueError:
                record = None
            if not isinstance(record, dict):
                record = json_object(row)
            if isinstance(record, dict):
                yield number, record
            elif number > finished:
                balance.records += 1
                balance.held_back += 1
            else:
                _count(balance, record)


def _count(balance: Balance, reason: str) -> None:
    balance.records += 1
    (balance.ignored if reason == "empty line" else balance.bad)[reason] += 1


def json_document(path: Path) -> dict[str, Any]:
    """The one JSON object that a file holds.

    Raises:
        ReadError: it cannot be read, holds something else, or is too large to be read whole.
    """
    record = json_object(_whole(path))
    if isinstance(record, str):
        raise ReadError(f"{path}: {record}. Export it again, or leave it out.")
    return record


def json_list(path: Path) -> list[object]:
    """The one JSON list that a file holds.

    Raises:
        ReadError: it cannot be read, holds something else, or is too large to be read whole.
    """
    # as the value of an object the list has the same checks as any other document
    record = json_object(b'{"list":' + _whole(path).strip() + b"}")
    found = record.get("list") if isinstance(record, dict) and len(record) == 1 else None
    if not isinstance(found, list):
        reason = record if isinstance(record, str) else "no list"
        raise ReadError(f"{path}: {reason}. Export it again, or leave it out.")
    return found


def _whole(path: Path) -> bytes:
    whole = bytearray()
    for block in blocks(path, len):
        whole += block
        if len(whole) > LONGEST_DOCUMENT:
            raise ReadError(f"{path}: too large to be read whole. Split it, or leave it out.")
    return bytes(whole)


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
    if too_many_values(written):
        return "too many values"
    try:
        record = orjson.loads(written)
    except orjson.JSONDecodeError:
        record = _patiently(written if isinstance(written, str) else written.decode("utf-8", "surrogateescape"))
        if isinstance(record, str):
            return record
    if not isinstance(record, dict):
        return "no object"
    if len(written) <= 2 * DEEPEST:
        return record
    opening = _BRACKETS if isinstance(written, bytes) else _CHARACTERS
    many = written.count(opening[0]) + written.count(opening[1]) > DEEPEST  # type: ignore[arg-type]
    return "nested too deeply" if many and too_deep(record) else record


def too_many_values(written: str | bytes | bytearray) -> bool:
    """Whether a text of JSON may hold more values than are held at once: each begins it, or stands behind one of four signs.

    Example:
        >>> too_many_values("[0]"), too_many_values("[" + "{}," * 1_000_000 + "0]")
        (False, True)
    """
    if len(written) <= MOST_VALUES:
        return False
    signs = sum(map(written.count, _SIGNS)) if isinstance(written, str) else sum(map(written.count, _SIGNS.encode()))
    return signs > MOST_VALUES


def too_deep(record: Mapping[str, object]) -> bool:
    """Whether an object has more levels than anything that people write by hand or by program.

    Example:
        >>> too_deep({"paths": ["a", "b"]})
        False
    """
    level = [value for value in record.values() if isinstance(value, _NESTING)]
    depth = 1
    while level and depth <= DEEPEST:
        depth += 1
        inner: Iterator[object] = chain.from_iterable(
            value.values() if isinstance(value, dict) else value for value in level
        )
        level = [value for value in inner if isinstance(value, _NESTING)]
    return depth > DEEPEST


def _patiently(text: str) -> dict[str, Any] | str:
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
    return record if isinstance(record, dict) else "no object"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_SIGNS = ",:[{"
_BRACKETS, _CHARACTERS = (b"{", b"["), ("{", "[")
_NESTING = (dict, list)
_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _sound(record: object) -> str:
    # an escaped half of a surrogate pair cannot be encoded again; as the bytes that it stands for it can
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")

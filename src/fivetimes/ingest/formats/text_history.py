"""A text history -> RawBatch: what the histories of shells and consoles have in common.

Commands are written in three forms: one a line; a line with the time before each (bash, tcsh); lines that go on where a mark
stands at their end (zsh, PowerShell, Python).
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, compress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fivetimes import shell
from fivetimes.columns import Bools, Bytes, Floats, Ints
from fivetimes.config import BATCH_ROWS, ONCE_ENTRIES
from fivetimes.ingest.formats.files import after_newline, blocks, decode, heads
from fivetimes.ingest.formats.values import NAN
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport


@dataclass(frozen=True, slots=True)
class Entries:
    """Some entries of a history, in its order: the command, the line where its text starts, seconds since the epoch."""

    texts: Sequence[str]
    lines: Sequence[int]
    times: Sequence[float]
    durations: Sequence[float] | None = None  # seconds


def moments(seconds: Floats) -> Sequence[float]:
    """Seconds since the epoch as a column of a batch; 0 is what writers put where they know no time."""
    return packed(np.where(seconds < 1, NAN, seconds))


def packed(numbers: npt.NDArray[Any]) -> Sequence[Any]:
    """An array of numbers as a sequence that makes an object of a number only where somebody looks at it.

    Example:
        >>> import numpy as np
        >>> packed(np.array([1.5, 2.0]))
        array('d', [1.5, 2.0])
    """
    return array(numbers.dtype.char, numbers.tobytes())


def batches(
    source: Source, balance: Balance, found: Iterable[Entries], *, keeps_repeats: bool, hidden: str | None = " "
) -> Iterator[RawBatch]:
    """Yield what is to be read of a history, and account for the rest.

    Args:
        source: the history.
        balance: its account; one record per entry.
        found: its entries.
        keeps_repeats: whether this kind of history holds a command as often as it was given, if nobody asked otherwise.
        hidden: what a command begins with that is not to be read; None where a blank is an indent and no wish.
    """
    once = None if keeps_repeats else True
    for entries in found:
        balance.records += len(entries.texts)
        if once is None and len(entries.texts) > ONCE_ENTRIES:
            once = len(set(entries.texts)) == len(entries.texts)
        kept = _kept(entries, balance, hidden)
        balance.events += len(kept.texts)
        for start in range(0, len(kept.texts), BATCH_ROWS):
            yield _batch(source, kept, slice(start, start + BATCH_ROWS), deduplicated=bool(once))


def _batch(source: Source, kept: Entries, rows: slice, *, deduplicated: bool) -> RawBatch:
    return RawBatch(
        source.reader,
        source.origin,
        kept.texts[rows],
        line=kept.lines[rows],
        time=kept.times[rows],
        duration=None if kept.durations is None else kept.durations[rows],
        owner=source.person,
        deduplicated=deduplicated,
    )


def _kept(entries: Entries, balance: Balance, hidden: str | None) -> Entries:
    # "!" is the first printing character: what sorts before it is empty or begins with a blank
    if min(entries.texts, default="!") >= "!":
        return entries
    stays = [bool(text) and text[0] != hidden for text in entries.texts]
    for text in compress(entries.texts, (not stay for stay in stays)):
        balance.ignored["leading space" if text else "empty"] += 1
    return Entries(
        list(compress(entries.texts, stays)),
        list(compress(entries.lines, stays)),
        list(compress(entries.times, stays)),
        None if entries.durations is None else list(compress(entries.durations, stays)),
    )


def advice_on_times(report: SourceReport, setting: str) -> Iterator[str]:
    """A sentence on the commands of a history that may keep times; while it keeps none, also on the setting that makes it.

    Args:
        report: what was read of the history.
        setting: the setting that keeps the times, as a sentence.
    """
    if report.ends_untimed:
        yield f"Commands without a time: {report.untimed:,}. {setting}"
    elif report.untimed:
        yield f"Commands without a time of their own: {report.untimed:,}."


def advice_on_repeats(report: SourceReport, setting: str) -> Iterator[str]:
    """The setting that drops the repeats of a history, as a sentence, where they were dropped."""
    if report.deduplicated:
        yield setting


# ---- a line with the time before each command


def timed_entries(path: Path, mark: str, *, digits: range, several: bool = False) -> Iterator[Entries]:
    """Yield the commands: before the first line with a time each line is one, from there on all between two such lines.

    Args:
        path: the history.
        mark: what such a line begins with.
        digits: how many digits may follow, and then nothing more.
        several: whether several commands may stand between two such lines. The first is of that time; the others were pasted with
            it, or a shell appended them that keeps no times.
    """
    stamp = re.compile(rf"{re.escape(mark)}[0-9]{{{digits[0]},{digits[-1]}}}\r?\n".encode())
    line = 1
    for block in blocks(path, partial(_whole_timed, mark=f"\n{mark}".encode(), stamp=stamp)):
        text = decode(block)
        yield from _cut_timed(text.removesuffix("\n"), line, mark.encode(), digits, several)
        line += text.count("\n")


def _whole_timed(block: bytes, *, mark: bytes, stamp: re.Pattern[bytes]) -> int:
    """Position of the last line with a time, for its command may go on; without one, behind the last line."""
    at = block.rfind(mark)
    while at >= 0 and not stamp.match(block, at + 1):
        at = block.rfind(mark, 0, at)
    if at < 0 and stamp.match(block):
        return 0
    return at + 1 or after_newline(block)


def _cut_timed(text: str, line: int, mark: bytes, digits: range, several: bool) -> Iterator[Entries]:
    rows = text.split("\n")
    is_stamp, times = _stamps(heads(text, len(mark) + digits[-1] + 1), mark, digits)
    stamps = np.flatnonzero(is_stamp)
    first = int(stamps[0]) if len(stamps) else len(rows)
    if first:
        texts, starts = with_documents(rows[:first])
        yield Entries(texts, [line + start for start in starts], [NAN] * len(texts))
    if first < len(rows):
        begins, ends = stamps + 1, np.append(stamps[1:], len(rows))
        if several and (ends - begins > 1).any():
            yield _cut_further(rows, begins, ends, moments(times), line)
        else:
            yield Entries(_between(rows, begins, ends), packed(line + begins), moments(times))


def _stamps(written: Bytes, mark: bytes, digits: range) -> tuple[Bools, Floats]:
    """(whether a line is one with a time, the times of those that are), by the first bytes of each line."""
    begins = written[0] == mark[0]
    for index, byte in enumerate(mark):
        begins &= written[index] == byte
    candidates = np.flatnonzero(begins)
    numbers = written[len(mark) :, candidates] - ord("0")  # a newline becomes a large number
    times = np.full(len(candidates), NAN)
    is_number, reached = np.ones(len(candidates), dtype=np.bool_), np.zeros(len(candidates))
    for index in range(digits[-1]):
        is_number &= numbers[index] <= 9
        reached = 10 * reached + numbers[index]
        if index + 1 in digits:
            times = np.where(is_number & (written[len(mark) + index + 1, candidates] == ord("\n")), reached, times)
    is_time = ~np.isnan(times)
    begins[candidates[~is_time]] = False
    return begins, times[is_time]


_OPENS = re.compile(r"""(?<!<)<<(?P<tabs>-?)[ \t]*(?P<quote>['"\\]?)(?P<word>[A-Za-z_]\w*)(?P=quote)?(?![\w(<])""")
_QUOTES = re.compile(r"""'[^']*'|"(?:[^"\\$`]|\\.)*"|\(\([^)]*\)\)|(?<![\w$])\#.*""")


def with_documents(rows: Sequence[str]) -> tuple[list[str], list[int]]:
    """The commands of a history of one line each, where a here-document was kept line by line: it belongs to its command.

    From `<<EOF` to the line that is `EOF` the lines are the document. One without such a line was broken off, and so was one
    before whose end another document of that name begins: their lines stay what they are.

    Returns:
        The commands, and for each the index of its first line.

    Example:
        >>> with_documents(["cat <<EOF > f", "a", "EOF", "make", "cat <<X", "ls"])
        (['cat <<EOF > f\\na\\nEOF', 'make', 'cat <<X', 'ls'], [0, 3, 4, 5])
    """
    if not any("<<" in row for row in rows):
        return list(rows), list(range(len(rows)))
    opened = {at: found for at, row in enumerate(rows) if "<<" in row and (found := _opened(row))}
    begins, ends = _marks_of_documents(rows, opened)
    texts, starts, at = list[str](), list[int](), 0
    while at < len(rows):
        end = _document_end(at, opened.get(at, ()), begins, ends)
        if at < end < len(rows) - 1 and rows[end + 1].startswith(")"):  # no command begins so: `$(cat <<EOF` ends here
            end += 1
        texts.append("\n".join(rows[at : end + 1]))
        starts.append(at)
        at = end + 1
    return texts, starts


def _opened(row: str) -> list[tuple[str, bool]]:
    """The words that end the here-documents of a line, and whether tabs may stand before each."""
    bare = _QUOTES.sub(lambda quoted: quoted[0] if row[: quoted.start()].rstrip(" \t-").endswith("<<") else "", row)
    return [(found["word"], bool(found["tabs"])) for found in _OPENS.finditer(bare)]


def _marks_of_documents(
    rows: Sequence[str], opened: Mapping[int, list[tuple[str, bool]]]
) -> tuple[Mapping[str, list[int]], Mapping[tuple[str, bool], list[int]]]:
    """For each end word the lines that open a document with it, and (with or without tabs before it) those that may end one."""
    begins: dict[str, list[int]] = defaultdict(list)
    for at, documents in opened.items():
        for word, _ in documents:
            begins[word].append(at)
    ends: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        if row.lstrip("\t") in begins:
            ends[row.lstrip("\t"), True].append(at)
            if row in begins:
                ends[row, False].append(at)
    return begins, ends


def _document_end(
    at: int,
    documents: Iterable[tuple[str, bool]],
    begins: Mapping[str, list[int]],
    ends: Mapping[tuple[str, bool], list[int]],
) -> int:
    """The index of the line that ends the last document of a line; the line itself where it has none, or one was broken off."""
    last = at
    for document in documents:
        end, again = _next(ends.get(document, ()), last), _next(begins[document[0]], at)
        if end is None or (again is not None and again < end):
            return at
        last = end
    return last


def _next(rising: Sequence[int], at: int) -> int | None:
    place = bisect_right(rising, at)
    return rising[place] if place < len(rising) else None


def _between(rows: list[str], begins: Ints, ends: Ints) -> list[str]:
    if (ends - begins == 1).all():
        return rows[begins[0] :: 2]
    return [
        rows[begin] if begin + 1 == end else "\n".join(rows[begin:end]).strip("\n")
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
    ]


def _cut_further(rows: list[str], begins: Ints, ends: Ints, times: Sequence[float], line: int) -> Entries:
    """The commands of the rows from each beginning to its end, the first of each with its time; `line` is that of row 0."""
    texts = _between(rows, begins, ends)
    every = ((at, _several(texts[at])) for at in np.flatnonzero(ends - begins > 1).tolist())
    several = {at: found for at, found in every if len(found[0]) > 1}
    if not several:
        return Entries(texts, packed(line + begins), times)
    lines = (line + begins).tolist()
    cut, starts, moment, last = list[str](), list[int](), list[float](), 0
    for at, (commands, offsets) in several.items():
        cut += (*texts[last:at], *commands)
        starts += (*lines[last:at], *(lines[at] + offset for offset in offsets))
        moment += (*times[last : at + 1], *[NAN] * (len(commands) - 1))
        last = at + 1
    return Entries([*cut, *texts[last:]], [*starts, *lines[last:]], [*moment, *times[last:]])


def _several(text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The commands of a text, each with the index of its first row; what the grammar cannot read is read row by row."""
    starts = shell.command_rows(text)
    if starts == [0]:
        return (text,), (0,)
    rows = text.split("\n")
    if starts is None:
        commands, starts = with_documents(rows)
        return tuple(commands), tuple(starts)
    ends = [*starts[1:], len(rows)]
    return tuple("\n".join(rows[a:b]).strip("\n") for a, b in zip(starts, ends, strict=True)), tuple(starts)


# ---- a mark at the end of a line that goes on

# While commands are cut, one of these stands where one goes on: one that the text does not hold (the last it cannot hold;
# the first ones keep the text narrow, and so fast).
_JOINS = "\x00\x01\ud800"


def continued_entries(path: Path, mark: str) -> Iterator[Entries]:
    """Yield the commands of a history without times.

    Args:
        path: the history.
        mark: what stands for a newline within a command: its last character is the newline. If it begins with CR, a CR
            before a newline is that mark; else it is a part of the line's end.
    """
    line = 1
    for block in blocks(path, partial(whole, mark=mark.encode())):
        text = block.decode("utf-8", "surrogateescape") if mark[0] == "\r" else decode(block)
        commands = joined(text.removesuffix("\n"), mark)
        yield commands.without_joins(Entries(commands.text.split("\n"), (), ()), line)
        line += text.count("\n")


def whole(block: bytes, *, mark: bytes) -> int:
    r"""Position behind the last line that no mark continues; a line may end in CR LF where the mark has no CR.

    Example:
        >>> whole(b"ls\nmake \\\n all\nfor \\\n", mark=b"\\\n")
        15
    """
    end = block.rfind(b"\n")
    while end > 0 and block.endswith((mark, mark[:-1] + b"\r\n"), 0, end + 1):
        end = block.rfind(b"\n", 0, end)
    return end + 1


@dataclass(frozen=True, slots=True)
class Joined:
    """Some text with each command on one line: `join` stands for the newlines within, as often as `at` names its command."""

    text: str
    join: str
    at: list[int]

    def without_joins(self, found: Entries, line: int) -> Entries:
        """The entries of this text, one a line, with their newlines put back and the line of each, the first being `line`."""
        texts, times = found.texts, found.times or [NAN] * len(found.texts)
        if not self.at:
            return Entries(texts, range(line, line + len(texts)), times, found.durations)
        heights = np.bincount(self.at, minlength=len(texts)) + 1
        texts = list(texts)
        for at in set(self.at):
            texts[at] = texts[at].replace(self.join, "\n")
        return Entries(texts, packed(line + np.cumsum(heights) - heights), times, found.durations)


def joined(text: str, mark: str) -> Joined:
    r"""Put each command on one line.

    Example:
        >>> joined("ls\nmake \\\n all", "\\\n")
        Joined(text='ls\nmake \x00 all', join='\x00', at=[1])
    """
    join = next(character for character in _JOINS if character not in text)
    pieces = text.split(mark)
    # the newlines before the end of a piece count the commands that are over
    return Joined(join.join(pieces), join, list(accumulate(piece.count("\n") for piece in pieces[:-1])))

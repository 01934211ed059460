"""What `history` or `fc -l` prints, saved in a file, or written line by line by a prompt -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.base import ReaderSpec
from fivetimes.ingest.formats.files import after_newline, beginning, blocks, decode
from fivetimes.ingest.formats.text_history import Entries, batches
from fivetimes.ingest.formats.values import NAN, time_if_known
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

# bash and zsh print a number in five columns or more, a star or a blank, a blank, and the command: "  501  make", "10501* make"
_NUMBERED = re.compile(r"(?=[ 0-9]{5}) *(?P<number>[0-9]{1,9})[* ] (?P<text>.*)", re.DOTALL)
# Such a line behind a few words, as a prompt writes it into a log of its own: `echo $$ $USER "$(history 1)"`. Unquoted, the
# blanks before the number are one.
_PREFIXED = re.compile(r"(?P<lead>(?:\S+ +){1,4}?)(?P<number>[0-9]{1,9})\*? +(?P<text>\S.*)", re.DOTALL)
_EPOCH = re.compile(r"\[?([0-9]{9,10})\]?:? +(?=\S)")
_DATED = re.compile(
    r"\[?([0-9]{4}-[0-9]{2}-[0-9]{2}[ T_.]?[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?: ?[+-][0-9]{4})?)\]?:? +(?=\S)"
)
# Other forms leave open which number is the month, or the year: such a time is unknown, and no part of the command.
_OPEN = re.compile(
    r"\[?(?:[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{2,4}"
    r"|(?:[A-Z][a-z]{2} )?(?:[A-Z][a-z]{2} +[0-9]{1,2}|[0-9]{1,2} [A-Z][a-z]{2})(?: [0-9]{4})?)"
    r"[ T_]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AP]M)?(?: [A-Z]{3,4})?(?: [0-9]{4})?\]?:? +(?=\S)"
)
_LEAD_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T_.][0-9]{2}:[0-9]{2}:[0-9]{2}")

_LOOKED_AT = 200  # lines that show whether a file is such a list
_LEAST = 3  # lines that must be numbered; two numbers that follow one another stand in many a text
_SHARE = 0.8  # of the lines, at least: the others go on with a command of several lines
_RISING = 0.5  # of the steps from number to number, at least, are 1: shells that write into one log take turns


@dataclass(frozen=True, slots=True)
class _ListForm:
    """How the lines of a list are written."""

    line: re.Pattern[str]
    timed: bool  # whether a time stands before each command


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a printed history: numbered lines, with times where they were printed.

    A line without a number goes on with the command before it. A time without a zone is taken as UTC, as in other logs.

    Raises:
        ReadError: the file cannot be opened, or is no such list.
    """
    form = _form_of(_first_lines(source.path))
    if form is None:
        raise ReadError(f"{source.path}: its lines are not numbered as `history` prints them. Name another --reader.")
    return batches(source, balance, _entries(source.path, form, balance), keeps_repeats=True)


def _first_lines(path: Path) -> list[str]:
    return decode(beginning(path)).split("\n", _LOOKED_AT)[:_LOOKED_AT]


def recognises(path: Path) -> bool:
    """Whether most of the first lines are numbered as `history` prints them."""
    try:
        return path.is_file() and _form_of(_first_lines(path)) is not None
    except (ReadError, OSError):
        return False


def _form_of(rows: Sequence[str]) -> _ListForm | None:
    rows = [row for row in rows if row.strip()]
    for line in (_NUMBERED, _PREFIXED):
        found = [match for row in rows if (match := line.fullmatch(row))]
        if len(found) < max(_LEAST, _SHARE * len(rows)):
            continue
        numbers = [int(match["number"]) for match in found]
        steps = [after - before for before, after in pairwise(numbers)]
        timed = sum(_time(match) is not None for match in found) >= _SHARE * len(found)
        if steps.count(1) >= _RISING * len(steps) and (timed or line is _NUMBERED):
            return _ListForm(line, timed)
    return None


def _time(match: re.Match[str]) -> tuple[float, str] | None:
    """(seconds since the epoch, the command behind the time), NaN for a time that leaves open when; None without any time."""
    text = match["text"]
    if (found := _EPOCH.match(text)) is not None:
        return float(found[1]), text[found.end() :]
    if (found := _DATED.match(text)) is not None:
        return _moment(found[1]), text[found.end() :]
    if (found := _OPEN.match(text)) is not None:
        return NAN, text[found.end() :]
    lead = _LEAD_DATE.match(match["lead"]) if "lead" in match.re.groupindex else None
    return (_moment(lead[0]), text) if lead else None


def _moment(written: str) -> float:
    return time_if_known(re.sub(r"(?<=[0-9]{2})[_.](?=[0-9]{2}:)", " ", written, count=1))[0]


def _entries(path: Path, form: _ListForm, balance: Balance) -> Iterator[Entries]:
    number = 1
    texts, lines, times = list[str](), list[int](), list[float]()
    for block in blocks(path, after_newline):
        for row in decode(block).removesuffix("\n").split("\n"):
            match = form.line.fullmatch(row)
            if match is not None:
                time, text = (_time(match) if form.timed else None) or (NAN, match["text"])
                texts.append(text)
                lines.append(number)
                times.append(time)
            elif texts:
                texts[-1] += "\n" + row
            else:
                balance.records += 1
                balance.bad["no number"] += 1
            number += 1
        # the last command of a block may go on in the next one
        if len(texts) > 1:
            yield Entries([text.rstrip("\n") for text in texts[:-1]], lines[:-1], times[:-1])
            texts, lines, times = texts[-1:], lines[-1:], times[-1:]
    if texts:
        yield Entries([text.rstrip("\n") for text in texts], lines, times)


def _advice(report: SourceReport) -> Iterator[str]:
    if report.balance.events:
        yield "This is what `history` printed: numbered lines. The shell's own file says more, if it is still there."


READER = ReaderSpec("history_list", read, recognises=recognises, advice=_advice)

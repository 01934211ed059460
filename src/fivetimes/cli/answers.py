"""An answer, or an error -> the standard output: text for a person, or one JSON document for a program (`--json -`)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Annotated, TextIO

import typer

from fivetimes.cli.console import shown
from fivetimes.errors import FivetimesError, fault, trace

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else on the standard output.")]


@dataclass(slots=True)
class Answers:
    """The standard output while nothing but one JSON document may stand on it; `given`: whether it does."""

    stream: TextIO
    given: bool = False


_answers: ContextVar[Answers | None] = ContextVar("answers", default=None)


def called(words: Sequence[str]) -> str:
    """The command that is called, by the words behind `fivetimes`; empty where none is."""
    return next((word for word in words if not word.startswith("-")), "")


def json_words(words: Sequence[str], options: Mapping[str, bool]) -> tuple[list[str], bool]:
    """The words of a call as its command takes them, and whether its answer is JSON on the standard output.

    `--json -` asks for that everywhere, and so does `--json` alone. Where `--json` takes a file, a word behind it is one; elsewhere
    it belongs to the command, so that no file that a command reads is ever taken for one to be written.

    Args:
        words: what stands behind `fivetimes`.
        options: of each command with `--json` whether it takes a file there.

    Example:
        >>> json_words(["show", "release", "--json", "-"], {"show": False, "scan": True})
        (['show', 'release', '--json'], True)
        >>> json_words(["scan", "--json", "a.json"], {"scan": True}), json_words(["scan", "--json"], {"scan": True})
        ((['scan', '--json', 'a.json'], False), (['scan', '--json', '-'], True))
    """
    name = called(words)
    before = list(takewhile(lambda word: word != "--", words))
    at = next((n for n, word in enumerate(before) if word in ("--json", "--json=-")), None)
    if at is None or {"--help", "-h"} & set(before):
        return list(words), False
    behind = list(words[at + 1 :])
    if words[at] == "--json" and behind[:1] == ["-"]:
        behind = behind[1:]
    elif words[at] == "--json" and options.get(name) and behind and not behind[0].startswith("-"):
        return list(words), False
    return [*words[:at], *(["--json", "-"] if options.get(name) else ["--json"]), *behind], True


@contextmanager
def json_alone() -> Iterator[Answers]:
    """While it lasts, the standard output has what `print_json` prints; whatever else is printed goes to the standard error."""
    answers = Answers(sys.stdout)
    token, sys.stdout = _answers.set(answers), sys.stderr
    try:
        yield answers
    finally:
        sys.stdout = answers.stream
        _answers.reset(token)


def print_json(document: object) -> None:
    """Print the one JSON document that is the answer."""
    print_text(json.dumps(document, indent=1))


def print_text(text: str) -> None:
    """Print an answer that is text already."""
    answers = _answers.get()
    if answers is not None:
        answers.given = True
    typer.echo(text, file=None if answers is None else answers.stream)


def answer_error(kind: str, message: str, code: int) -> None:
    """Give the error as the answer, where JSON is asked for and nothing was answered yet.

    Args:
        kind: `problem` (a stated one), `usage`, `aborted` (by the person), `fault` (of fivetimes itself).
        message: the sentence that stands on the standard error too.
        code: with which the program ends.
    """
    answers = _answers.get()
    if answers is not None and not answers.given:
        print_json({"schema": 1, "error": {"kind": kind, "message": message, "exit": code}})


def flush() -> None:
    """Hand on all that was printed: before a process ends at once."""
    answers = _answers.get()
    for stream in (sys.stdout, sys.stderr, *(() if answers is None else (answers.stream,))):
        stream.flush()


def emit(text: str, target: Path, *, size: str = "") -> None:
    """Write to a file and say so on the standard error, or print for `-`.

    Args:
        text: all of it.
        target: the file, or `-`.
        size: what is said of the text besides, such as `96 events of 12 runs`.
    """
    from fivetimes import workspace

    if str(target) == "-":
        print_text(text.removesuffix("\n"))  # which adds one
    else:
        workspace.write_report(target, text)
        tell_written(target, size=size)


def tell_written(target: Path, *, size: str = "") -> None:
    """Say on the standard error which file was written, so that the output holds the answer alone."""
    typer.echo(shown(f"wrote {target}{f': {size}' if size else ''}"), err=True)


def one_printed(*targets: Path | None) -> None:
    """Refuse to print two documents one behind the other.

    Raises:
        typer.BadParameter: two targets or more are `-`.
    """
    if [str(target) for target in targets].count("-") > 1:
        raise typer.BadParameter("only one of them can be printed (-); write the others to files")


def complaint(error: BaseException) -> str:
    """What is printed of an error: a stated problem's sentence; of a fault of ours where it arose, and nothing that was read."""
    if isinstance(error, FivetimesError):
        return shown(str(error))
    return trace(error) if "--debug" in sys.argv else fault(error)


def complain(error: BaseException) -> None:
    """Print what is printed of an error, and give it as the answer where JSON is asked for."""
    sentence = complaint(error)
    typer.echo(
        sentence if "--debug" in sys.argv and not isinstance(error, FivetimesError) else f"fivetimes: {sentence}",
        err=True,
    )
    answer_error("problem" if isinstance(error, FivetimesError) else "fault", sentence, 1)

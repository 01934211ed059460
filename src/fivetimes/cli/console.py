"""The environment of a command -> what commands need of it: our folder, the terminal, the last scan, shared options."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from fivetimes.config import SearchEngine, home, home_of_person
from fivetimes.errors import FivetimesError, fault, trace

if TYPE_CHECKING:
    from rich.console import Console

    from fivetimes.model.scans import Scan
    from fivetimes.model.spans import Span
    from fivetimes.pipeline import Gathered, Request, Tick
    from fivetimes.review import Approval, ReviewContext

Config = Annotated[Path | None, typer.Option(help="The team's fivetimes.toml.", show_default=False)]
DAY = "DATE|4w"  # how a day is named in help


def day_of(text: str, *, today: date) -> date:
    """The day that a text means: a date, or so many days, weeks, months or years before today.

    Where a month has fewer days, the last one of it is meant.

    Raises:
        typer.BadParameter: it means none.

    Example:
        >>> monday = date(2026, 3, 30)
        >>> [f"{day_of(text, today=monday)}" for text in ("2026-03-06", "10d", "4w ago", "1m", "2y")]
        ['2026-03-06', '2026-03-20', '2026-03-02', '2026-02-28', '2024-03-30']
    """
    span = _AGO.fullmatch(text)
    try:
        if span is None:
            return datetime.strptime(text, "%Y-%m-%d").date()
        number, unit = int(span[1]), span[2]
        if unit in _DAYS:
            return today - timedelta(days=number * _DAYS[unit])
        year, month = divmod(today.year * 12 + today.month - 1 - number * _MONTHS[unit], 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            f"{text}: no day. Give one as 2026-03-06, or as days (10d), weeks (4w), months (3m) or years (1y) before today."
        ) from error


_AGO = re.compile(r"([0-9]{1,4})([dwmy])(?: ago)?")
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"m": 1, "y": 12}


def day(text: str | date) -> date:
    """The day that an option means, by today's date in UTC, as all times of reports are."""
    return text if isinstance(text, date) else day_of(text, today=datetime.now(UTC).date())


Since = Annotated[
    date | None,
    typer.Option("--since", parser=day, metavar=DAY, help="Only what was done from this day on.", show_default=False),
]
Until = Annotated[
    date | None,
    typer.Option("--until", parser=day, metavar=DAY, help="Only what was done up to this day.", show_default=False),
]


def span_of(since: date | None, until: date | None) -> Span | None:
    """The days that are asked for; None: all.

    Raises:
        typer.BadParameter: there is none between the two.
    """
    from fivetimes.model.spans import Span

    if since is not None and until is not None and since > until:
        raise typer.BadParameter(f"--since {since} is later than --until {until}")
    return None if since is None and until is None else Span(since, until)


def options_of(span: Span | None) -> str:
    """The options that ask for the same days again, for the next step."""
    ends = () if span is None else (("--since", span.first), ("--until", span.last))
    return "".join(f" {option} {end}" for option, end in ends if end is not None)


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else on the standard output.")]
Conductors = Annotated[Path, typer.Option("--conductors", metavar="DIR", help="Folder of the drafts and their ledger.")]
Columns = Annotated[
    str, typer.Option("--map", metavar="FIELD=COLUMN,...", help="What generic logs call person, time, action, ...")
]
CONDUCTORS = Path("conductors")


def folder() -> Path:
    """The folder of our own state."""
    return home(os.environ)


def console() -> Console:
    """The console: as wide as the terminal; to a pipe, plain lines of any length."""
    from rich.console import Console

    return Console(soft_wrap=not sys.stdout.isatty(), highlight=False)


def say(renderable: object) -> None:
    """Print for a person; to a pipe, plain lines of any length."""
    console().print(renderable)


def page(renderable: object) -> None:
    """Print for a person what may be long: on a terminal that it does not fit, in a pager, as git does.

    The pager is the one of PAGER, else `less` or `more`; none where PAGER is empty or `cat`, which is what
    `--no-pager` makes of it.
    """
    screen, pager = console(), _pager()
    if pager is None:
        screen.print(renderable)
        return
    with screen.capture() as captured:
        screen.print(renderable)
    text = captured.get()
    if text.count("\n") >= screen.size.height and _shown_in(pager, text):
        return
    sys.stdout.write(text)


def _pager() -> list[str] | None:
    if not sys.stdout.isatty():
        return None
    words = shlex.split(os.environ.get("PAGER", shutil.which("less") or shutil.which("more") or ""))
    return None if words in ([], ["cat"]) else words


def _shown_in(pager: list[str], text: str) -> bool:
    """Whether a person saw the text in the pager; not where it cannot be started."""
    # colours, ends by itself where one screen holds all, leaves the text on the screen: what git sets
    environment = {"LESS": "FRX", **os.environ}
    try:
        subprocess.run(pager, input=text, text=True, encoding="utf-8", env=environment, check=False)
    except OSError:
        return False
    return True


def next_step(words: str) -> None:
    """What a person may do next, as the last line; on the standard error, so that the output holds the answer alone."""
    typer.echo(shown(f"Next: {words}"), err=True)


def tell(renderable: object) -> None:
    """Print for a person beside the output: on the standard error, so that the output can be read by a program."""
    from rich.console import Console

    Console(stderr=True, soft_wrap=not sys.stderr.isatty(), highlight=False).print(renderable)


def say_first(scan: Scan, print_it: Callable[[object], None] = say) -> None:
    """What stands before everything else that is printed of a scan: what could not be read, and its span."""
    from fivetimes.reports import terminal

    for line in terminal.reservations(scan):
        print_it(line)


def shown(text: str) -> str:
    """Lines unchanged but for control characters, which a terminal would obey."""
    from fivetimes.redaction import show

    return "\n".join(show(line) for line in text.split("\n"))


@contextmanager
def progress() -> Iterator[Tick]:
    """A progress bar with the name of the stage, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("reading", total=1.0)
        yield lambda stage, share: bar.update(task, description=stage, completed=share)


def request(config: Path | None) -> Request:
    """The sources of the last scan, or of the named configuration."""
    from fivetimes import pipeline

    return pipeline.requested(config, environ=os.environ, home=home_of_person(), here=Path.cwd(), folder=folder())


def to_scan(
    paths: list[Path], config: Path | None, engine: SearchEngine = SearchEngine.PROFILE, columns: str = ""
) -> tuple[Request, bool]:
    """The sources to scan, and whether they were named, so that nobody needs to be asked."""
    from fivetimes import pipeline

    if config is not None and paths:
        raise typer.BadParameter("give paths or --config, not both")
    if columns and not paths:
        raise typer.BadParameter("--map is for named paths; a fivetimes.toml has [columns]")
    if config is not None:
        wanted = pipeline.from_config(config, engine=engine)
        return wanted, not wanted.discovered
    if paths:
        return pipeline.from_paths(paths, columns=columns, engine=engine), True
    here = Path.cwd()
    if (here / "fivetimes.toml").is_file():
        return pipeline.from_config(here / "fivetimes.toml", engine=engine), False
    return pipeline.from_machine(os.environ, home=home_of_person(), here=here, engine=engine), False


def last(config: Path | None, conductors: Path = CONDUCTORS, *, span: Span | None = None) -> Scan:
    """The last scan of the named sources, or a new one when they have changed, with ids and titles of the conductors' folder.

    Of a span there is a new one always.
    """
    return last_work(config, conductors, span=span)[0]


def last_work(
    config: Path | None, conductors: Path = CONDUCTORS, *, span: Span | None = None
) -> tuple[Scan, Gathered | None]:
    """As `last`, with what was read for it; None where nothing had to be read."""
    from fivetimes import pipeline, review

    wanted = replace(request(config), span=span)
    with progress() as tick:
        found, read = pipeline.last_work(wanted, folder=folder(), tick=tick)
    return review.recognised(found, conductors), read


def work_of(wanted: Request) -> Gathered:
    """All work that a scan of this request looks at, read now, with progress.

    Raises:
        FivetimesError: nothing could be read; or the request is for a folder of teams.
    """
    from fivetimes import pipeline

    with progress() as tick:
        return pipeline.work(wanted, folder=folder(), tick=tick)


def review_context(scan: Scan, conductors: Path, *, by: str = "", config: Path | None = None) -> ReviewContext:
    """The context in which the person at this terminal drafts and decides."""
    from fivetimes.review import ReviewContext

    at = lambda: datetime.now(UTC)  # noqa: E731
    return ReviewContext(scan, conductors, folder(), os.environ, by, at, approval(config))


def approval(config: Path | None) -> Approval:
    """What the team's configuration asks of an approval; nothing where none is named and none is here."""
    from fivetimes.config import load
    from fivetimes.review import Approval

    path = config or Path("fivetimes.toml")
    if config is None and not path.is_file():
        return Approval()
    team = load(path)
    return Approval(tuple(person.name for person in team.persons), team.rule.second_person)


def drafter(config: Path | None) -> str:
    """Who drafts where nobody is named: the one person of the configuration, or the one whose address git commits under here."""
    from fivetimes.config import load
    from fivetimes.ingest.formats.repository import own_addresses

    path = config or Path("fivetimes.toml")
    persons = load(path).persons if config is not None or path.is_file() else ()
    here = {mail.lower() for mail in own_addresses(Path.cwd())} if len(persons) > 1 else set()
    known = [person.name for person in persons if len(persons) == 1 or here & {mail.lower() for mail in person.emails}]
    return known[0] if len(known) == 1 else ""


# ---- answers for programs


@dataclass(slots=True)
class Answers:
    """The standard output while nothing but one JSON document may stand on it; `given`: whether it does."""

    stream: TextIO
    given: bool = False


_answers: ContextVar[Answers | None] = ContextVar("answers", default=None)


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
    name = next((word for word in words if not word.startswith("-")), "")
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


def emit(text: str, target: Path) -> None:
    """Write to a file, or to standard output for `-`."""
    from fivetimes import pipeline

    if str(target) == "-":
        print_text(text.removesuffix("\n"))  # which adds one
    else:
        pipeline.write_report(target, text)


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


def edit(text: str) -> str | None:
    """Open a text in the person's own editor; None when they left it as it was.

    Raises:
        FivetimesError: there is no editor, or it ended with an error.
    """
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "conductor.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*editor, str(path)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise FivetimesError(f"{editor[0]}: this editor did not work. Name another one in EDITOR.") from error
        made = path.read_text(encoding="utf-8", errors="replace")
    return None if made == text else made

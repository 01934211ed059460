"""Words typed -> one pipeline call -> what is printed. Exit codes: 0 done, 1 a stated problem, 2 wrong usage."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fivetimes import cli_desk, cli_patterns
from fivetimes.config import HISTORIES, SearchEngine
from fivetimes.console import CONDUCTORS, AsJson, Config, shown
from fivetimes.console import console as _console
from fivetimes.console import emit as _emit
from fivetimes.console import folder as _folder
from fivetimes.console import last as _last
from fivetimes.console import progress as _progress
from fivetimes.console import request as _request
from fivetimes.console import say as _say
from fivetimes.console import seated as _seated
from fivetimes.console import to_scan as _to_scan
from fivetimes.errors import FivetimesError, fault, trace

if TYPE_CHECKING:
    from fivetimes.pipeline import Request

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="What do we keep doing by hand, and which of it should become a conductor?",
)


@app.callback()
def _every(debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False) -> None:
    if debug:
        logging.getLogger("fivetimes").setLevel(logging.DEBUG)


Columns = Annotated[
    str, typer.Option("--map", metavar="FIELD=COLUMN,...", help="What generic logs call person, time, action, ...")
]


def _agreed(request: Request, *, yes: bool) -> bool:
    """Show what would be read and ask once; a pipe is never asked and must say --yes."""
    from fivetimes import pipeline
    from fivetimes.reports import terminal

    _say(terminal.found(request.sources, stats=pipeline.sizes(request)))
    if yes:
        return True
    if not sys.stdin.isatty():
        raise FivetimesError(
            "reading these needs a yes, and this is no terminal. Add --yes, or name the paths to read."
        )
    return typer.confirm("Read them? Nothing leaves this machine, and no raw line is kept")


@app.command()
def scan(
    paths: Annotated[list[Path] | None, typer.Argument(help="Histories, logs, folders, repositories.")] = None,
    config: Config = None,
    yes: Annotated[bool, typer.Option("--yes", help="Read what was found without asking.")] = False,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the report as JSON; - prints it.")] = None,
    engine: Annotated[SearchEngine, typer.Option(help="What looks for routines.")] = SearchEngine.PROFILE,
    columns: Columns = "",
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Search made-up histories of the same team too: what does chance give?")
    ] = False,
    histories: Annotated[int, typer.Option(min=1, help="How many of each sort --calibrate makes.")] = HISTORIES,
) -> None:
    """Find what is repeated, and show the five-times ladder."""
    from fivetimes import desk, pipeline, reports
    from fivetimes.reports import terminal

    request, asked_for = _to_scan(paths or [], config, engine, columns)
    if not request.sources:
        raise FivetimesError(pipeline.nothing_found(request))
    if not asked_for and not _agreed(request, yes=yes):
        raise typer.Exit(0)
    with _progress() as tick:
        made_up = histories if calibrate else 0
        result = desk.proposed(pipeline.scan(request, folder=_folder(), tick=tick, histories=made_up), CONDUCTORS)
    if as_json is not None:
        _emit(json.dumps(reports.document(result), indent=1), as_json)
    if as_json is None or str(as_json) != "-":
        _say(terminal.ladder(result, width=_console().width))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="A candidate's id, or its beginning.")],
    config: Config = None,
    as_json: AsJson = False,
    every: Annotated[bool, typer.Option("--all", help="Show every occurrence.")] = False,
) -> None:
    """Show one routine, with the lines behind it: on a terminal the commands themselves, read again just now."""
    from fivetimes import desk, pipeline, reports
    from fivetimes.reports import terminal

    result = _last(config)
    candidate = pipeline.candidate_of(result, name)
    if as_json:
        typer.echo(json.dumps(reports.candidate_document(candidate), indent=1))
        return
    # into a pipe goes nothing raw
    live = desk.recall(result, candidate, home=_folder()) if sys.stdout.isatty() else None
    _say(terminal.candidate(candidate, live=live, most=len(candidate.occurrences) if every else 3))


def _formats() -> list[str]:
    from fivetimes import exporters

    return list(exporters.exporters())


@app.command()
def draft(
    names: Annotated[list[str], typer.Argument(metavar="ID...", help="Candidates' ids.")],
    config: Config = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the drafts.")] = CONDUCTORS,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            autocompletion=_formats,
            help="What to write besides YAML, such as runbook; a name that does not exist lists them all.",
        ),
    ] = "yaml",
    no_live: Annotated[
        bool, typer.Option("--no-live", help="Do not read the sources again; placeholders only.")
    ] = False,
    override: Annotated[str | None, typer.Option(help="Who drafts below the rule.", show_default=False)] = None,
    because: Annotated[str | None, typer.Option(help="And why.", show_default=False)] = None,
) -> None:
    """Draft a conductor for each routine seen five times or more; a person finishes it."""
    from fivetimes import desk

    if (override is None) != (because is None):
        raise typer.BadParameter("--override NAME and --because TEXT go together")
    taken = (override, because) if override is not None and because is not None else None
    seat = _seated(_last(config), output)
    problems = []
    for name in names:
        try:
            conductor = desk.draft(name, seat, use_live=not no_live, override=taken)
            for path in desk.export(conductor, form=form, folder=output):
                typer.echo(shown(str(path)))
        except FivetimesError as problem:
            problems.append(str(problem))
    if problems:
        raise FivetimesError("\n".join(problems))


@app.command()
def report(
    config: Config = None,
    html: Annotated[Path | None, typer.Option(help="Write the page here; - prints it.", show_default=False)] = None,
    md: Annotated[Path | None, typer.Option(help="Write Markdown here; - prints it.", show_default=False)] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", help="Write JSON here; - prints it.", show_default=False)
    ] = None,
    people: Annotated[
        bool, typer.Option("--people", help="On the page: who did what, by alias. For your own eyes.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="On the page: the lines, as far as harmless, and their places. For you.")
    ] = False,
) -> None:
    """Write the five-times report of the last scan: a page, Markdown, JSON."""
    from fivetimes import desk, pipeline

    targets = {"html": html, "md": md, "json": as_json}
    if not any(targets.values()):
        targets["html"] = Path("fivetimes-report.html")
    if (people or live) and targets["html"] is None:
        raise typer.BadParameter("--people and --live are for the page; name it with --html FILE")
    result, at = desk.proposed(_last(config), CONDUCTORS), datetime.now(UTC)
    seat = _seated(result, CONDUCTORS)
    extras = pipeline.ReportExtras(
        drafts=desk.sketches(seat),
        standings=desk.standings(CONDUCTORS),
        people=people,
        live=desk.recalled_for_a_file(seat) if live else None,
    )
    for form, target in targets.items():
        if target is not None:
            _emit(pipeline.report(result, form=pipeline.ReportForm(form), extras=extras, at=at), target)
            if str(target) != "-":
                typer.echo(shown(f"wrote {target}"))


@app.command()
def doctor(config: Config = None, as_json: AsJson = False) -> None:
    """Say what was read, skipped and taken out, and what was not proposed, each by its rule."""
    from fivetimes import reports
    from fivetimes.reports import balances

    result = _last(config)
    if as_json:
        document = reports.document(result)
        typer.echo(
            json.dumps({key: document[key] for key in ("sources", "skipped", "redactions", "suppressed")}, indent=1)
        )
        return
    _say(balances.doctor(result))


@app.command()
def names(config: Config = None, as_json: AsJson = False) -> None:
    """Show names that no vocabulary knows, on a terminal only, and keep those that you say yes to."""
    from fivetimes import pipeline
    from fivetimes.reports import terminal

    found = pipeline.unknown_names(_request(config), folder=_folder())
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        typer.echo(json.dumps({"unknown": len(found)}) if as_json else terminal.names_elsewhere(len(found)))
        return
    for place, name in enumerate(found, 1):
        question = terminal.unknown_name(name.word, lines=name.lines, alone=name.alone, place=place, of=len(found))
        # kept one by one: an answer given is not lost when the next question is left with Ctrl-C
        if typer.confirm(question, default=False):
            pipeline.approve([name.word], folder=_folder())
    typer.echo(terminal.names_done(len(found)))


@app.command()
def sources(
    paths: Annotated[list[Path] | None, typer.Argument(help="Histories, logs, folders, repositories.")] = None,
    config: Config = None,
    columns: Columns = "",
    as_json: AsJson = False,
) -> None:
    """Show what can be read here: reader, span of time, every record accounted for, and what would help. Keeps nothing."""
    from fivetimes import pipeline, reports
    from fivetimes.reports import balances

    request, _ = _to_scan(paths or [], config, columns=columns)
    if not request.sources:
        raise FivetimesError(pipeline.nothing_found(request))
    surveyed, skipped = pipeline.survey(request)
    sentences = pipeline.advice(surveyed)
    if as_json:
        typer.echo(json.dumps(reports.sources_document(surveyed, sentences, skipped), indent=1))
    else:
        _say(balances.sources(surveyed, advice=sentences, skipped=skipped))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a conductor."""
    from fivetimes import conductors

    typer.echo(json.dumps(conductors.schema(), indent=1))


for _command in (cli_patterns.patterns, cli_desk.verify, cli_desk.review, cli_desk.decide, cli_desk.status):
    app.command()(_command)


def main() -> None:
    """Run the command line; a stated problem is one sentence and exit code 1, a fault of ours another."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    try:
        app()
    except FivetimesError as problem:
        typer.echo(f"fivetimes: {shown(str(problem))}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:  # the door: a traceback as Python prints it may quote what was read
        typer.echo(trace(error) if "--debug" in sys.argv else f"fivetimes: {fault(error)}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

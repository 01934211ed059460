"""Routines -> conductors, and back: draft, schema, verify."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from fivetimes.cli.answers import AsJson, print_json
from fivetimes.cli.console import next_step, say, say_first, shown
from fivetimes.cli.context import CONDUCTORS, Config, drafter, folder, last, review_context
from fivetimes.errors import FivetimesError


def draft(  # noqa: PLR0913, PLR0917 - the questions of one command
    names: Annotated[list[str], typer.Argument(metavar="ID...", help="Candidates' ids.")],
    config: Config = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the drafts.")] = CONDUCTORS,
    no_live: Annotated[
        bool, typer.Option("--no-live", help="Do not read the sources again; placeholders only.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what else stands in the place of a file.")] = False,
    override: Annotated[str | None, typer.Option(help="Who drafts below the rule.", show_default=False)] = None,
    because: Annotated[str | None, typer.Option(help="And why.", show_default=False)] = None,
    by: Annotated[str, typer.Option(help="Who drafts it, for its history.", show_default=False)] = "",
    as_json: AsJson = False,
) -> None:
    """Draft a conductor for each routine seen five times or more; a person finishes it."""
    from fivetimes import reports, review

    if (override is None) != (because is None):
        raise typer.BadParameter("--override NAME and --because TEXT go together")
    taken = (override, because) if override is not None and because is not None else None
    scan = last(config, output)
    context = review_context(scan, output, by=by or drafter(config), config=config)
    say_first(scan)
    place = review.Taken.IS_OVERWRITTEN if force else review.Taken.IS_REFUSED
    problems, drafts = [], []
    for name in names:
        try:
            conductor = review.draft(name, context, use_live=not no_live, override=taken)
            path, was_taken = review.write_draft(conductor, context, taken=place)
        except FivetimesError as problem:
            problems.append(str(problem))
            continue
        files = [{"path": str(path), "overwritten": was_taken}]
        drafts.append({"id": conductor.id, "title": conductor.document["title"], "files": files})
        if not as_json:
            typer.echo(shown(str(path)) + (" (overwritten: something else stood there)" if was_taken else ""))
    if as_json:
        print_json({"schema": 1, "drafts": drafts, "problems": problems, **reports.reservations_document(scan)})
    elif drafts:
        next_step(f"fivetimes review{review.option_of(output)}")
    if problems:
        raise FivetimesError("\n".join(problems))


def schema(as_json: AsJson = False) -> None:
    """Print the JSON Schema of a conductor: JSON, with or without --json."""
    del as_json  # as for every command, so that a program need not know that this one has no other answer
    from fivetimes import conductors

    print_json(conductors.schema())


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A conductor's YAML.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the evidence of a conductor from its sources, and say what has moved or changed since."""
    from fivetimes import review
    from fivetimes.review import terminal

    document = review.verification_document(review.verify(file, last(config), home=folder(), environ=os.environ))
    if as_json:
        print_json(document)
    else:
        say(terminal.verification(document))
    if document["differs"]:
        raise typer.Exit(1)

"""An id or a sequence of actions -> what became of it, from its seed to the list, with the numbers that decided: explain."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from fivetimes.cli.console import CONDUCTORS, AsJson, Config, last, next_step, page


def explain(
    asked: Annotated[
        str, typer.Argument(metavar="ID|STEPS", help='A candidate\'s id, or actions: "git add -> git push".')
    ],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Explain what became of a sequence: found, merged, left out or not proposed, by which rule and which numbers."""
    from fivetimes import reports, review, routines
    from fivetimes.reports import terminal

    scan = review.as_decided(last(config), CONDUCTORS)
    found = routines.explain(scan.trace, asked, listed=scan.suppressed)
    if as_json:
        typer.echo(json.dumps(reports.explanation_document(found), indent=1))
        return
    page(terminal.explanation(found))
    next_step("fivetimes doctor")

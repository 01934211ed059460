"""An id or a sequence of actions -> what became of it, from its seed to the list, with the numbers that decided: explain."""

from __future__ import annotations

from typing import Annotated

import typer

from fivetimes.cli.answers import AsJson, print_json
from fivetimes.cli.console import next_step, page
from fivetimes.cli.context import CONDUCTORS, Config, folder, last
from fivetimes.cli.days import Since, Until, span_of


def explain(
    asked: Annotated[
        str, typer.Argument(metavar="ID|STEPS", help='A candidate\'s id, or actions: "git add -> git push".')
    ],
    config: Config = None,
    as_json: AsJson = False,
    since: Since = None,
    until: Until = None,
) -> None:
    """Explain what became of a sequence: found, merged, left out or not proposed, by which rule and which numbers."""
    from fivetimes import reports, review, workspace
    from fivetimes.reports import terminal

    scan = review.as_decided(last(config, span=span_of(since, until)), CONDUCTORS)
    found = workspace.explain(scan, asked, folder=folder())
    if as_json:
        about = reports.reservations_document(scan)
        print_json({**reports.explanation_document(found), **about})
        return
    page(terminal.answer_about(scan, terminal.explanation(found)))
    next_step("fivetimes doctor")

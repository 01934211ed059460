"""The commands that follow up approved conductors in later work: `follow`, `revise`, `catalogue`."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fivetimes.cli.answers import AsJson, emit, print_json
from fivetimes.cli.console import shown
from fivetimes.cli.context import CONDUCTORS, Conductors, Config, folder, request
from fivetimes.errors import FivetimesError

if TYPE_CHECKING:
    from fivetimes import followup


def follow(
    config: Config = None,
    conductors: Conductors = CONDUCTORS,
    as_json: AsJson = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Exit with 1 where a conductor is bypassed, worked around, obsolete or drifting."),
    ] = False,
) -> None:
    """Follow up the approved conductors: are they used, bypassed, drifting, and what did they change?"""
    from fivetimes import followup, review, store, workspace

    wanted = request(config)
    found = followup.follow(wanted, conductors=conductors, folder=folder())
    standing = {one.id: followup.standing_phrase(one) for one in found.conductors}
    store.keep_follow_up(f"{found.until:%Y-%m-%d}", standing, conductors=conductors, folder=folder())
    known = workspace.known_scan(config, here=Path.cwd(), folder=folder())
    if known is not None:
        found = followup.with_forecasts(
            found, review.recognised(known, conductors).candidates, extract=known.rule.extract
        )
    at = datetime.now(UTC)
    if as_json:
        print_json(followup.document(found, folder=conductors, at=at))
    else:
        typer.echo(shown("\n".join(_lines(found, conductors, at))))
    if found.unread or (check and followup.troubles(found)):
        raise typer.Exit(1)


def revise(  # noqa: PLR0913, PLR0917 - the questions of one command
    name: Annotated[str, typer.Argument(metavar="ID", help="A conductor's id, or its beginning.")],
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Propose this file instead of what the drift shows.", show_default=False),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take the proposal over; then it waits for approval.")
    ] = False,
    decline: Annotated[bool, typer.Option("--decline", help="Keep the conductor, and the reason.")] = False,
    by: Annotated[str, typer.Option(help="Who accepts or declines.")] = "",
    why: Annotated[str, typer.Option(help="And why.")] = "",
    config: Config = None,
    conductors: Conductors = CONDUCTORS,
    as_json: AsJson = False,
) -> None:
    """Propose a change of a conductor: what drifted, or a file; accept or decline it, with a reason."""
    from fivetimes import followup, review, workspace
    from fivetimes.model.decisions import Decision

    if accept and decline:
        raise typer.BadParameter("give one of --accept and --decline")
    known = workspace.known_scan(config, here=Path.cwd(), folder=folder())
    conductor = review.read_conductor(
        review.conductor_path(conductors, review.full_id(name, folder=conductors, scan=known))
    )
    if to is not None:
        proposal = replace(conductor, document=review.read_conductor(to).document)
    else:
        found = followup.follow(request(config), conductors=conductors, folder=folder())
        mine = next((one for one in found.conductors if one.id == conductor.id), None)
        if mine is None:
            raise FivetimesError(
                f"{conductor.id}: it is not approved, so nothing has drifted from it. "
                f"Review it: fivetimes review {conductor.id}{review.option_of(conductors)}"
            )
        proposal = followup.proposed(conductor, mine.drifting)
    changes = followup.difference(conductor, proposal)
    earlier = followup.declined(conductor, proposal, folder=conductors)
    lines, outcome = [changes], "proposed"
    at = datetime.now(UTC)
    if not changes or (earlier and not accept):
        outcome = "nothing"
        lines = [earlier or f"{conductor.id}: nothing has drifted. Propose a change of your own with --to FILE."]
    elif accept:
        review.revise(conductor, proposal.document, decision=Decision.EDIT, by=by, why=why, at=at, folder=conductors)
        outcome = "accepted"
        lines.append(
            f"{conductor.id}: changed. Approve it anew: fivetimes review {conductor.id}{review.option_of(conductors)}"
        )
    elif decline:
        followup.decline(conductor, proposal.document, by=by, why=why, at=at, folder=conductors)
        outcome = "declined"
        lines.append(f"{conductor.id}: declined; it stays as it is.")
    else:
        named = f"{conductor.id}{review.option_of(conductors)}"
        lines.append(f"Take it over: fivetimes revise {named} --accept --by NAME --why TEXT (or --decline)")
    if as_json:
        print_json({"id": conductor.id, "outcome": outcome, "changes": changes, "declined_before": earlier})
    else:
        typer.echo(shown("\n".join(lines)))


def catalogue(
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help="Write the page here; - prints it.")] = Path("-"),
    as_json: AsJson = False,
    config: Config = None,
    conductors: Conductors = CONDUCTORS,
) -> None:
    """Write a page for outsiders: each approved conductor with its runs, gates and drift, and no person."""
    from fivetimes import followup

    found = followup.follow(request(config), conductors=conductors, folder=folder())
    if as_json:
        print_json([asdict(row) for row in followup.catalogue(found, conductors)])
    else:
        emit(followup.catalogue_page(found, conductors), html)


def _lines(found: followup.FollowUp, conductors: Path, at: datetime) -> list[str]:
    from fivetimes import followup, review

    lines = []
    for one in found.conductors:
        became = followup.sentences(one, folder=conductors, at=at)
        about = [*became, *map(followup.revision_sentence, found.revisions.get(one.id, ()))]
        lines += [f"{one.id}  {one.title}", *(f"  {sentence}" for sentence in about), ""]
    for name, title, due in found.soon:
        lines += [f"{name}  {followup.soon_sentence(title, due, at=at)}", ""]
    above, evidence = found.lasting["from above"], found.lasting["from evidence"]
    if above[1]:
        lines += [
            f"In use: {evidence[0]} of {evidence[1]} drafted from evidence, {above[0]} of {above[1]} without.",
            "",
        ]
    lines += [*found.unread, *(f"not read: {sentence}" for sentence in found.skipped)]
    option = review.option_of(conductors)
    if not found.conductors:
        return [*lines, f"No conductor is approved yet. See what waits: fivetimes review{option}"]
    return [*lines, f"Read until {found.until:%Y-%m-%d}. How each stands in the ledger: fivetimes status{option}"]

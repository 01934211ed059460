"""Approved conductors -> files of other programs: export, install, uninstall. The conductor itself is not changed by any."""

from __future__ import annotations

import difflib
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fivetimes.cli.answers import AsJson, print_json
from fivetimes.cli.console import next_step, shown
from fivetimes.cli.context import CONDUCTORS, Conductors, folder
from fivetimes.config import home_of_person
from fivetimes.errors import FivetimesError

if TYPE_CHECKING:
    from fivetimes.review import Installation
    from fivetimes.review.exporting import FileChange, Place

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
User = Annotated[bool, typer.Option("--user", help="The agent's folder in your home, for every project.")]


def _formats() -> list[str]:
    from fivetimes import exporters

    return list(exporters.exporters())


def export(
    names: Annotated[list[str], typer.Argument(metavar="ID...", help="Conductors' ids, or their beginnings.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            autocompletion=_formats,
            help="Such as runbook; a name that does not exist lists them all.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Folder for the files; by default beside the conductors."),
    ] = None,
    conductors: Conductors = CONDUCTORS,
    draft: Annotated[
        bool, typer.Option("--draft", help="Also what nobody approved; its title says that it is a draft.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what else stands in the place of a file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write an approved conductor in the format of another program; no word of it changes, nor does its approval."""
    from fivetimes import review

    read = review.conductor_or_draft if draft else review.approved_conductor
    place = review.Taken.IS_OVERWRITTEN if force else review.Taken.IS_REFUSED
    problems, exports = [], []
    for name in names:
        try:
            conductor = read(name, folder=conductors)
            written = review.export(
                conductor,
                form=form,
                output=output or conductors,
                home=folder(),
                conductors=conductors,
                taken=place,
            )
        except FivetimesError as problem:
            problems.append(str(problem))
            continue
        files = [{"path": str(path), "overwritten": was_taken} for path, was_taken in written.items()]
        is_draft = conductor.document["title"].endswith(review.DRAFT_MARK)
        exports.append({"id": conductor.id, "format": form, "draft": is_draft, "files": files})
        for path, was_taken in () if as_json else written.items():
            typer.echo(shown(str(path)) + (" (overwritten: something else stood there)" if was_taken else ""))
    if as_json:
        print_json({"schema": 1, "exports": exports, "problems": problems})
    if problems:
        raise FivetimesError("\n".join(problems))


def install(
    name: Annotated[str, typer.Argument(metavar="ID", help="An approved conductor's id, or its beginning.")],
    to: Annotated[str, typer.Option("--to", metavar="claude|codex|DIR", help="Whose skills, or which folder.")],
    user: User = False,
    form: Annotated[
        str,
        typer.Option("--format", metavar="NAME", autocompletion=_formats, help="In a folder; an agent reads skill."),
    ] = "skill",
    conductors: Conductors = CONDUCTORS,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a file that somebody else wrote or changed.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Put an approved conductor where an agent reads it: shows what would be written, asks, writes, and can take it out again."""
    from fivetimes import review

    if to in review.AGENTS and form != "skill":
        raise typer.BadParameter(f"{to} reads skills; --format goes with a folder")
    conductor = review.approved_conductor(name, folder=conductors)
    wanted = review.to_install(conductor, form=form, place=_place(to, user=user), home=folder())
    taken = review.Taken.IS_OVERWRITTEN if force else review.Taken.IS_REFUSED
    if all(one.before == one.after for one in wanted.changes):
        _answer(wanted, "Nothing to do: it is there already, as it would be written.", as_json=as_json)
        return
    _show(wanted)
    if not force:
        review.check_own(wanted)
    if not yes:
        typer.confirm("Write this there?", abort=True, err=True)
    review.install(wanted, home=folder(), taken=taken)
    _answer(wanted, f"Installed in {wanted.place.path}.", as_json=as_json)
    origin = f"{to} --user" if user else shlex.quote(to)
    next_step(f"fivetimes uninstall {wanted.conductor} --from {origin} takes it out again")


def uninstall(
    name: Annotated[str, typer.Argument(metavar="ID", help="The id of what was installed, or its beginning.")],
    origin: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="claude|codex|DIR",
            help="Where it was installed; needed where that is at several places.",
            show_default=False,
        ),
    ] = None,
    user: User = False,
    force: Annotated[bool, typer.Option("--force", help="Remove a file that somebody changed, too.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove exactly the files that install wrote; one that somebody changed since is refused."""
    from fivetimes import review

    if user and origin is None:
        raise typer.BadParameter("--user goes with --from")
    place = _place(origin, user=user) if origin is not None else None
    wanted = review.to_uninstall(name, place=place, home=folder())
    taken = review.Taken.IS_OVERWRITTEN if force else review.Taken.IS_REFUSED
    _show(wanted)
    if not force:
        review.check_own(wanted)
    if not yes:
        typer.confirm("Remove this?", abort=True, err=True)
    review.uninstall(wanted, home=folder(), taken=taken)
    _answer(wanted, f"Removed from {wanted.place.path}.", as_json=as_json)


def _place(to: str, *, user: bool) -> Place:
    from fivetimes import review

    if user:
        return review.place_of_person(to, home=home_of_person(), environ=os.environ)
    return review.place_in_project(to, here=Path.cwd())


def _show(wanted: Installation) -> None:
    """What would become of each file, on the standard error: the output is the answer."""
    for one in wanted.changes:
        typer.echo(shown(f"{_change(one)}  {one.path}"), err=True)
        if one.before is not None and one.after is not None and one.before != one.after:
            lines = difflib.unified_diff(
                one.before.splitlines(), one.after.splitlines(), "as it is", "as it will be", lineterm=""
            )
            typer.echo(shown("\n".join(lines)), err=True)


def _change(one: FileChange) -> str:
    if one.after is None:
        return "gone already" if one.before is None else "remove      "
    if one.before is None:
        return "new         "
    return "unchanged   " if one.before == one.after else "replace     "


def _answer(wanted: Installation, sentence: str, *, as_json: bool) -> None:
    if not as_json:
        typer.echo(shown(sentence))
        return
    files = [{"path": str(one.path), "change": _change(one).strip()} for one in wanted.changes]
    print_json({"schema": 1, "id": wanted.conductor, "place": str(wanted.place.path), "files": files})

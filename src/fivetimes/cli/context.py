"""The environment of a command -> what it works with: our folder, the sources, the last scan, who decides."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fivetimes import config as defaults
from fivetimes.cli.console import progress
from fivetimes.config import SearchEngine, home, home_of_person

if TYPE_CHECKING:
    from fivetimes.model.scans import Scan
    from fivetimes.model.spans import Span
    from fivetimes.pipeline import Gathered
    from fivetimes.review import Approval, ReviewContext
    from fivetimes.scan_requests import Request

Config = Annotated[Path | None, typer.Option(help="The team's fivetimes.toml.", show_default=False)]
Conductors = Annotated[Path, typer.Option("--conductors", metavar="DIR", help="Folder of the drafts and their ledger.")]
Columns = Annotated[
    str, typer.Option("--map", metavar="FIELD=COLUMN,...", help="What generic logs call person, time, action, ...")
]
CONDUCTORS = defaults.CONDUCTORS


def folder() -> Path:
    """The folder of our own state."""
    return home(os.environ)


def request(config: Path | None) -> Request:
    """The sources of the last scan, or of the named configuration."""
    from fivetimes import scan_requests

    return scan_requests.requested(config, environ=os.environ, home=home_of_person(), here=Path.cwd(), folder=folder())


def to_scan(
    paths: list[Path], config: Path | None, engine: SearchEngine = SearchEngine.PROFILE, columns: str = ""
) -> tuple[Request, bool]:
    """The sources to scan, and whether they were named, so that nobody needs to be asked."""
    from fivetimes import scan_requests

    if config is not None and paths:
        raise typer.BadParameter("give paths or --config, not both")
    if columns and not paths:
        raise typer.BadParameter("--map is for named paths; a fivetimes.toml has [columns]")
    if config is not None:
        wanted = scan_requests.from_config(config, engine=engine)
        return wanted, not wanted.discovered
    if paths:
        return scan_requests.from_paths(paths, columns=columns, engine=engine), True
    here = Path.cwd()
    if (here / "fivetimes.toml").is_file():
        return scan_requests.from_config(here / "fivetimes.toml", engine=engine), False
    return scan_requests.from_machine(os.environ, home=home_of_person(), here=here, engine=engine), False


def last(config: Path | None, conductors: Path = CONDUCTORS, *, span: Span | None = None) -> Scan:
    """The last scan of the named sources, or a new one when they have changed, with ids and titles of the conductors' folder.

    Of a span there is a new one always.
    """
    return last_work(config, conductors, span=span)[0]


def last_work(
    config: Path | None, conductors: Path = CONDUCTORS, *, span: Span | None = None
) -> tuple[Scan, Gathered | None]:
    """As `last`, with what was read for it; None where nothing had to be read."""
    from fivetimes import review, workspace

    wanted = replace(request(config), span=span)
    with progress() as tick:
        found, read = workspace.last_work(wanted, folder=folder(), tick=tick)
    return review.recognised(found, conductors), read


def work_of(wanted: Request) -> Gathered:
    """All work that a scan of this request looks at, read now, with progress.

    Raises:
        FivetimesError: nothing could be read; or the request is for a folder of teams.
    """
    from fivetimes import workspace

    with progress() as tick:
        return workspace.work(wanted, folder=folder(), tick=tick)


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

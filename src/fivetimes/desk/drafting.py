"""Scan -> Conductor, with what people said before: a rejection keeps a draft away, their words stay in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from fivetimes import conductors, pipeline, reviews, store
from fivetimes.desk.files import conductor_at, conductor_path, standings
from fivetimes.errors import RuleError
from fivetimes.model import Candidate, Conductor, Scan, Standing


def draft(
    scan: Scan,
    name: str,
    *,
    folder: Path,
    home: Path,
    environ: Mapping[str, str],
    at: datetime,
    use_live: bool = True,
    override: tuple[str, str] | None = None,
) -> Conductor:
    """Draft a conductor anew, with the words that a person put into the file that it is to replace; keep its evidence.

    Args and errors as for `sketch`.
    """
    made = sketch(scan, name, folder=folder, home=home, environ=environ, at=at, use_live=use_live, override=override)
    keep(pipeline.candidate_of(scan, name), made, home=home)
    return made


def keep(candidate: Candidate, conductor: Conductor, *, home: Path) -> None:
    """Keep what a draft stands on, so that it can be verified later."""
    store.keep_evidence(candidate, digest=conductor.document["evidence"]["digest"], folder=home)


def sketch(
    scan: Scan,
    name: str,
    *,
    folder: Path,
    home: Path,
    environ: Mapping[str, str],
    at: datetime,
    use_live: bool = True,
    override: tuple[str, str] | None = None,
) -> Conductor:
    """What would be drafted, with the words that a person put into the file that it is to replace. Nothing is kept of it.

    Args:
        scan: that found it.
        name: its id, or the beginning of it.
        folder: of the conductors and the ledger.
        home: our own folder.
        environ: of the process.
        at: when.
        use_live: read the sources again.
        override: who drafts it below the rule, and why.

    Raises:
        RuleError: it was seen too rarely, or a person rejected it and little was seen since.
    """
    candidate = pipeline.candidate_of(scan, name)
    stands = reviews.of(candidate.id, standings(folder))
    if reviews.stays_away(stands, count=candidate.count):
        raise RuleError(_away(candidate, stands))
    new = pipeline.draft(scan, candidate.id, folder=home, environ=environ, at=at, use_live=use_live, override=override)
    path = conductor_path(folder, new.id)
    return conductors.kept(new, conductor_at(path)) if path.exists() else new


def _away(candidate: Candidate, stands: Standing) -> str:
    last = stands.last
    said = f"by {last.by} on {last.at:%Y-%m-%d} ({last.why})." if last is not None else "before."
    return (
        f"{candidate.id} was rejected {said} It is proposed again from {reviews.returns_at(stands)} times on and was seen "
        f"{candidate.count} times. To take that back: fivetimes decide {candidate.id} --defer --by NAME --why TEXT"
    )

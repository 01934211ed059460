"""Scan -> Conductor, with what people said before: a rejection keeps a draft away, their words stay in it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from fivetimes import conductors, exporters, pipeline, reviews, store
from fivetimes.desk.files import conductor_at, conductor_path, standings
from fivetimes.desk.recalling import harmless, parsed, recall
from fivetimes.desk.seat import Seat
from fivetimes.errors import FivetimesError, RuleError
from fivetimes.model import Candidate, Conductor, Role, Standing


def draft(name: str, seat: Seat, *, use_live: bool = True, override: tuple[str, str] | None = None) -> Conductor:
    """Draft a conductor, with the words that a person put into the file that it is to replace; keep its evidence.

    Args and errors as for `sketch`, but for the name, which may be the beginning of an id.
    """
    candidate = pipeline.candidate_of(seat.scan, name)
    made = sketch(candidate, seat, use_live=use_live, override=override)
    keep(candidate, made, home=seat.home)
    return made


def keep(candidate: Candidate, conductor: Conductor, *, home: Path) -> None:
    """Keep what a draft stands on, so that it can be verified later."""
    store.keep_evidence(candidate, digest=conductor.document["evidence"]["digest"], folder=home)


def sketch(
    candidate: Candidate, seat: Seat, *, use_live: bool = True, override: tuple[str, str] | None = None
) -> Conductor:
    """What would be drafted, with the words that a person put into the file that it is to replace. Nothing is kept of it.

    Args:
        candidate: of the seat's scan.
        seat: who drafts where.
        use_live: read the sources again; else from the closed vocabulary alone.
        override: who drafts it below the rule, and why.

    Raises:
        RuleError: it was seen too rarely, a secret would come with it, or a person rejected it and little was seen since.
    """
    stands = reviews.of(candidate.id, standings(seat.folder))
    if reviews.stays_away(stands, count=candidate.count):
        raise RuleError(_away(candidate, stands))
    new = _anew(candidate, seat, use_live=use_live, override=override)
    path = conductor_path(seat.folder, new.id)
    return conductors.kept(new, conductor_at(path)) if path.exists() else new


def sketches(seat: Seat) -> dict[str, Conductor]:
    """What would be drafted of every candidate that the rule lets through, whatever people said of it before.

    One that a secret would come with is left out: `draft` says so of it, and a report is about all the others too.
    """
    rule = seat.scan.rule
    made = {}
    for candidate in seat.scan.candidates:
        if candidate.counted(rule.by) >= rule.extract:
            with suppress(RuleError):
                made[candidate.id] = _anew(candidate, seat, use_live=True, override=None)
    return made


def _anew(candidate: Candidate, seat: Seat, *, use_live: bool, override: tuple[str, str] | None) -> Conductor:
    rule = seat.scan.rule
    told = partial(conductors.draft, rule=rule, parse=parsed, at=seat.clock(), override=override)
    if not use_live:
        return conductors.locked(partial(told, conductors.without_names(candidate), None), _nothing_live)
    if candidate.counted(rule.by) < rule.extract and override is None:
        return told(candidate, None, harmless=_nothing_live)  # which refuses: nothing is read for it
    text = recall(seat.scan, candidate, home=seat.home)
    return conductors.locked(partial(told, candidate, text), harmless(text, seat))


def _nothing_live(_word: str, _role: Role) -> bool:
    return False


def _away(candidate: Candidate, stands: Standing) -> str:
    last = stands.last
    said = f"by {last.by} on {last.at:%Y-%m-%d} ({last.why})." if last is not None else "before."
    return (
        f"{candidate.id} was rejected {said} It is proposed again from {reviews.returns_at(stands)} times on and was seen "
        f"{candidate.count} times. To take that back: fivetimes decide {candidate.id} --defer --by NAME --why TEXT"
    )


def export(conductor: Conductor, *, form: str, folder: Path) -> list[Path]:
    """Write a conductor, and besides its YAML the files of a format, into a folder; returns their paths.

    Raises:
        FivetimesError: no such format, or the folder cannot be written.
    """
    known = exporters.exporters()
    if form not in known:
        raise FivetimesError(f"{form}: no such format. Known: {', '.join(sorted(known))}.")
    texts = {**known["yaml"](conductor), **known[form](conductor)}
    return store.write_all(texts, directory=folder)

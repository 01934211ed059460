"""A run's record, or all conductors -> a page: the run for its owner, the catalogue for outsiders, without persons."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fivetimes import conductors, reports, review, running
from fivetimes.conductor_document import stated
from fivetimes.followup.findings import Conduct
from fivetimes.followup.follow import FollowUp, drift_phrase, readable_records
from fivetimes.model.conductors import Conductor
from fivetimes.running.record import Record, RunEntry
from fivetimes.words import on_days

if TYPE_CHECKING:
    import jinja2

_HEADINGS = {
    "why": "Why did we run this?",
    "state": "In what state?",
    "alternative": "What was the alternative?",
    "gate": "Which gate did we pass?",
    "trail": "What is the trail?",
}


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    return reports.html_environment("fivetimes.followup")


def _page(name: str, **shown: object) -> str:
    style = reports.source("report.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _templates().get_template(name).render(style=style, style_hash=digest, **shown)


def run_page(record: Record) -> str:
    """A run as a page: how it stands, and the five questions answered.

    Raises:
        FivetimesError: the record is broken.
    """
    entries = record.entries()
    question = running.open_question(entries)
    last = entries[-1]
    if last.what == "ended":
        stands = f"It ended: {last.fields['result']}."
    elif question is not None:
        stands = f"It waits for {question.fields['answerer'] or 'anybody'}: {question.fields['question']}"
    else:
        stands = "It is open."
    began = entries[0].fields
    return _page(
        "run.html.j2",
        run=record.run,
        title=began.get("title", began["conductor"]),
        conductor=began["conductor"],
        stands=stands,
        answers=[(heading, running.ask(record, about)) for about, heading in _HEADINGS.items()],
        trail=[(n, f"{one.at:%Y-%m-%d %H:%M:%S}", _what(one), one.mark[8:20]) for n, one in enumerate(entries, 1)],
    )


def _what(entry: RunEntry) -> str:
    detail = [str(entry.fields[name]) for name in ("step", "answer", "by", "result") if entry.fields.get(name)]
    return f"{entry.what}{': ' if detail else ''}{', '.join(detail)}"


# ---- the catalogue


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A conductor as outsiders see it."""

    id: str
    title: str
    purpose: str
    life: str
    runs: int
    done: int
    passed: int
    refused: int
    overridden: int
    by_hand: int
    drift: str
    last: str
    evidence: str
    revision: str
    record: str


def catalogue(found: FollowUp, folder: Path) -> list[CatalogueRow]:
    """Every approved conductor with its purpose, its runs and gates, and whether the work has moved away from it.

    Args:
        found: what became of them.
        folder: of the conductors and the records of their runs.
    """
    documents = {one.id: one for one in review.conductors_in(folder)}
    gates: dict[str, Counter[str]] = {}
    ends: dict[str, str] = {}
    for entries in readable_records(folder)[0]:
        name = entries[0].fields["conductor"]
        ends[name] = entries[-1].mark
        gates.setdefault(name, Counter()).update(_gates(entries))
    return [
        _catalogue_row(one, documents[one.id], gates.get(one.id, Counter()), ends.get(one.id, ""))
        for one in found.conductors
    ]


def _gates(entries: Sequence[RunEntry]) -> Counter[str]:
    found: Counter[str] = Counter()
    for entry in entries:
        if entry.what == "answered" and entry.fields.get("about") == "gate":
            found["passed" if entry.fields["answer"] == "yes" else "refused"] += 1
            found["overridden"] += bool(entry.fields.get("override"))
    return found


def _catalogue_row(one: Conduct, conductor: Conductor, gates: Counter[str], end: str) -> CatalogueRow:
    document = conductor.document
    seen = document["evidence"]
    drift = "; ".join(drift_phrase(test, one.actions) for test in one.drifting)
    return CatalogueRow(
        id=one.id,
        title=document["title"],
        purpose=stated(document, "purpose") or "",
        life=one.life.value,
        runs=one.runs,
        done=one.done,
        passed=gates["passed"],
        refused=gates["refused"],
        overridden=gates["overridden"],
        by_hand=one.by_hand,
        drift=drift,
        last=one.last_run.date().isoformat() if one.last_run else "",
        evidence=f"{seen['occurrences']} times {on_days(seen['days'])}" if seen["occurrences"] else "none: from above",
        revision=conductors.fingerprint(document),
        record=end,
    )


def catalogue_page(found: FollowUp, folder: Path) -> str:
    """The catalogue as a page for outsiders."""
    return _page("catalogue.html.j2", rows=catalogue(found, folder), until=found.until.date().isoformat())

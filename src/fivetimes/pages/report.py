"""Scan -> report: one self-contained HTML page, or the same in Markdown."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import jinja2

from fivetimes.model import Conductor, Scan, Tier
from fivetimes.pages.cards import card
from fivetimes.pages.document import aliases
from fivetimes.pages.pictures import LADDER_HEIGHT, LADDER_WIDTH, TIMELINE_WIDTH, Rung, ladder
from fivetimes.pages.words import counted, day, lasting, number
from fivetimes.privacy import show


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read through one reader: the conservation law, with the reasons."""

    reader: str
    sources: int
    records: int
    events: int
    duplicates: int
    held_back: int
    ignored: tuple[tuple[str, int], ...]
    bad: tuple[tuple[str, int], ...]
    deduplicated: int


def report_html(scan: Scan, *, at: datetime, drafts: Mapping[str, Conductor], people: bool = False) -> str:
    """The report as one HTML file that needs nothing else: no script, no network, no places, no names.

    Args:
        scan: what was found.
        at: when the report is written.
        drafts: the drafts by candidate id, for their templates and open questions.
        people: add a table of routines by alias; for the owner's own file.
    """
    style = _source("report.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    words = {"style": style, "style_hash": digest, "by_alias": _by_alias(scan) if people else []}
    return _pages().get_template("report.html.j2").render(**_view(scan, at, drafts), **words)


def report_markdown(scan: Scan, *, at: datetime, drafts: Mapping[str, Conductor]) -> str:
    """The report in Markdown, for a pull request or a chat: no places, no names."""
    return _texts().get_template("report.md.j2").render(**_view(scan, at, drafts))


# ---- what both show


def _view(scan: Scan, at: datetime, drafts: Mapping[str, Conductor]) -> dict[str, Any]:
    first = min((source.first for source in scan.sources if source.first is not None), default=None)
    last = max((source.last for source in scan.sources if source.last is not None), default=None)
    cards = [card(found, drafts.get(found.id), first=first, last=last) for found in scan.candidates]
    return {
        "at": f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "cards": cards,
        "rungs": _rungs(scan),
        "rule": scan.rule,
        "lowered": _lowered(scan.rule),
        "span": f"{day(first)} to {day(last)}" if first and last else "no dates known",
        "ends": (day(first), day(last)),
        "totals": _totals(scan),
        "cost": _cost(scan),
        "kept": _kept(scan),
        "skipped": len(scan.skipped),
        "suppressed": sorted(scan.suppressed, key=lambda found: (-found.count, found.rule, found.steps)),
        "redactions": sorted(scan.redactions.items(), key=lambda rule: (-rule[1], rule[0])),
        "size": {"ladder": (LADDER_WIDTH, LADDER_HEIGHT), "timeline": TIMELINE_WIDTH},
    }


def _rungs(scan: Scan) -> list[Rung]:
    counts = Counter(candidate.tier for candidate in scan.candidates)
    return ladder(dict(counts), {tier: int(scan.rule[tier.value]) for tier in Tier})


def _lowered(rule: Mapping[str, Any]) -> str:
    by, because = rule.get("override_by"), rule.get("override_because")
    return f"The rule was lowered to {rule['extract']} by {by}, because: {because}" if by and because else ""


def _totals(scan: Scan) -> list[tuple[str, str]]:
    return [
        (number(scan.events), "event" if scan.events == 1 else "events"),
        (number(scan.sessions), "session" if scan.sessions == 1 else "sessions"),
        (number(scan.persons), "person" if scan.persons == 1 else "people"),
        (number(len(scan.sources)), "source" if len(scan.sources) == 1 else "sources"),
    ]


def _cost(scan: Scan) -> str:
    """The time that routines seen often enough took, by their median."""
    seconds = sum(
        found.count * found.duration[1]
        for found in scan.candidates
        if found.duration is not None and found.tier != Tier.NOTICED
    )
    return lasting(seconds) if seconds else ""


def _kept(scan: Scan) -> list[Kept]:
    readers = sorted({report.source.reader for report in scan.sources})
    return [_of_reader(scan, reader) for reader in readers]


def _of_reader(scan: Scan, reader: str) -> Kept:
    reports = [report for report in scan.sources if report.source.reader == reader]
    balances = [report.balance for report in reports]
    ignored: Counter[str] = sum((balance.ignored for balance in balances), Counter())
    bad: Counter[str] = sum((balance.bad for balance in balances), Counter())
    return Kept(
        reader,
        len(reports),
        sum(balance.records for balance in balances),
        sum(balance.events for balance in balances),
        sum(balance.duplicates for balance in balances),
        sum(balance.held_back for balance in balances),
        tuple(sorted(ignored.items())),
        tuple(sorted(bad.items())),
        sum(report.deduplicated for report in reports),
    )


def _by_alias(scan: Scan) -> list[tuple[str, list[int]]]:
    """How often each alias did each routine, in the order of the cards."""
    found = [Counter(occurrence.person for occurrence in candidate.occurrences) for candidate in scan.candidates]
    return [(alias, [counts[person] for counts in found]) for person, alias in aliases(scan).items()]


# ---- the two ways of writing


@lru_cache(maxsize=1)
def _loader() -> jinja2.BaseLoader:
    return jinja2.PackageLoader("fivetimes.pages")


def _source(name: str) -> str:
    return _loader().get_source(_pages(), name)[0]


@lru_cache(maxsize=1)
def _pages() -> jinja2.Environment:
    """HTML: every expression is escaped, and what steers a display is replaced."""
    return _environment(autoescape=True, finalize=_shown)


@lru_cache(maxsize=1)
def _texts() -> jinja2.Environment:
    """Markdown: every expression is escaped for Markdown and the HTML in it."""
    return _environment(autoescape=False, finalize=_as_markdown)


def _environment(*, autoescape: bool, finalize: Any) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=_loader(),
        autoescape=autoescape,
        finalize=finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"counted": counted, "number": number}
    return made


def _shown(value: object) -> object:
    return show(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _as_markdown(value: object) -> object:
    """One line that Markdown shows as it stands."""
    if not isinstance(value, str):
        return value
    line = html.escape(" ".join(show(value).split()), quote=False)
    return re.sub(r"([\\`*_\[\]|#~!])", r"\\\1", line)

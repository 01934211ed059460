"""Scan -> report: one self-contained HTML page, or the same in Markdown."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fivetimes.config import Counted, FiveTimesRule
from fivetimes.model import PROPOSED, Candidate, Changes, Conductor, LiveText, Scan, Standing, Suppressed, Tier
from fivetimes.reports.cards import card
from fivetimes.reports.document import aliases
from fivetimes.reports.figures import Figures, Heat, figures, people_heat
from fivetimes.reports.graph import graph
from fivetimes.reports.pictures import (
    LADDER_HEIGHT,
    LADDER_WIDTH,
    TIMELINE_WIDTH,
    TREND_HEIGHT,
    TREND_WIDTH,
    Rung,
    ladder,
    trend,
)
from fivetimes.reports.templating import pages, source, texts
from fivetimes.reports.told import Figure, Told, told
from fivetimes.reports.words import counted, day, lasting, number

_OPEN = 3  # cards that stand open when the page is opened
_WEEKS = 53  # in the table of the weeks: a year
_HEATS = 5  # shades of the heat map
# what the rule counts, in words
_COUNTED = {Counted.OCCURRENCES: "times", Counted.SESSIONS: "sessions", Counted.DAYS: "days"}


def report_html(
    scan: Scan,
    *,
    at: datetime,
    drafts: Mapping[str, Conductor],
    standings: Mapping[str, Standing] | None = None,
    people: bool = False,
    live: Mapping[str, LiveText] | None = None,
) -> str:
    """The report as one HTML file that needs nothing else: no network, no script but its own; no names, and no places.

    Args:
        scan: what was found.
        at: when the report is written.
        drafts: the drafts by candidate id, for their templates and open questions.
        standings: how conductors stand, by id.
        people: add a table of routines by alias; for the owner's own file.
        live: the lines behind each candidate, read again just now, with their places; for the owner's own file.
    """
    style, script = source("report.css"), source("report.js")
    words = {
        "style": style,
        "style_hash": _hash(style),
        "script": script,
        "script_hash": _hash(script),
        "by_alias": _people(scan) if people else None,
        "live": live is not None,
    }
    return (
        pages().get_template("report.html.j2").render(**_view(scan, at, drafts, standings or {}, live or {}), **words)
    )


def report_markdown(
    scan: Scan, *, at: datetime, drafts: Mapping[str, Conductor], standings: Mapping[str, Standing] | None = None
) -> str:
    """The report in Markdown, for a pull request or a chat: no places, no names."""
    return texts().get_template("report.md.j2").render(**_view(scan, at, drafts, standings or {}, {}))


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# ---- what both show


def _view(
    scan: Scan,
    at: datetime,
    drafts: Mapping[str, Conductor],
    standings: Mapping[str, Standing],
    live: Mapping[str, LiveText],
) -> dict[str, Any]:
    reckoned = figures(scan)
    cards = [
        card(
            found,
            drafts.get(found.id),
            first=reckoned.first,
            last=reckoned.last,
            where=f"/candidates/{n}",
            standing=standings.get(found.id, PROPOSED),
            live=live.get(found.id),
        )
        for n, found in enumerate(scan.candidates)
    ]
    return {
        "at": f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "cards": cards,
        "open": _OPEN,
        "rungs": _rungs(scan, reckoned),
        "counted_by": _COUNTED[scan.rule.by],
        "moved": _moved(scan),
        "compared": scan.changes is not None,
        "rule": scan.rule,
        "lowered": _lowered(scan.rule),
        "span": _span(reckoned),
        "lead": _lead(reckoned),
        "ends": (Figure(day(reckoned.first), "/period/first"), Figure(day(reckoned.last), "/period/last")),
        "totals": _totals(scan, reckoned),
        "kept": reckoned.readers,
        "set_aside": _set_aside(reckoned),
        "skipped": Figure(counted(len(scan.skipped), "source"), "/totals/skipped") if scan.skipped else "",
        "skipped_lines": scan.skipped,
        "suppressed": _suppressed(scan.suppressed),
        "redactions": sorted(scan.redactions.items(), key=lambda rule: (-rule[1], rule[0])),
        "heat": _heat(reckoned.heat, at="/heat", names="readers"),
        "graph": graph(scan, reckoned.follows),
        "follows": _follows(scan, reckoned),
        "chance": _chance(scan),
        "weeks": reckoned.trend,
        "shown_weeks": _WEEKS,
        "bars": trend(reckoned.trend, most=reckoned.most_in_a_week),
        "most": reckoned.most_in_a_week,
        "size": {
            "ladder": (LADDER_WIDTH, LADDER_HEIGHT),
            "timeline": TIMELINE_WIDTH,
            "trend": (TREND_WIDTH, TREND_HEIGHT),
        },
    }


def one_card(scan: Scan, candidate: Candidate, draft: Conductor | None, *, standing: Standing) -> dict[str, Any]:
    """What the template of a card needs for one routine of a scan, for a page that shows it by itself."""
    reckoned = figures(scan)
    return {
        "card": card(
            candidate, draft, first=reckoned.first, last=reckoned.last, where="", standing=standing, live=None
        ),
        "live": False,
        "ends": (day(reckoned.first), day(reckoned.last)),
        "size": {"timeline": TIMELINE_WIDTH},
    }


def _rungs(scan: Scan, reckoned: Figures) -> list[Rung]:
    changes = scan.changes or Changes()
    arrived = {*changes.new, *(one.id for one in changes.promoted)}
    moved = Counter(candidate.tier for candidate in scan.candidates if candidate.id in arrived)
    return ladder(reckoned.ladder, {tier: getattr(scan.rule, tier) for tier in Tier}, moved)


def _moved(scan: Scan) -> list[tuple[str, list[tuple[str, str]]]]:
    """What differs from the last report: (heading, (the routine, its link)), empty headings left out."""
    if scan.changes is None:
        return []
    titles = {candidate.id: (candidate.title, f"card-{n}") for n, candidate in enumerate(scan.candidates, 1)}
    climbed = [(one, titles[one.id]) for one in scan.changes.promoted if one.id in titles]
    said = [
        ("climbed", [(f"{title}, {one.before} → {one.after}", link) for one, (title, link) in climbed]),
        ("new", [titles[name] for name in scan.changes.new if name in titles]),
        ("not found any more", [(title, "") for _, title in scan.changes.gone]),
    ]
    return [(heading, names) for heading, names in said if names]


def _lowered(rule: FiveTimesRule) -> str:
    if rule.override is None:
        return ""
    by, because = rule.override
    return f"The rule was lowered to {rule.extract} by {by}, because: {because}"


def _span(reckoned: Figures) -> Told:
    if reckoned.first is None or reckoned.last is None:
        return told("no dates known")
    return told(Figure(day(reckoned.first), "/period/first"), " to ", Figure(day(reckoned.last), "/period/last"))


def _lead(reckoned: Figures) -> Told:
    """The whole report in one sentence."""
    if not reckoned.routines:
        return told("No sequence came back often enough for a conductor yet.")
    parts: list[str | Figure] = [
        Figure(counted(reckoned.routines, "routine"), "/totals/routines"),
        " came back often enough for a conductor, ",
        Figure(counted(reckoned.occurrences, "time"), "/totals/occurrences"),
        " in all",
    ]
    if reckoned.hours:
        parts += [", and took about ", Figure(lasting(reckoned.hours * 3600), "/totals/hours"), " of hands-on time"]
    if reckoned.saved:
        parts += ["; a command in place of each would save ", Figure(lasting(reckoned.saved * 3600), "/totals/saved")]
    return told(*parts, ".")


def _totals(scan: Scan, reckoned: Figures) -> list[tuple[Figure, str]]:
    rows = [
        (reckoned.records, "records", "record read", "records read"),
        (scan.sessions, "sessions", "session", "sessions"),
        (scan.persons, "people", "person", "people"),
        (len(scan.sources), "sources", "source", "sources"),
    ]
    return [(Figure(number(n), f"/totals/{key}"), one if n == 1 else many) for n, key, one, many in rows]


def _set_aside(reckoned: Figures) -> Told | str:
    """What of the records is no event, and the commonest reasons."""
    if not reckoned.set_aside:
        return ""
    reasons: dict[str, int] = {}
    for kept in reckoned.readers:
        for reason, count in (*kept.ignored.items(), *kept.bad.items(), ("seen twice", kept.duplicates)):
            reasons[reason] = reasons.get(reason, 0) + count
    first = [reason for reason, count in sorted(reasons.items(), key=lambda r: (-r[1], r[0])) if count][:3]
    left = Figure(counted(reckoned.set_aside, "record"), "/totals/set_aside")
    return told(left, f" set aside, mostly: {', '.join(first)}")


def _follows(scan: Scan, reckoned: Figures) -> list[tuple[str, str, Figure]]:
    """Routines that were done one after the other, and how often."""
    titles = {candidate.id: candidate.title for candidate in scan.candidates}
    return [
        (titles[pair.first], titles[pair.then], Figure(counted(pair.count, "time"), f"/follows/{n}/count"))
        for n, pair in enumerate(reckoned.follows)
    ]


def _chance(scan: Scan) -> list[tuple[Figure, list[Figure]]]:
    """What made-up histories of the same team give: how they were made up, and the mean count of each tier."""
    return [
        (
            Figure(one.how, f"/chance/{n}/how"),
            [Figure(f"{getattr(one, tier.value):g} {tier.value}", f"/chance/{n}/{tier.value}") for tier in Tier],
        )
        for n, one in enumerate(scan.chance)
    ]


def _suppressed(found: Sequence[Suppressed]) -> list[tuple[str, Figure, str]]:
    ordered = sorted(enumerate(found), key=lambda pair: (-pair[1].count, pair[1].rule, pair[1].steps))
    return [(" → ".join(s.steps), Figure(number(s.count), f"/suppressed/{n}/count"), s.rule) for n, s in ordered]


def _heat(heat: Heat, *, at: str, names: str) -> dict[str, Any]:
    """The columns, and for each routine its cells as (count or nothing, shade)."""
    most = max((count for row in heat.rows for count in row), default=0)
    rows = [
        [
            (
                Figure(number(count), f"{at}/routines/{n}/counts/{m}") if count else "",
                -(-count * _HEATS // max(1, most)),
            )
            for m, count in enumerate(row)
        ]
        for n, row in enumerate(heat.rows)
    ]
    return {"columns": [Figure(name, f"{at}/{names}/{n}") for n, name in enumerate(heat.columns)], "rows": rows}


def _people(scan: Scan) -> dict[str, Any]:
    """How often each alias did each routine, in the order of the cards."""
    return _heat(people_heat(scan.candidates, aliases(scan)), at="/people", names="aliases")

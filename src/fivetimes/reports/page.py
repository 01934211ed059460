"""Scan -> the report as one self-contained HTML page, or the same in Markdown."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from fivetimes.config import Counted, FiveTimesRule
from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.conductors import Conductor, ConductorEffect
from fivetimes.model.decisions import Standing, Status
from fivetimes.model.live_text import LiveText
from fivetimes.model.scans import Scan
from fivetimes.model.suppression import Suppressed
from fivetimes.redaction import show
from fivetimes.reports.cards import card
from fivetimes.reports.figures import (
    WHAT_HABITS_ARE,
    Figure,
    HeatMap,
    ReportFigures,
    Sentence,
    counted,
    day,
    in_four_weeks,
    lasting,
    number,
    people_heat,
    report_figures,
    sentence,
    to_decide,
    why_nothing,
)
from fivetimes.reports.persons import aliases
from fivetimes.reports.pictures import (
    SPARK_HEIGHT,
    SPARK_WIDTH,
    TIMELINE_WIDTH,
    TREND_HEIGHT,
    TREND_WIDTH,
    graph,
    spark,
    trend,
)

if TYPE_CHECKING:
    import jinja2

_PACKAGE = "fivetimes.reports"


@lru_cache(maxsize=1)
def _loader() -> jinja2.BaseLoader:
    import jinja2  # here, as below: most commands write no page

    return jinja2.PackageLoader(_PACKAGE)


def source(name: str) -> str:
    """The text of a template or style sheet."""
    return _loader().get_source(_html_templates(), name)[0]


@lru_cache(maxsize=1)
def _html_templates() -> jinja2.Environment:
    """HTML: every expression is escaped, and control characters are replaced."""
    return _environment(_loader(), autoescape=True, finalize=_shown)


def html_environment(package: str) -> jinja2.Environment:
    """The same environment for the templates of another package, which may include those of the report."""
    import jinja2

    loader = jinja2.ChoiceLoader([jinja2.PackageLoader(package), _loader()])
    made = _environment(loader, autoescape=True, finalize=_shown)
    made.filters |= {"lines": lines, "typed": typed}
    return made


@lru_cache(maxsize=1)
def _markdown_templates() -> jinja2.Environment:
    """Markdown: every expression is escaped for Markdown and for the HTML in it."""
    return _environment(_loader(), autoescape=False, finalize=_as_markdown)


def _environment(loader: jinja2.BaseLoader, *, autoescape: bool, finalize: Any) -> jinja2.Environment:
    import jinja2

    made = jinja2.Environment(
        loader=loader,
        autoescape=autoescape,
        finalize=finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"counted": counted, "number": number, "pointer": _pointer}
    made.globals["figure"] = Figure
    return made


def lines(text: str) -> Markup:
    r"""A text of several lines, escaped, with the control characters of each line replaced.

    Example:
        >>> lines("a\n<b>")
        Markup('a\n&lt;b&gt;')
    """
    return escape("\n".join(show(line) for line in text.split("\n")))


def typed(text: str) -> Markup:
    """A text in a field, to be changed and sent back: escaped, and otherwise exact.

    Example:
        >>> typed('a"')
        Markup('a&#34;')
    """
    return escape(text)


def _pointer(key: str) -> str:
    """A key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def _shown(value: object) -> object:
    return show(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _as_markdown(value: object) -> object:
    """One line that Markdown shows unchanged."""
    if not isinstance(value, str | Figure | Sentence):
        return value
    line = html.escape(" ".join(show(str(value)).split()), quote=False)
    return re.sub(r"([\\`*_\[\]|#~!])", r"\\\1", line)


_DIGEST = 3  # of a digest, for each of its parts: with them it has at most twelve lines
# what stands above the table unfolded: with so many the first view is one screen of 1280 x 900; the rest is folded, with its count
_EFFECTS = 4
_DECIDE = 5
_CHANGED = 3  # under each of the three headings
_LISTED = {"climbed": "promoted", "new": "new", "gone": "gone"}  # heading -> the list of report.json
_WEEK = 7  # days
_WEEKS = 53  # in the table of the weeks: a year
_HABITS = 20  # in the table of the work habits; report.json has the tail too
_HEATS = 5  # shades of the heat map
# what the rule counts, in words
_COUNTED = {Counted.OCCURRENCES: "times", Counted.SESSIONS: "sessions", Counted.DAYS: "days"}


def report_html(
    scan: Scan,
    *,
    at: datetime,
    drafts: Mapping[str, Conductor],
    effects: Sequence[ConductorEffect] = (),
    people: bool = False,
    live: Mapping[str, LiveText] | None = None,
) -> str:
    """The report as one HTML file that needs nothing else: no network, no script but its own; no names, and no locations.

    Args:
        scan: what was found.
        at: when the report is written.
        drafts: the drafts by candidate id, for their templates and open questions.
        effects: what approved conductors changed.
        people: add a table of routines by alias; for the owner's own file.
        live: the lines behind each candidate, read again just now, with their locations; for the owner's own file.
    """
    style, script = source("report.css"), source("report.js")
    own = {
        "style": style,
        "style_hash": _hash(style),
        "script": script,
        "script_hash": _hash(script),
        "by_alias": _people(scan) if people else None,
        "live": live is not None,
    }
    return (
        _html_templates().get_template("report.html.j2").render(**_view(scan, at, drafts, effects, live or {}), **own)
    )


def report_markdown(
    scan: Scan, *, at: datetime, drafts: Mapping[str, Conductor], effects: Sequence[ConductorEffect] = ()
) -> str:
    """The report in Markdown, for a pull request or a chat: no locations, no names."""
    return _markdown_templates().get_template("report.md.j2").render(**_view(scan, at, drafts, effects, {}))


def report_digest(
    scan: Scan, *, at: datetime, drafts: Mapping[str, Conductor], effects: Sequence[ConductorEffect] = ()
) -> str:
    """The week in at most fifteen lines of Markdown, for a chat: what waits, what changed, and what conductors changed."""
    return _markdown_templates().get_template("digest.md.j2").render(**_view(scan, at, drafts, effects, {}))


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


# ---- the values that both templates show


def _view(
    scan: Scan,
    at: datetime,
    drafts: Mapping[str, Conductor],
    effects: Sequence[ConductorEffect],
    live: Mapping[str, LiveText],
) -> dict[str, Any]:
    computed = report_figures(scan)
    cards = [
        card(
            found,
            drafts.get(found.id),
            first=computed.first,
            last=computed.last,
            where=f"/candidates/{n}",
            live=live.get(found.id),
        )
        for n, found in enumerate(scan.candidates)
    ]
    return {
        "at": f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "cards": cards,
        "rungs": [tier.value for tier in Tier],
        "ladder": computed.ladder,
        "statuses": [status.value for status in Status if any(c.standing.status is status for c in scan.candidates)],
        "decide": [(one, one.saved) for one, c in zip(cards, scan.candidates, strict=True) if to_decide(c)],
        "most_decide": _DECIDE,
        "most_effects": _EFFECTS,
        "most_changed": _CHANGED,
        "all_effects": Figure(number(len(effects)), "/effects"),
        "all_decide": Figure(number(sum(map(to_decide, scan.candidates))), "/week/to_decide"),
        "most_digest": _DIGEST,
        "since": _since(scan),
        "effects": list(map(_effect, range(len(effects)), effects)),
        "changes": list(map(_recent, range(len(cards)), computed.recent)),
        "counted_by": _COUNTED[scan.rule.by],
        "moved": _moved(scan),
        "compared": scan.changes is not None,
        "rule": scan.rule,
        "lowered": _lowered(scan.rule),
        "confined": "" if scan.confined is None else f"{scan.confined.phrase.capitalize()}.",
        "merged": scan.merged,
        "span": _span(scan, computed),
        "lead": _lead(scan, computed, at),
        "whole": _whole(scan, computed),
        "ends": (Figure(day(computed.first), "/period/first"), Figure(day(computed.last), "/period/last")),
        "totals": _totals(scan, computed),
        "readers": computed.readers,
        "set_aside": _set_aside(computed),
        "skipped": Figure(counted(len(scan.skipped), "source"), "/totals/skipped") if scan.skipped else "",
        "skipped_lines": scan.skipped,
        "habits": _sequences(scan.habits, at="/habits")[:_HABITS],
        "what_habits_are": WHAT_HABITS_ARE,
        "nothing": _nothing(scan),
        "suppressed": _sequences(scan.not_proposed, at="/suppressed"),
        "redactions": sorted(scan.redactions.items(), key=lambda rule: (-rule[1], rule[0])),
        "heat": _heat(computed.heat, at="/heat", names="readers"),
        "graph": graph(scan, computed.follows),
        "follows": _follows(scan, computed),
        "chance": _chance(scan),
        "weeks": computed.trend,
        "shown_weeks": _WEEKS,
        "bars": trend(computed.trend, most=computed.most_in_a_week),
        "most": computed.most_in_a_week,
        "size": {
            "spark": (SPARK_WIDTH, SPARK_HEIGHT),
            "timeline": TIMELINE_WIDTH,
            "trend": (TREND_WIDTH, TREND_HEIGHT),
        },
    }


def one_card(scan: Scan, candidate: Candidate, draft: Conductor | None, *, standing: Standing) -> dict[str, Any]:
    """The values of the card template for one routine of a scan, for a page that shows it alone."""
    computed = report_figures(scan)
    return {
        "card": card(
            replace(candidate, standing=standing), draft, first=computed.first, last=computed.last, where="", live=None
        ),
        "live": False,
        "ends": (day(computed.first), day(computed.last)),
        "size": {"timeline": TIMELINE_WIDTH},
    }


def _since(scan: Scan) -> Figure | str:
    changes = scan.changes
    return Figure(day(changes.since), "/changes/since") if changes is not None and changes.since is not None else ""


def _effect(number: int, one: ConductorEffect) -> tuple[Figure, Figure | str, Figure | str, Figure, Figure]:
    """A row of the table of effects: title, by hand in four weeks before and since, runs, and how it fares."""
    where = f"/effects/{number}"
    before, since = in_four_weeks(one.before, one.days_before), in_four_weeks(one.since, one.days_since)
    return (
        Figure(one.title, f"{where}/title"),
        "too short to say" if before is None else Figure(f"{before:g}", f"{where}/before_in_four_weeks"),
        "too short to say" if since is None else Figure(f"{since:g}", f"{where}/since_in_four_weeks"),
        Figure(counted(one.runs, "run"), f"{where}/runs"),
        Figure(one.standing, f"{where}/standing"),
    )


def _change(more: int) -> str:
    return f"+{more}" if more > 0 else f"−{-more}" if more else "±0"


def _recent(number: int, weeks: Sequence[int]) -> tuple[int, Figure, list[tuple[int, int]]]:
    """The change of the last week as a key and as a figure, and the bars of the last twelve weeks."""
    change = weeks[-1] - weeks[-2]
    return change, Figure(_change(change), f"/recent/{number}/change"), spark(weeks)


@dataclass(frozen=True, slots=True)
class _ChangedRoutine:
    """A routine that differs from the last report: its title, what is said of it with the sign before, and its link; "" without."""

    title: str
    sign: str
    note: str
    link: str

    @property
    def text(self) -> str:
        """All of it in one line."""
        return f"{self.title}{self.sign} {self.note}" if self.note else self.title


def _moved(scan: Scan) -> list[tuple[str, list[_ChangedRoutine], Figure]]:
    """What differs from the last report: (heading, the routines, how many they are), empty headings left out."""
    if scan.changes is None:
        return []
    titles = {candidate.id: (candidate.title, f"card-{n}") for n, candidate in enumerate(scan.candidates, 1)}
    climbed = [(one, titles[one.id]) for one in scan.changes.promoted if one.id in titles]
    gone = [_ChangedRoutine(one.title, ":", one.why, titles.get(one.into, ("", ""))[1]) for one in scan.changes.gone]
    changes = [
        (
            "climbed",
            [_ChangedRoutine(title, ",", f"{one.before} → {one.after}", link) for one, (title, link) in climbed],
        ),
        (
            "new",
            [
                _ChangedRoutine(title, "", "", link)
                for title, link in (titles[n] for n in scan.changes.new if n in titles)
            ],
        ),
        ("gone", gone),
    ]
    return [(name, ones, Figure(number(len(ones)), f"/changes/{_LISTED[name]}")) for name, ones in changes if ones]


def _lowered(rule: FiveTimesRule) -> str:
    if rule.override is None:
        return ""
    by, because = rule.override
    return f"The rule was lowered to {rule.extract} by {by}, because: {because}"


def _span(scan: Scan, computed: ReportFigures) -> Sentence:
    if scan.merged:
        return sentence("from the bundles that people shared")
    if computed.first is None or computed.last is None:
        return sentence("no dates known")
    return sentence(Figure(day(computed.first), "/period/first"), " to ", Figure(day(computed.last), "/period/last"))


def _lead(scan: Scan, computed: ReportFigures, at: datetime) -> Sentence:
    """The last week in one sentence, and what it asks for; of bundles, which have no weeks, the whole."""
    week = computed.week
    if week is None or scan.merged:
        return _whole(scan, computed)
    is_now = (at.astimezone(UTC).date() - week.last).days < _WEEK
    parts: list[str | Figure] = (
        ["This week: "]
        if is_now
        else ["Week to ", Figure(day(datetime.combine(week.last, datetime.min.time())), "/week/last"), ": "]
    )
    parts += [Figure(counted(week.runs, "run"), "/week/runs"), " ("]
    parts += [Figure(_change(week.runs - week.before), "/week/change"), ")"]
    if week.hours:
        parts += [", about ", Figure(lasting(week.hours * 3600), "/week/hours")]
    if not week.to_decide:
        return sentence(*parts, "; nothing needs your decision.")
    need = "needs" if week.to_decide == 1 else "need"
    return sentence(*parts, "; ", Figure(number(week.to_decide), "/week/to_decide"), f" {need} your decision.")


def _whole(scan: Scan, computed: ReportFigures) -> Sentence:
    """The whole report in one sentence."""
    if scan.merged and not scan.candidates:
        return sentence("No three people have three steps of one routine in common.")
    if not computed.routines and scan.conductors:
        return sentence("What was repeated often enough for a conductor is one already.")
    if not computed.routines:
        return sentence("No sequence was repeated often enough for a conductor yet.")
    parts: list[str | Figure] = [
        Figure(counted(computed.routines, "routine"), "/totals/routines"),
        f" {'was' if computed.routines == 1 else 'were'} repeated often enough for a conductor, ",
        "at least " if scan.merged else "",
        Figure(counted(computed.occurrences, "time"), "/totals/occurrences"),
        " in all",
    ]
    if computed.hours:
        parts += [", and took about ", Figure(lasting(computed.hours * 3600), "/totals/hours"), " of hands-on time"]
    if computed.saved:
        parts += ["; a command instead of each would save ", Figure(lasting(computed.saved * 3600), "/totals/saved")]
    return sentence(*parts, ".")


def _totals(scan: Scan, computed: ReportFigures) -> list[tuple[Figure, str]]:
    if scan.merged:
        return [(Figure(number(scan.persons), "/totals/people"), "people or more")]
    rows = [
        (computed.records, "records", "record read", "records read"),
        (scan.sessions, "sessions", "session", "sessions"),
        (scan.persons, "people", "person", "people"),
        (len(scan.sources), "sources", "source", "sources"),
    ]
    return [(Figure(number(n), f"/totals/{key}"), one if n == 1 else many) for n, key, one, many in rows]


def _set_aside(computed: ReportFigures) -> Sentence | str:
    """How many records are no events, and the most common reasons."""
    if not computed.set_aside:
        return ""
    reasons: dict[str, int] = {}
    for reader in computed.readers:
        for reason, count in (*reader.ignored.items(), *reader.bad.items(), ("seen twice", reader.duplicates)):
            reasons[reason] = reasons.get(reason, 0) + count
    first = [reason for reason, count in sorted(reasons.items(), key=lambda r: (-r[1], r[0])) if count][:3]
    left = Figure(counted(computed.set_aside, "record"), "/totals/set_aside")
    return sentence(left, f" set aside, mostly: {', '.join(first)}")


def _follows(scan: Scan, computed: ReportFigures) -> list[tuple[str, str, Figure]]:
    """Pairs of routines that were done one after the other, and how often."""
    titles = {candidate.id: candidate.title for candidate in scan.candidates}
    return [
        (titles[pair.first], titles[pair.then], Figure(counted(pair.count, "time"), f"/follows/{n}/count"))
        for n, pair in enumerate(computed.follows)
    ]


def _chance(scan: Scan) -> list[tuple[Figure, list[Figure]]]:
    """What the search finds in made-up histories of the same team: how they were made, and the mean count of each tier."""
    return [
        (
            Figure(one.how, f"/chance/{n}/how"),
            [Figure(f"{getattr(one, tier.value):g} {tier.value}", f"/chance/{n}/{tier.value}") for tier in Tier],
        )
        for n, one in enumerate(scan.chance)
    ]


def _nothing(scan: Scan) -> tuple[Sentence, list[tuple[str, Sentence]]] | None:
    """Why nothing is proposed, and the near misses: steps, and how often with the rule."""
    why = why_nothing(scan)
    if why is None:
        return None
    if scan.merged:
        return sentence("Shown is what three people or more do."), []
    if why.rule is None:
        return sentence("No two actions were done together often enough to be looked at."), []
    often = Figure(counted(why.count, "sequence"), f"/by_rule/{why.rule.value}")
    nearest = [
        (
            " → ".join(one.steps),
            sentence(
                Figure(counted(one.count, "time"), f"/suppressed/{n}/count"),
                ": ",
                Figure(one.reason, f"/suppressed/{n}/rule"),
            ),
        )
        for n, one in why.nearest
    ]
    return sentence("The rule that most of what was looked at failed: ", f"{why.rule.heading} (", often, ")."), nearest


def _sequences(found: Sequence[Suppressed], *, at: str) -> list[tuple[str, Figure, str]]:
    ordered = sorted(enumerate(found), key=lambda pair: (-pair[1].count, pair[1].reason, pair[1].steps))
    return [(" → ".join(s.steps), Figure(number(s.count), f"{at}/{n}/count"), s.reason) for n, s in ordered]


def _heat(heat: HeatMap, *, at: str, names: str) -> dict[str, Any]:
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

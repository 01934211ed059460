"""Scan -> what a terminal shows: the ladder, one candidate; every text passed through `show`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fivetimes.model import Candidate, LiveText, Occurrence, Scan, Source, Tier
from fivetimes.redaction import show
from fivetimes.reports.strip import strip

_COLOUR = {Tier.CANONICAL: "green", Tier.EXTRACT: "cyan", Tier.NOTICED: "yellow"}
_STEPS_SHOWN = 5
_WIDE = 110  # columns that a table with ids and steps needs


def _text(value: object, style: str = "") -> Text:
    return Text(show(str(value)), style=style)


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _rungs(scan: Scan) -> str:
    counts = {tier: sum(c.tier is tier for c in scan.candidates) for tier in Tier}
    rule = scan.rule
    return (
        f"canonical ({rule.canonical}+): {counts[Tier.CANONICAL]}   "
        f"extract ({rule.extract}+): {counts[Tier.EXTRACT]}   "
        f"noticed ({rule.noticed}+): {counts[Tier.NOTICED]}"
    )


def _short_steps(candidate: Candidate) -> str:
    usual = [step.action for step in candidate.steps if step.share > 0.5]
    more = f" … +{len(usual) - _STEPS_SHOWN}" if len(usual) > _STEPS_SHOWN else ""
    return " → ".join(usual[:_STEPS_SHOWN]) + more


def _times(candidate: Candidate) -> str:
    return f"{'≥' if candidate.at_least else ''}{candidate.count}"


def _last_seen(candidate: Candidate) -> str:
    seen = [o.start for o in candidate.occurrences if o.start is not None]
    return max(seen).strftime("%Y-%m-%d") if seen else "unknown"


def ladder(scan: Scan, *, width: int) -> RenderableType:
    """The five-times ladder: canonical, extract, noticed, the best first.

    Args:
        scan: what was found.
        width: columns of the terminal; a narrow one gets two lines per routine instead of a table.
    """
    head = _text(
        f"{_plural(scan.events, 'event')} of {_people(scan.persons)} in {_plural(scan.sessions, 'session')}, "
        f"from {_plural(len(scan.sources), 'source')}"
    )
    rungs = _text(_rungs(scan), "bold")
    if not scan.candidates:
        none = _text("No routine was found. Nothing is done twice often enough to be told from chance.")
        return Group(head, rungs, none, *_footer(scan))
    body = _table(scan) if width >= _WIDE else _list(scan)
    return Group(head, rungs, Text(), body, *_footer(scan))


def _table(scan: Scan) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=False)
    for name in ("id", "tier", "title", "times", "people", "last seen", "steps"):
        table.add_column(
            name,
            justify="right" if name in ("times", "people") else "left",
            no_wrap=name not in ("title", "steps"),
            max_width=24 if name == "title" else None,
        )
    for c in scan.candidates:
        table.add_row(
            _text(c.id, "bold"),
            _text(c.tier, _COLOUR[c.tier]),
            _text(c.title),
            _text(_times(c)),
            _text(c.people),
            _text(_last_seen(c)),
            _text(_short_steps(c)),
        )
    return table


def _list(scan: Scan) -> Group:
    lines: list[Text] = []
    for c in scan.candidates:
        head = Text.assemble((show(c.id), "bold"), "  ", (c.tier.value, _COLOUR[c.tier]))
        head.append(f"  {_times(c)} times, {_people(c.people)}, last {_last_seen(c)}")
        lines += [head, _text(f"    {c.title}: {_short_steps(c)}")]
    return Group(*lines)


def _changed(scan: Scan) -> Iterator[str]:
    """What differs from the last scan, in sentences."""
    if scan.changes is None:
        return
    for one in scan.changes.promoted:
        yield f"promoted since the last scan: {one.id}, {one.before} → {one.after}"
    if scan.changes.new:
        yield f"new since the last scan: {', '.join(scan.changes.new)}"
    if scan.changes.gone:
        yield f"not found any more: {', '.join(name for name, _ in scan.changes.gone)}"


def _by_chance(scan: Scan) -> Iterator[str]:
    for one in scan.chance:
        yield (
            f"by chance ({one.how}; mean of {one.runs} made-up): "
            f"canonical {one.canonical:g}, extract {one.extract:g}, noticed {one.noticed:g}"
        )


def _composed(scan: Scan) -> Iterator[str]:
    """Skills that call others, as their logs tell it."""
    called = {2: "composition", 3: "orchestrator"}
    for one in scan.compositions:
        if one.level > 1:
            yield f"{called[one.level]}: {one.name} calls {', '.join(name for name, _ in one.calls)}"


def _footer(scan: Scan) -> Iterator[Text]:
    yield from (_text(line) for line in _composed(scan))
    yield from (_text(line) for line in _by_chance(scan))
    yield from (_text(line, "green") for line in _changed(scan))
    if scan.suppressed:
        yield _text(
            f"{_plural(len(scan.suppressed), 'sequence')} not proposed, each with the rule it failed: fivetimes doctor"
        )
    for line in scan.skipped:
        yield _text(f"not read: {line}", "yellow")


def found(sources: Sequence[Source], *, stats: Sequence[tuple[str, str]]) -> RenderableType:
    """What would be read, before it is read: reader, place, size, oldest change.

    Args:
        sources: as discovered.
        stats: (size, oldest) of each, as text.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("reader", "source", "size", "changed"):
        table.add_column(name, justify="right" if name == "size" else "left")
    for source, (size, oldest) in zip(sources, stats, strict=True):
        table.add_row(_text(source.reader), _text(source.origin), _text(size), _text(oldest))
    return table


# ---- one candidate


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _step_lines(candidate: Candidate) -> Iterator[str]:
    for number, step in enumerate(candidate.steps, 1):
        ways = " | ".join(f"{label} ({share:.0%})" for label, share in step.alternatives) or step.action
        marks = []
        if step.share < 0.95:
            marks.append(f"in {step.share:.0%}")
        if step.repeat[1] > 1:
            marks.append(f"{step.repeat[0]} to {step.repeat[1]} times")
        if step.effect > 1:
            marks.append(f"goes out: {step.effect.name.lower()}")
        yield f"{number:3}. {ways}" + (f"   [{', '.join(marks)}]" if marks else "")


def _when(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment is not None else "at an unknown time"


def _evidence(occurrence: Occurrence, live: Sequence[object | None], *, shown: bool) -> Iterator[str]:
    yield f"{_when(occurrence.start)}  {occurrence.person}"
    for moment, command in zip(occurrence.moments, live, strict=True):
        place = moment.locations[0]
        where = f"{place.path}:{place.line}" if place.commit is None else f"{place.path}@{place.commit[:10]}"
        text = getattr(command, "text", None)
        said = (text if text is not None else "(changed or gone)") if shown else moment.action
        first, *rest = str(said).splitlines() or [""]
        yield f"    {where}  {first}{' …' if rest else ''}"


def candidate(c: Candidate, *, live: LiveText | None, most: int) -> RenderableType:
    """One routine: steps, variants, reasons, and the lines it stands on.

    Args:
        c: the candidate.
        live: its commands, read again just now; None shows labels only.
        most: occurrences whose lines are shown, the newest first.
    """
    lines = [
        Text.assemble((show(c.title), "bold"), f"   {c.id}   ", (c.tier.value, _COLOUR[c.tier])),
        *(_text(f"  {reason}") for reason in c.reasons),
        _text(f"  confidence: {c.confidence.verdict}"),
        *(_text(f"    {said}") for said in c.confidence.sentences),
    ]
    if c.duration is not None:
        low, middle, high = map(_span, c.duration)
        lines.append(_text(f"  takes {middle} (half of them {low} to {high})"))
    lines += [_text(f"  {said}") for said in _counts(c)]
    over_time = strip([o.start for o in c.occurrences if o.start is not None])
    lines += [_text(f"  {over_time}", _COLOUR[c.tier])] if over_time else []
    lines += [Text(), _text("Steps", "bold"), *map(_text, _step_lines(c))]
    if len(c.variants) > 1:
        lines += [Text(), _text("Ways it was done", "bold")]
        lines += [_text(f"{v.count:4}x {' → '.join(v.actions)}") for v in c.variants]
    lines += [Text(), _text("Evidence", "bold"), *evidence_lines(c, live, most=most)]
    return Group(*lines)


def _counts(c: Candidate) -> Iterator[str]:
    if c.first is not None and c.last is not None:
        yield f"seen from {_when(c.first)} to {_when(c.last)}; {c.rhythm.phrase if c.rhythm is not None else 'rhythm unknown'}"
    if c.cost is not None:
        yield f"took {c.cost.hours:.1f} h in all, one command would save {c.cost.saved:.1f} h: {c.cost.assumes}"
    if c.boundaries is not None:
        yield c.boundaries.phrase


def evidence_lines(c: Candidate, live: LiveText | None, *, most: int) -> Iterator[Text]:
    """The lines that a candidate stands on, the newest occurrences first.

    Args:
        c: the candidate.
        live: its commands, read again just now; None shows labels only.
        most: occurrences that are shown.
    """
    for number in range(len(c.occurrences))[::-1][:most]:
        occurrence = c.occurrences[number]
        row = live.occurrences[number] if live is not None else (None,) * len(occurrence.moments)
        yield from map(_text, _evidence(occurrence, row, shown=live is not None))
    if len(c.occurrences) > most:
        yield _text(f"    … and {len(c.occurrences) - most} more (fivetimes show {c.id} --all)")


# ---- what a person is asked about


def unknown_name(word: str, *, lines: int, alone: int, place: int, of: int) -> str:
    """The question about one name, for a terminal."""
    warning = f"; {alone} of them with nothing else on the line, as a mistyped password stands" if alone else ""
    return f"{place}/{of}  {show(word)}  ({_plural(lines, 'line')}{warning}). Keep this name?"


def names_elsewhere(count: int) -> str:
    """What is said of unknown names where they must not be shown."""
    return f"{_plural(count, 'name')} in no vocabulary. They are shown on a terminal only: call fivetimes names there."


def names_done(count: int) -> str:
    """What is said when there is nothing more to ask."""
    if count == 0:
        return "Every program and script is known by name; there is nothing to ask."
    return "What you kept stands beside the local key, and is used from the next scan on."

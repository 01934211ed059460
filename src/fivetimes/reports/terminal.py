"""Scan -> what a terminal shows: the ladder, one candidate, the sources; every text passed through `show`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from fivetimes.config import USUAL_SHARE
from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.live_text import LiveText
from fivetimes.model.occurrences import Occurrence
from fivetimes.model.scans import Scan
from fivetimes.model.sources import Balance, Source, SourceReport
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.model.trace import Explanation, SearchTrace, SequenceTrace
from fivetimes.redaction import show
from fivetimes.reports.figures import WHAT_HABITS_ARE, counted, location_text, why_nothing
from fivetimes.reports.pictures import sparkline
from fivetimes.words import doers

_COLOUR = {Tier.CANONICAL: "green", Tier.EXTRACT: "cyan", Tier.NOTICED: "yellow"}
_STEPS_SHOWN = 5
_HABITS_SHOWN = 5  # enough to see what the days are made of; fivetimes doctor has the rest
_WIDE = 120  # columns that a table with ids, decisions and steps needs


def plain(value: object, style: str = "") -> Text:
    """A text with nothing in it that the terminal would obey."""
    return Text(show(str(value)), style=style)


def _rungs(scan: Scan) -> str:
    counts = {tier: sum(c.tier is tier for c in scan.to_decide) for tier in Tier}
    rule = scan.rule
    return (
        f"canonical ({rule.canonical}+): {counts[Tier.CANONICAL]}   "
        f"extract ({rule.extract}+): {counts[Tier.EXTRACT]}   "
        f"noticed ({rule.noticed}+): {counts[Tier.NOTICED]}"
    )


def _short_steps(candidate: Candidate) -> str:
    return _shortened([step.action for step in candidate.steps if step.share > USUAL_SHARE])


def _shortened(steps: Sequence[str]) -> str:
    more = f" … +{len(steps) - _STEPS_SHOWN}" if len(steps) > _STEPS_SHOWN else ""
    return " → ".join(steps[:_STEPS_SHOWN]) + more


def _times(candidate: Candidate) -> str:
    return f"{'≥' if candidate.at_least else ''}{candidate.count}"


def _people(candidate: Candidate) -> str:
    people = doers(candidate.people)
    return f"{'≥' if candidate.merged else ''}{people}" if candidate.people else f"by {people}"


def _last_seen(candidate: Candidate) -> str:
    seen = [o.start for o in candidate.occurrences if o.start is not None]
    return max(seen).strftime("%Y-%m-%d") if seen else "unknown"


def ladder(scan: Scan, *, width: int) -> RenderableType:
    """The five-times ladder: canonical, extract, noticed, the best first.

    Args:
        scan: what was found.
        width: columns of the terminal; a narrow one gets two lines per routine instead of a table.
    """
    head = [*reservations(scan), plain(_head(scan)), *_kept_once(scan), plain(_rungs(scan), "bold")]
    if not scan.candidates:
        return Group(*head, *_nothing(scan), *_footer(scan))
    body = _table(scan) if width >= _WIDE else _list(scan)
    return Group(*head, *([Text(), body] if scan.to_decide else []), *_already(scan), *_footer(scan))


def _kept_once(scan: Scan) -> Iterator[RenderableType]:
    """What cannot be seen in the sources that drop repeats, where there are any."""
    lossy = sum(report.deduplicated for report in scan.sources)
    if lossy:
        keeps = "It keeps" if len(scan.sources) == 1 else f"{lossy:,} of them keep{'s' if lossy == 1 else ''}"
        yield plain(
            f"{keeps} each line once: what is always typed the same is seen at its last use only, and routines of it are missed. "
            "More of each: fivetimes sources",
            "yellow",
        )


def _already(scan: Scan) -> Iterator[RenderableType]:
    """The routines that are conductors already, below those that wait."""
    if not scan.conductors:
        return
    yield Text()
    yield plain("Conductors already, and not proposed again", "bold")
    for c in scan.conductors:
        seen = f"{c.title}, {_times(c)} times, last {_last_seen(c)}"
        yield _line(f"{seen}: already a conductor: {c.already}", indent=2)


def _head(scan: Scan) -> str:
    if scan.merged:
        people = f"{scan.persons} people or more" if scan.persons else "fewer than three people"
        return f"from the bundles of {people}; shown is what three or more of them do, and every number is at least so high"
    return (
        f"{counted(scan.events, 'event')} of {counted(scan.persons, 'person', 'people')} in {counted(scan.sessions, 'session')}, "
        f"from {counted(len(scan.sources), 'source')}"
    )


def _nothing(scan: Scan) -> Iterator[RenderableType]:
    """Why nothing is proposed, and what came nearest."""
    if scan.merged:
        yield plain("No routine is shown: no three people have three steps of one in common.")
        return
    why = why_nothing(scan)
    if why is None or why.rule is None:
        yield plain("No routine was found: no two actions were done together often enough to be looked at.")
        return
    yield plain(
        "No routine is proposed. The rule that most of what was looked at failed: "
        f"{why.rule.heading} ({counted(why.count, 'sequence')})."
    )
    if why.nearest:
        yield plain("Nearest to a routine, by the number of steps, then by how often they were seen:")
        for _, one in why.nearest:
            yield _line(f"{_shortened(one.steps)}, {counted(one.count, 'time')}: {one.reason}", indent=2)
        yield plain(f'What became of one: fivetimes explain "{" -> ".join(why.nearest[0][1].steps[:2])}"')


def _table(scan: Scan) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=False)
    for name in ("id", "tier", "decision", "title", "times", "people", "last seen", "steps"):
        table.add_column(
            name,
            justify="right" if name in ("times", "people") else "left",
            no_wrap=name not in ("title", "steps"),
            max_width=24 if name == "title" else None,
        )
    for c in scan.to_decide:
        table.add_row(
            plain(c.id, "bold"),
            plain(c.tier, _COLOUR[c.tier]),
            plain(c.standing.status),
            plain(c.title),
            plain(_times(c)),
            plain(f"{'≥' if c.merged else ''}{c.people or 'bots'}"),
            plain(_last_seen(c)),
            plain(_short_steps(c)),
        )
    return table


def _list(scan: Scan) -> Group:
    lines: list[Text] = []
    for c in scan.to_decide:
        head = Text.assemble((show(c.id), "bold"), "  ", (c.tier.value, _COLOUR[c.tier]))
        last = "" if c.merged else f", last {_last_seen(c)}"
        head.append(f"  {c.standing.status}  {_times(c)} times, {_people(c)}{last}")
        lines += [head, plain(f"    {c.title}: {_short_steps(c)}")]
    return Group(*lines)


def _changed(scan: Scan) -> Iterator[str]:
    """The differences from the last report, as sentences."""
    if scan.changes is None:
        return
    since = f"since the report of {scan.changes.since:%Y-%m-%d}" if scan.changes.since else "since the last report"
    for one in scan.changes.promoted:
        yield f"climbed {since}: {one.id}, {one.before} → {one.after}"
    if scan.changes.new:
        yield f"new {since}: {', '.join(scan.changes.new)}"
    for gone in scan.changes.gone:
        yield f"gone {since}: {gone.id}, {counted(gone.count, 'time')}: {gone.why}"


def _by_chance(scan: Scan) -> Iterator[str]:
    for one in scan.chance:
        yield (
            f"by chance ({one.how}; mean of {one.runs} made-up): "
            f"canonical {one.canonical:g}, extract {one.extract:g}, noticed {one.noticed:g}"
        )


def _composed(scan: Scan) -> Iterator[str]:
    """Skills that call others, by their logs."""
    called = {2: "composition", 3: "orchestrator"}
    for one in scan.compositions:
        if one.level > 1:
            yield f"{called[one.level]}: {one.name} calls {', '.join(name for name, _ in one.calls)}"


def _habits(scan: Scan) -> Iterator[RenderableType]:
    """The steps that come again and make no routine, below the ladder."""
    if not scan.habits:
        return
    yield Text()
    yield plain("Work habits", "bold")
    yield plain(WHAT_HABITS_ARE)
    yield from map(_sequence, scan.habits[:_HABITS_SHOWN])
    more = len(scan.habits) - _HABITS_SHOWN
    if more > 0:
        yield _line(f"… and {counted(more, 'more habit')}: fivetimes doctor", indent=2)
    yield Text()


def _sequence(one: Suppressed) -> RenderableType:
    return _line(f"{one.count:7,} times  {' → '.join(one.steps)}   ({one.reason})", indent=2)


def _footer(scan: Scan) -> Iterator[RenderableType]:
    yield from _habits(scan)
    yield from (plain(line) for line in _composed(scan))
    yield from (plain(line) for line in _by_chance(scan))
    yield from (plain(line, "green") for line in _changed(scan))
    if scan.not_proposed:
        yield plain(
            f"{counted(len(scan.not_proposed), 'sequence')} not proposed, each with the rule it failed: fivetimes doctor"
        )


def answer_about(scan: Scan, answer: RenderableType) -> RenderableType:
    """An answer that rests on a scan, below what stands before everything that is said of it."""
    return Group(*reservations(scan), answer)


def not_read(sentences: Sequence[str]) -> list[RenderableType]:
    """What could not be read, an error each."""
    return [plain(f"not read: {sentence}", "bold red") for sentence in sentences]


def reservations(scan: Scan) -> list[RenderableType]:
    """What stands before everything else that is said of a scan: what could not be read, and the span that it is confined to."""
    lines = [plain(line, "yellow") for line in scan.skipped] if scan.merged else not_read(scan.skipped)
    return [*lines, *([plain(scan.confined.phrase, "yellow")] if scan.confined is not None else [])]


def shared_routines(listed: Sequence[tuple[str, str, str]], *, held_back: Sequence[tuple[str, str]]) -> RenderableType:
    """What a bundle holds and what it does not, before its text.

    Args:
        listed: (id, title, how often) of each routine in it.
        held_back: (id, why) of the others.
    """
    lines = [plain(f"{counted(len(listed), 'routine')} in the bundle; --except ID holds one back:")]
    lines += [plain(f"  {name}  {title}, {times} times") for name, title, times in listed]
    lines += [plain(f"  {name}  not in it: {why}", "yellow") for name, why in held_back]
    return Group(*lines, Text())


def sources_found(sources: Sequence[Source], *, stats: Sequence[tuple[str, str]]) -> RenderableType:
    """The sources that would be read: reader, path, size, last change.

    Args:
        sources: as discovered.
        stats: (size, day of the last change) of each, as text.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("reader", "source", "size", "changed"):
        table.add_column(name, justify="right" if name == "size" else "left")
    for source, (size, day) in zip(sources, stats, strict=True):
        table.add_row(plain(source.reader), plain(source.origin), plain(size), plain(day))
    return table


# ---- one candidate


def _duration(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _step_lines(candidate: Candidate) -> Iterator[str]:
    for number, step in enumerate(candidate.steps, 1):
        action = " | ".join(f"{label} ({share:.0%})" for label, share in step.alternatives) or step.action
        marks = []
        if step.optional:
            marks.append(f"in {step.share:.0%}")
        if step.repeat[1] > 1:
            marks.append(f"{step.repeat[0]} to {step.repeat[1]} times")
        if step.effect > 1:
            marks.append(f"goes out: {step.effect.name.lower()}")
        yield f"{number:3}. {action}" + (f"   [{', '.join(marks)}]" if marks else "")


def _when(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment is not None else "at an unknown time"


def _evidence(occurrence: Occurrence, live: Sequence[object | None], *, shown: bool) -> Iterator[str]:
    yield f"{_when(occurrence.start)}  {occurrence.person}"
    for moment, command in zip(occurrence.moments, live, strict=True):
        text = getattr(command, "text", None)
        line = (text if text is not None else "(changed or gone)") if shown else moment.action
        first, *rest = str(line).splitlines() or [""]
        yield f"    {location_text(moment.locations[0])}  {first}{' …' if rest else ''}"


def candidate_card(c: Candidate, *, live: LiveText | None, most: int) -> RenderableType:
    """One routine: steps, variants, reasons, and the lines behind it.

    Args:
        c: the candidate.
        live: its commands, read again just now; None shows labels only.
        most: occurrences whose lines are shown, the newest first.
    """
    lines = [
        Text.assemble(
            (show(c.title), "bold"), f"   {c.id}   ", (c.tier.value, _COLOUR[c.tier]), f"   {c.standing.status}"
        ),
        *(plain(f"  {reason}") for reason in c.reasons),
        plain(f"  confidence: {c.confidence.verdict}"),
        *(plain(f"    {result}") for result in c.confidence.sentences),
    ]
    if c.duration is not None:
        low, middle, high = map(_duration, c.duration)
        lines.append(plain(f"  takes {middle} (half of them {low} to {high})"))
    lines += [plain(f"  {line}") for line in _counts(c)]
    over_time = sparkline([o.start for o in c.occurrences if o.start is not None])
    lines += [plain(f"  {over_time}", _COLOUR[c.tier])] if over_time else []
    lines += [Text(), plain("Steps", "bold"), *map(plain, _step_lines(c))]
    if len(c.variants) > 1:
        lines += [Text(), plain("Variants", "bold")]
        lines += [plain(f"{v.count:4}x {' → '.join(v.actions)}") for v in c.variants]
    lines += [Text(), plain("Evidence", "bold"), *evidence_lines(c, live, most=most)]
    return Group(*lines)


def _counts(c: Candidate) -> Iterator[str]:
    if c.first is not None and c.last is not None:
        yield f"seen from {_when(c.first)} to {_when(c.last)}; {c.rhythm.phrase if c.rhythm is not None else 'rhythm unknown'}"
    if c.cost is not None:
        yield f"took {c.cost.hours:.1f} h in all, one command would save {c.cost.saved:.1f} h: {c.cost.assumes}"
    if c.boundaries is not None:
        yield c.boundaries.phrase


def evidence_lines(c: Candidate, live: LiveText | None, *, most: int) -> Iterator[Text]:
    """The lines behind a candidate, the newest occurrences first.

    Args:
        c: the candidate.
        live: its commands, read again just now; None shows labels only.
        most: occurrences that are shown.
    """
    for number in range(len(c.occurrences))[::-1][:most]:
        occurrence = c.occurrences[number]
        row = live.occurrences[number] if live is not None else (None,) * len(occurrence.moments)
        yield from map(plain, _evidence(occurrence, row, shown=live is not None))
    if len(c.occurrences) > most:
        yield plain(f"    … and {len(c.occurrences) - most} more (fivetimes show {c.id} --all)")


# ---- names that no vocabulary has


def unknown_name(word: str, *, lines: int, alone: int, number: int, of: int) -> str:
    """The question about one name, for a terminal."""
    warning = f"; {alone} of them with nothing else on the line, like a mistyped password" if alone else ""
    return f"{number}/{of}  {show(word)}  ({counted(lines, 'line')}{warning}). Keep this name?"


def withheld_name(word: str, *, number: int, of: int) -> str:
    """The question about a name that reports have a placeholder for, for a terminal."""
    return f"{number}/{of}  {show(word)}  (nobody else uses it). May it stand in reports that you pass on?"


def names_elsewhere(count: int, withheld: int) -> str:
    """The message about unknown names, and those that reports withhold, where they must not be shown."""
    return (
        f"{counted(count, 'name')} in no vocabulary, {counted(withheld, 'name')} withheld from reports. They are shown on a"
        " terminal only. Run there: fivetimes names"
    )


def names_done(count: int) -> str:
    """The message when there is nothing more to ask."""
    if count == 0:
        return "Every name is known or used by several people; there is nothing to ask."
    return "The names that you kept are stored beside the local key and used from the next scan on."


_INDENT = 4


@dataclass(frozen=True, slots=True)
class _IndentedLine:
    """A line that keeps its indent where a narrow terminal wraps it; in a pipe it is one line."""

    text: Text
    indent: int = _INDENT
    hanging: int = _INDENT

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - self.hanging, 20)
        rows = [self.text] if options.no_wrap else self.text.wrap(console, width)
        for number, row in enumerate(rows):
            row.rstrip()
            yield Text.assemble(" " * (self.hanging if number else self.indent), row)


def _line(text: str, style: str = "", indent: int = _INDENT) -> _IndentedLine:
    return _IndentedLine(Text(show(text), style=style), indent, max(indent, _INDENT))


def _balance(b: Balance) -> str:
    parts = [f"{counted(b.records, 'record')} = {counted(b.events, 'event')}"]
    parts += [f"{count:,} ignored ({rule})" for rule, count in sorted(b.ignored.items())]
    parts += [f"{count:,} bad ({reason})" for reason, count in sorted(b.bad.items())]
    if b.duplicates:
        parts.append(counted(b.duplicates, "duplicate"))
    if b.held_back:
        parts.append(f"{b.held_back:,} held back")
    return " + ".join(parts)


def _span(report: SourceReport) -> str:
    if report.first is None or report.last is None:
        return "no times"
    first, last = (moment.strftime("%Y-%m-%d %H:%M") for moment in (report.first, report.last))
    if first == last:
        return first
    return f"{first[:10]} to {last[:10]}" if first[:10] != last[:10] else f"{first} to {last[11:]}"


def source_balances(
    reports: Sequence[SourceReport], *, advice: Sequence[Sequence[str]], skipped: Sequence[str]
) -> RenderableType:
    """Every source with its reader, span of time, balance and advice; then all of them together."""
    lines: list[RenderableType] = []
    for report, sentences in zip(reports, advice, strict=True):
        reader = f"  {show(report.source.reader)}  ({_span(report)})"
        lines.append(_IndentedLine(Text.assemble((show(report.source.origin), "bold"), reader), indent=0))
        lines.append(_line(_balance(report.balance)))
        lines += [_line(sentence, "yellow") for sentence in sentences]
    lines += [_line(f"not read: {line}", "yellow", indent=0) for line in skipped]
    return Group(*lines, *_together(reports))


def _together(reports: Sequence[SourceReport]) -> Iterator[RenderableType]:
    if len(reports) < 2:
        return
    balances = [report.balance for report in reports]
    amounts = {
        "events": sum(b.events for b in balances),
        "ignored": sum(b.ignored.total() for b in balances),
        "bad": sum(b.bad.total() for b in balances),
        "duplicates": sum(b.duplicates for b in balances),
        "held back": sum(b.held_back for b in balances),
    }
    spent = " + ".join(f"{count:,} {what}" for what, count in amounts.items() if count)
    yield Text()
    yield Text.assemble((f"{len(reports):,} sources", "bold"), "  (times are UTC)")
    yield _line(f"{counted(sum(b.records for b in balances), 'record')} = {spent or 'nothing'}")


def collected(new: int, *, uncertain: int, skipped: Sequence[str], busy: bool) -> RenderableType:
    """What a collection added to memory."""
    if busy:
        return _line("Another process is collecting. Nothing was done.", indent=0)
    lines = [_line(f"{counted(new, 'new event')} remembered.", indent=0)]
    if uncertain:
        lines.append(
            _line(
                f"Of {counted(uncertain, 'line')} without a time it is open whether they were given once or once more.",
                "yellow",
                indent=0,
            )
        )
    lines += [_line(f"not read: {line}", "yellow", indent=0) for line in skipped]
    return Group(*lines)


def forgotten(events: int) -> str:
    """What was deleted from memory."""
    return f"{counted(events, 'event')} forgotten. The last scans are deleted too; the next one reads everything again."


def kept_in_memory(
    files: int, events: int, size: int, *, since: datetime | None, uncertain: int, unread: Sequence[str]
) -> RenderableType:
    """What memory holds, since when, how large it is, and what of it cannot be read."""
    span = f" since {since:%Y-%m-%d}" if since is not None else ""
    lines: list[RenderableType] = [Text("Remembered", "bold")]
    lines.append(_line(f"{counted(events, 'event')} of {counted(files, 'file')}{span}, {size / 1e6:,.1f} MB", indent=2))
    if uncertain:
        lines.append(
            _line(f"{counted(uncertain, 'line')} without a time may be counted once too often or too seldom", indent=6)
        )
    lines += [_line(sentence, "yellow", indent=2) for sentence in unread]
    lines.append(
        _line("forget some of it: fivetimes forget --before DAY, --source PATH, --person NAME, --all", indent=6)
    )
    return Group(*lines, Text())


def doctor(scan: Scan) -> RenderableType:
    """What was read, skipped and taken out, and what was not proposed, each with its rule."""
    lines: list[RenderableType] = [Text("Read", "bold")]
    for report in scan.sources:
        lines.append(_line(f"{report.source.reader}  {report.source.origin}  ({_span(report)})", indent=2))
        lines.append(_line(_balance(report.balance), indent=6))
        if report.remembered:
            lines.append(
                _line(f"{counted(report.remembered, 'event')} more from memory, gone from the source", indent=6)
            )
        if report.deduplicated:
            lines.append(_line("keeps one entry per text: counts from here are 'at least'", indent=6))
    lines += [_line(f"not read: {line}", "yellow", indent=2) for line in scan.skipped]
    lines += [Text(), Text("Taken out, distinct words by rule", "bold")]
    lines += [_line(f"{count:7,}  {rule}", indent=2) for rule, count in scan.redactions.items()]
    for heading, found in (("Work habits", scan.habits), ("Not proposed", scan.not_proposed)):
        lines += [Text(), Text(heading, "bold")]
        lines += map(_sequence, found)
    lines += _looked_at(scan.trace)
    return Group(*lines)


def _looked_at(trace: SearchTrace) -> Iterator[RenderableType]:
    """Everything that the search looked at and left, by the rule it failed."""
    if trace.totals:
        yield Text()
        yield Text("Looked at and left, by rule (what became of one: fivetimes explain)", "bold")
    for rule in SuppressionRule:
        if trace.totals.get(rule.value):
            yield _line(f"{trace.totals[rule.value]:9,}  {rule.heading}", indent=2)


def explanation(found: Explanation) -> RenderableType:
    """What became of the sequences that somebody asked for, stage by stage, with the numbers."""
    lines: list[RenderableType] = []
    for one in found.sequences:
        lines += [_line(" → ".join(one.steps), "bold", indent=0), _line(_outcome(one), indent=2)]
        for event in one.events:
            numbers = ", ".join(f"{name.replace('_', ' ')} {_plain_number(value)}" for name, value in event.numbers)
            lines.append(_line(f"{event.stage.value:13}{event.text}{f'  ({numbers})' if numbers else ''}", indent=4))
        if one.rule is not None:
            lines.append(_line(one.rule.doc, indent=4))
        lines.append(Text())
    for out in found.left_out:
        lines += [
            _line(f"{out.action}: {out.rule.text}, {counted(out.count, 'time')}", "bold", indent=0),
            _line(out.rule.doc),
        ]
    if found.more:
        lines.append(_line(f"{counted(found.more, 'more sequence')} with these actions; name more of them", indent=0))
    if not found.sequences and not found.left_out:
        lines.append(_line(_nothing_known(found), indent=0))
    return Group(*lines)


def _outcome(one: SequenceTrace) -> str:
    times = counted(one.count, "occurrence")
    if one.rule is None:
        return f"{times}: proposed as {one.id}"
    if one.rule.is_habit:
        return f"{times}: a work habit, not proposed: {one.rule.heading}"
    whole = f" ({one.id})" if one.id is not None and one.rule in (SuppressionRule.MERGED, SuppressionRule.PART) else ""
    return f"{times}: not proposed: {one.rule.heading}{whole}"


def _plain_number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) and abs(value) < 1e9 else f"{value:.3g}"


def _nothing_known(found: Explanation) -> str:
    return (
        f"{found.asked}: no candidate has this id, and no sequence with these actions is among those whose way is kept. A search "
        f"starts from pairs that stand together more than chance gives; {found.pairs_below:,} pairs did not. A routine has three "
        "steps or more. fivetimes doctor counts what was left, by rule."
    )

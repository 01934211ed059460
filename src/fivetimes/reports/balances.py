"""Sources -> what a terminal shows of them: every record accounted for, what helps, what was taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from fivetimes.model import Balance, Scan, SourceReport
from fivetimes.redaction import show

_INDENT = 4


@dataclass(frozen=True, slots=True)
class _Line:
    """A line behind an indent, which stays where a narrow terminal makes several of it; to a pipe it is one."""

    text: Text
    indent: int = _INDENT
    hanging: int = _INDENT

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - self.hanging, 20)
        rows = [self.text] if options.no_wrap else self.text.wrap(console, width)
        for number, row in enumerate(rows):
            row.rstrip()
            yield Text.assemble(" " * (self.hanging if number else self.indent), row)


def _line(text: str, style: str = "", indent: int = _INDENT) -> _Line:
    return _Line(Text(show(text), style=style), indent, max(indent, _INDENT))


def _balance(b: Balance) -> str:
    parts = [f"{_many(b.records, 'record')} = {_many(b.events, 'event')}"]
    parts += [f"{count:,} ignored ({rule})" for rule, count in sorted(b.ignored.items())]
    parts += [f"{count:,} bad ({reason})" for reason, count in sorted(b.bad.items())]
    if b.duplicates:
        parts.append(_many(b.duplicates, "duplicate"))
    if b.held_back:
        parts.append(f"{b.held_back:,} held back")
    return " + ".join(parts)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _span(report: SourceReport) -> str:
    if report.first is None or report.last is None:
        return "no times"
    first, last = (moment.strftime("%Y-%m-%d %H:%M") for moment in (report.first, report.last))
    if first == last:
        return first
    return f"{first[:10]} to {last[:10]}" if first[:10] != last[:10] else f"{first} to {last[11:]}"


def sources(
    reports: Sequence[SourceReport], *, advice: Sequence[Sequence[str]], skipped: Sequence[str]
) -> RenderableType:
    """Every source: its reader, its span of time, its balance, and what helps; then all of them together."""
    lines: list[RenderableType] = []
    for report, said in zip(reports, advice, strict=True):
        reader = f"  {show(report.source.reader)}  ({_span(report)})"
        lines.append(_Line(Text.assemble((show(report.source.origin), "bold"), reader), indent=0))
        lines.append(_line(_balance(report.balance)))
        lines += [_line(sentence, "yellow") for sentence in said]
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
    yield _line(f"{_many(sum(b.records for b in balances), 'record')} = {spent or 'nothing'}")


def doctor(scan: Scan) -> RenderableType:
    """What was read, what was skipped, what was taken out, and what was not proposed, each by its rule."""
    lines: list[RenderableType] = [Text("Read", "bold")]
    for report in scan.sources:
        lines.append(_line(f"{report.source.reader}  {report.source.origin}  ({_span(report)})", indent=2))
        lines.append(_line(_balance(report.balance), indent=6))
        if report.deduplicated:
            lines.append(_line("keeps one entry per text: counts from here are 'at least'", indent=6))
    lines += [_line(f"not read: {line}", "yellow", indent=2) for line in scan.skipped]
    lines += [Text(), Text("Taken out, distinct words by rule", "bold")]
    lines += [_line(f"{count:7,}  {rule}", indent=2) for rule, count in scan.redactions.items()]
    lines += [Text(), Text("Not proposed", "bold")]
    lines += [_line(f"{s.count:7,} times  {' → '.join(s.steps)}   ({s.rule})", indent=2) for s in scan.suppressed]
    return Group(*lines)

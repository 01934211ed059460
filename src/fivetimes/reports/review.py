"""Conductor, standing and live text -> what a terminal shows of it: the card of a review, the rows of status, a verification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from fivetimes.model import Candidate, Conductor, LiveText, Standing
from fivetimes.redaction import show
from fivetimes.reports.terminal import evidence_lines

_COLOUR = {"approved": "green", "rejected": "red", "deferred": "yellow", "proposed": "cyan"}
_EVIDENCE = 3  # occurrences whose lines the card shows, the newest first


def _text(value: object, style: str = "") -> Text:
    return Text(show(str(value)), style=style)


def sentence(text: str) -> RenderableType:
    """A sentence, with nothing in it that the terminal would obey."""
    return _text(text)


def stands(standing: Standing, *, changed: bool) -> str:
    """How a conductor stands, in a phrase.

    Example:
        >>> stands(Standing("proposed"), changed=False)
        'proposed: nobody has decided yet'
    """
    last = standing.last
    if last is None:
        return "proposed: nobody has decided yet"
    since = ", and changed since" if changed else ""
    return f"{standing.status} by {last.by} on {last.at:%Y-%m-%d}{since}: {last.why}"


def card(
    candidate: Candidate,
    conductor: Conductor,
    *,
    standing: Standing,
    changed: bool,
    live: LiveText | None,
    withheld: Mapping[str, str],
) -> RenderableType:
    """All that a person needs to decide on a conductor.

    Args:
        candidate: the routine, with its reasons and occurrences.
        conductor: the draft.
        standing: how it stands.
        changed: whether it is not what was decided on.
        live: its commands, read again just now; None shows labels only.
        withheld: the live texts of its constants.
    """
    document = conductor.document
    lines = [
        _text(stands(standing, changed=changed), _COLOUR[standing.status]),
        *(_text(reason) for reason in candidate.reasons),
        *_part("Steps", _steps(document)),
        *_part("Values", _values(document, withheld)),
        *_part("Questions", _questions(document)),
        *_part("Seen", evidence_lines(candidate, live, most=_EVIDENCE)),
    ]
    title = Text.assemble((show(document["title"]), "bold"), f"  {conductor.id}  {document['tier']}")
    return Panel(Group(*lines), title=title, title_align="left")


def _part(title: str, lines: Iterator[Text]) -> list[Text]:
    found = list(lines)
    return [Text(), Text(title, style="bold"), *found] if found else []


def _steps(document: Mapping[str, Any]) -> Iterator[Text]:
    for step in document["steps"]:
        if gate := step.get("gate"):
            yield _text(
                f"      GATE  {gate['ask']}  ({gate['answerer'] or 'who answers is open'}; on no: {gate['on_no']})",
                "red",
            )
        for number, way in enumerate(step.get("any") or [step]):
            lead = f"{step['id']:>4}  " if number == 0 else "      or "
            yield _text(f"{lead}{way['run']}{_marks(step) if number == 0 else ''}")


def _marks(step: Mapping[str, Any]) -> str:
    marks = [f"in {step['share']:.0%}"] if step["share"] < 0.95 else []
    if step.get("repeat", [1, 1])[1] > 1:
        marks.append(f"up to {step['repeat'][1]} times")
    if step["reversible"] is None:
        marks.append("what it does is not known")
    return f"   [{', '.join(marks)}]" if marks else ""


def _values(document: Mapping[str, Any], withheld: Mapping[str, str]) -> Iterator[Text]:
    for entry in document["state"]:
        shape = document["inputs"].get(entry["name"], {}).get("shape", "value")
        yield _text(f"      {entry['name']}: a {shape}, into {', '.join(entry['to'])}")
    for name, written in document.get("constants", {}).items():
        said = "written down" if written is not None else "not written down"
        seen = f" = {withheld[name]}" if name in withheld else ""
        yield _text(f"      constants.{name}{seen}   [always the same; {said}]")


def _questions(document: Mapping[str, Any]) -> Iterator[Text]:
    for question in document["questions"]:
        needed = " (needed before approval)" if question["required"] and not question["answer"] else ""
        yield _text(f"  {question['id']}  {question['ask']}{needed}", "" if question["answer"] else "yellow")
        yield _text(f"      {question['answer'] or question['evidence']}")


# ---- status


def status(rows: Sequence[Mapping[str, Any]], trouble: Sequence[str], *, width: int) -> RenderableType:
    """How each conductor stands: standing, tier, by whom, open questions, last seen.

    Args:
        rows: of the conductors.
        trouble: what of the ledger does not fit together.
        width: columns of the terminal; a narrow one gets two lines for each conductor instead of a table.
    """
    if not rows:
        return _text("No conductor is drafted or decided on here. See what waits: fivetimes review")
    body = _table(rows) if width >= 120 else Group(*(line for row in rows for line in _lines(row)))
    return Group(body, *(_text(f"the ledger does not fit together: {line}", "red") for line in trouble))


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("id", "standing", "tier", "times", "by", "open questions", "last seen"):
        table.add_column(name, justify="right" if name == "times" else "left", no_wrap=True)
    for row in rows:
        table.add_row(
            _text(row["id"], "bold"),
            _text(_standing(row), _COLOUR[row["standing"]]),
            _text(row["tier"]),
            _text(row["occurrences"]),
            _text(row["by"] or "nobody yet"),
            _text(_waiting(row)),
            _text(row["last_seen"] or "unknown"),
        )
    return table


def _lines(row: Mapping[str, Any]) -> Iterator[Text]:
    yield Text.assemble((show(row["id"]), "bold"), "  ", (_standing(row), _COLOUR[row["standing"]]), f"  {row['tier']}")
    by = f"by {row['by']}" if row["by"] else "nobody has decided"
    seen = f"{row['occurrences']} times, last seen {row['last_seen'] or 'at an unknown time'}"
    yield _text(f"    {by}; open: {_waiting(row)}; {seen}")


def _standing(row: Mapping[str, Any]) -> str:
    return f"{row['standing']}{', changed since' if row['changed'] else ''}"


def _waiting(row: Mapping[str, Any]) -> str:
    """The open questions; those needed before approval with a mark."""
    if not row["drafted"]:
        return "not drafted"
    return ", ".join(f"{q}{'!' if q in row['required'] else ''}" for q in row["open"]) or "none"


# ---- verify


def verified(document: Mapping[str, Any]) -> RenderableType:
    """What became of the evidence of a draft."""
    differs, moved, gone = document["differs"], document["moved"], document["gone"]
    head = f"{document['id']}: the evidence {'holds' if not differs else 'has changed'}"
    lines = [_text(head, "bold green" if not differs else "bold red")]
    if not document["drafted_here"]:
        lines.append(
            _text("  It was not drafted with this key, so today's scan is compared with what the file says.", "yellow")
        )
    lines.append(
        _text(
            f"  {document['in_place']} records are where they were, {len(moved)} have moved, {len(gone)} are not found."
        )
    )
    lines += [_text(f"  {difference}", "red") for difference in differs]
    lines += [_text(f"  moved: {old} is now {new}") for old, new in moved]
    lines += [_text(f"  not found: {place}", "red") for place in gone]
    if document["by_now"] is not None:
        lines.append(_text(f"  By now it was seen {document['by_now']} times; the file says {document['stated']}."))
    return Group(*lines)

"""How conductors stand -> what a terminal shows of it: the table of `fivetimes status`, and the phrase for one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fivetimes.model.decisions import Standing, Status
from fivetimes.redaction import show
from fivetimes.reports.terminal import plain
from fivetimes.review.overview import StatusDocument

COLOUR = {Status.APPROVED: "green", Status.REJECTED: "red", Status.DEFERRED: "yellow", Status.PROPOSED: "cyan"}
_WIDE = 120  # columns that the table needs


def standing_phrase(standing: Standing, *, changed: bool) -> str:
    """How a conductor stands, in a phrase.

    Example:
        >>> standing_phrase(Standing(Status.PROPOSED), changed=False)
        'proposed: nobody has decided yet'
    """
    last = standing.last
    if last is None:
        return "proposed: nobody has decided yet"
    since = ", and changed since" if changed else ""
    return f"{standing.status} by {last.by} on {last.at:%Y-%m-%d}{since}: {last.why}"


def status_table(rows: Sequence[StatusDocument], problems: Sequence[str], *, width: int) -> RenderableType:
    """How each conductor stands: standing, tier, by whom, open questions, last seen.

    Args:
        rows: of the conductors.
        problems: of the ledger.
        width: columns of the terminal; a narrow one gets two lines for each conductor instead of a table.
    """
    if not rows:
        return plain(
            "No conductor is drafted or decided on here (another folder: --conductors DIR). See what waits: fivetimes review"
        )
    body = _table(rows) if width >= _WIDE else Group(*(line for row in rows for line in _lines(row)))
    return Group(body, *(plain(f"the ledger is damaged: {line}", "red") for line in problems))


def _table(rows: Sequence[StatusDocument]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("id", "standing", "tier", "times", "by", "open questions", "last seen"):
        table.add_column(name, justify="right" if name == "times" else "left", no_wrap=True)
    for row in rows:
        table.add_row(
            plain(row["id"], "bold"),
            plain(_standing(row), COLOUR[row["standing"]]),
            plain(row["tier"]),
            plain(row["occurrences"]),
            plain(row["by"] or "nobody yet"),
            plain(_open_questions(row)),
            plain(row["last_seen"] or "unknown"),
        )
    return table


def _lines(row: StatusDocument) -> Iterator[Text]:
    yield Text.assemble((show(row["id"]), "bold"), "  ", (_standing(row), COLOUR[row["standing"]]), f"  {row['tier']}")
    by = f"by {row['by']}" if row["by"] else "nobody has decided"
    seen = f"{row['occurrences']} times, last seen {row['last_seen'] or 'at an unknown time'}"
    yield plain(f"    {by}; open: {_open_questions(row)}; {seen}")


def _standing(row: StatusDocument) -> str:
    return f"{row['standing']}{', changed since' if row['changed'] else ''}"


def _open_questions(row: StatusDocument) -> str:
    """The open questions; those needed before approval with an exclamation mark."""
    if not row["drafted"]:
        return "not drafted"
    return ", ".join(f"{q}{'!' if q in row['required'] else ''}" for q in row["open"]) or "none"

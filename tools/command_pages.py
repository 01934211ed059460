"""The command line itself -> the tables of options in docs/commands: `python tools/command_pages.py` writes them anew.

A page is written by hand but for what stands between its two marks. A test fails where a table differs from the command line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from fivetimes import cli

PAGES = Path(__file__).parents[1] / "docs" / "commands"
BEGIN = "<!-- options, by tools/command_pages.py -->\n"
END = "<!-- end of options -->\n"


def commands() -> dict[str, Any]:
    """Every command of the command line, by name, in the order of its help."""
    group: Any = typer.main.get_command(cli.app)
    return dict(group.commands)


def table(name: str) -> str:
    """The arguments and options of a command as a table, worded as in its help; a sentence where it has none."""
    command = commands()[name]
    context = command.make_context(name, [], resilient_parsing=True)
    records = [record for one in command.params if (record := one.get_help_record(context))]
    if not records:
        return "None.\n"
    rows = [f"| `{_cell(what)}` | {_cell(meaning)} |" for what, meaning in records]
    return "\n".join(["| argument or option | what |", "|---|---|", *rows]) + "\n"


def with_table(text: str, name: str) -> str:
    """A page with the table of today between its marks.

    Raises:
        ValueError: the page has not both marks, once each.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"docs/commands/{name}.md: the two marks of the table must stand there once each.")
    head, _, rest = text.partition(BEGIN)
    return head + BEGIN + "\n" + table(name) + "\n" + END + rest.partition(END)[2]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    for path in sorted(PAGES.glob("*.md")):
        path.write_text(with_table(path.read_text(encoding="utf-8"), path.stem), encoding="utf-8")

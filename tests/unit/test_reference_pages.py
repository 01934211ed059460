"""The reference pages hold what is: every command with every option, every key of fivetimes.toml with its type and default."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tools import command_pages

from fivetimes import config

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = command_pages.commands()
HEADINGS = ["Options", "Files", "What it never does", "Exit codes"]


# ---- a page for every command


def test_every_command_has_a_page_and_every_page_a_command() -> None:
    assert {path.stem for path in command_pages.PAGES.glob("*.md")} == set(COMMANDS)


def test_the_index_lists_every_command_in_the_order_of_the_help_with_its_sentence() -> None:
    rows = re.findall(
        r"^\| \[`([\w-]+)`\]\(commands/([\w-]+)\.md\) \| (.*) \|$", (DOCS / "commands.md").read_text(), re.M
    )
    assert [(name, page) for name, page, _ in rows] == [(name, name) for name in COMMANDS]
    assert [sentence for _, _, sentence in rows] == [one.help.split("\n")[0] for one in COMMANDS.values()]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_page_of_a_command_has_every_option_as_the_help_has_it(name: str) -> None:
    text = (command_pages.PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert command_pages.with_table(text, name) == text, "run: python tools/command_pages.py"
    options = {
        option for one in COMMANDS[name].params for option in (*one.opts, *one.secondary_opts) if option[0] == "-"
    }
    shown = re.findall(
        r"(?<![\w-])--?[a-z][\w-]*", text.partition(command_pages.BEGIN)[2].partition(command_pages.END)[0]
    )
    assert options <= set(shown)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_page_of_a_command_has_an_example_and_every_part(name: str) -> None:
    text = (command_pages.PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# fivetimes {name}\n\n")
    assert re.search(rf"^```sh\n(?:.*\n)*?fivetimes {name}\b", text, re.M)
    assert re.findall(r"^## (.*)$", text, re.M) == HEADINGS
    assert re.search(r"^- \*\*Reads:\*\* .+\n- \*\*Writes:\*\* .+$", text, re.M)


def test_a_page_whose_marks_are_gone_is_no_page_with_a_table() -> None:
    with pytest.raises(ValueError, match="two marks"):
        command_pages.with_table("# fivetimes scan\n", "scan")


# ---- every key of fivetimes.toml

PAGE = (DOCS / "configuration.md").read_text(encoding="utf-8")
TABLES: dict[str, Any] = {
    "[[person]]": config._PERSON,
    "[[repository]]": config._REPOSITORY,
    "[rule]": config._RULE,
    "[sessions]": config._SESSIONS,
    "[ignore]": config._IGNORE,
    "[columns]": config._COLUMNS,
    "[memory]": config._MEMORY,
    "[run]": config._RUN,
}


def keys(text: str) -> list[tuple[str, str, str]]:
    """(key, what it must be, what holds without it) of each row of a section."""
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| .+ \|$", text, re.M)
    return [(key, must, without) for key, must, without in rows]


def section(name: str) -> str:
    """A section of the page."""
    return PAGE.partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]


def test_the_page_has_every_table_of_the_file() -> None:
    assert {name.strip("[]") for name in TABLES} == set(config._DOCUMENT)
    assert re.findall(r"^## `(.*)`$", PAGE, re.M) == list(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_the_page_has_every_key_of_a_table_with_what_it_must_be(name: str) -> None:
    wanted = [(key, must) for key, (_, must) in TABLES[name].items()]
    if name == "[rule]":
        wanted += [(key, must) for key, (_, must) in config._OVERRIDE.items()]
    assert [(key, must) for key, must, _ in keys(section(name))] == wanted


def test_the_defaults_of_the_rule_and_of_a_session_are_those_of_the_page() -> None:
    rule = config.FiveTimesRule()
    stated = {key: without for key, _, without in keys(section("[rule]").partition("has two keys")[0])}
    assert stated.pop("override") == "none"
    assert stated == {key: str(getattr(rule, key)).lower() for key in stated}
    assert len(stated) == 5
    ((_, _, idle),) = keys(section("[sessions]"))
    assert idle.startswith(f"{config.IDLE.total_seconds() / 60:.0f},")


@pytest.mark.parametrize("name", TABLES)
def test_the_example_of_a_table_is_understood_and_has_keys_of_it(name: str, tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```$", section(name), re.M | re.S)
    assert example.startswith(f"{name}\n")
    path = tmp_path / "fivetimes.toml"
    path.write_text(example)
    assert config.load(path) != config.Team(root=tmp_path, path=path)

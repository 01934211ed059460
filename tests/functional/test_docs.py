"""Every command is in the README, and what the README shows is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
MAKEFILE = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
COMMANDS = re.findall(r"`fivetimes (\w+)", README)


def test_every_command_is_in_the_readme(desk):
    told = desk.run("--help").stdout.partition("Commands:")[2]
    commands = re.findall(r"^  (\w+)  ", told, re.MULTILINE)
    assert len(commands) >= 7
    assert set(commands) <= set(COMMANDS)


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_every_command_of_the_readme_explains_itself_with_the_options_named_there(desk, command):
    done = desk.run(command, "--help")
    assert done.returncode == 0
    row = next(line for line in README.splitlines() if line.startswith(f"| `fivetimes {command}"))
    for option in re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", row.split("|")[1]):
        assert option in done.stdout, option


def test_the_ladder_in_the_readme_is_the_one_that_is_printed(atelier):
    shown = README.partition("```text\n")[2].partition("```")[0]
    printed = re.sub(r"\s+", " ", atelier.desk.run("scan", *atelier.config, columns=80).stdout)
    for line in shown.splitlines():
        for part in (p.strip() for p in re.split(r"→ …|  +", line)):
            assert re.sub(r"\s+", " ", part.removesuffix("→ …").strip()) in printed


def test_every_make_target_of_the_readme_exists():
    for target in re.findall(r"^make ([\w-]+)$", README, re.MULTILINE):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def test_the_configuration_in_the_readme_is_understood(tmp_path):
    from fivetimes.config import load

    (tmp_path / "fivetimes.toml").write_text(README.partition("```toml\n")[2].partition("```")[0])
    assert load(tmp_path / "fivetimes.toml").persons[0].name == "ana"

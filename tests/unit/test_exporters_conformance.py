"""Every format of the table: same bytes twice, safe names, every gate carried, no hostile line, a row on its page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import builders_scan as made
from fivetimes.conductors.approval_gates import placed
from fivetimes.errors import RuleError
from fivetimes.exporters import EXPORTERS, slug
from fivetimes.exporters.base import markdown
from fivetimes.model.conductors import Conductor
from fivetimes.model.events import Effect

PAGE = Path(__file__).parents[2] / "docs" / "exports.md"

pytestmark = pytest.mark.parametrize("form", sorted(EXPORTERS))


def friday() -> Conductor:
    return made.drafted(*made.friday(13))


def test_every_format_gives_the_same_bytes_for_the_same_conductor(form: str) -> None:
    files = EXPORTERS[form](friday())
    assert files == EXPORTERS[form](friday())
    assert files
    assert all(text.endswith("\n") and text.strip() for text in files.values())


@pytest.mark.parametrize("name", ["made-up-0000", "../../etc/passwd", "CON", "a b\n"])
def test_every_format_writes_under_safe_relative_names_that_begin_with_the_conductors(form: str, name: str) -> None:
    for path in EXPORTERS[form](replace(friday(), id=name)):
        assert re.fullmatch(rf"{slug(name)}[./][A-Za-z0-9./-]+", path), path
        assert ".." not in path


def test_every_format_carries_the_question_of_each_gate(form: str) -> None:
    conductor = friday()
    gates = [step["gate"] for step in conductor.document["steps"] if "gate" in step]
    asked = [gate["ask"] for gate in gates if "asked_with" not in gate]
    assert (len(gates), len(asked)) == (2, 1)
    for text in EXPORTERS[form](conductor).values():
        plain = " ".join(text.split())
        assert all(ask in plain or markdown(ask) in plain for ask in asked)


@pytest.mark.parametrize("step", [{"run": "rm -rf out"}, {"run": "rm -rf out", "in": "web/dist"}])
def test_every_format_says_in_which_folder_a_step_deletes(form: str, step: Mapping[str, str]) -> None:
    whole = made.conductor("make", {**step, "reversible": False})
    placed(whole.document["steps"], {"s2": Effect.DELETE}, {})
    folder = step.get("in", "the folder in which the run is begun")
    for text in EXPORTERS[form](whole).values():
        plain = " ".join(text.split())
        assert f"deletes in {folder}." in plain or markdown(f"deletes in {folder}.") in plain


def test_every_format_refuses_a_conductor_that_lost_a_gate(form: str) -> None:
    conductor = friday()
    steps = [{key: value for key, value in step.items() if key != "gate"} for step in conductor.document["steps"]]
    with pytest.raises(RuleError, match="no gate stands before it"):
        EXPORTERS[form](replace(conductor, document={**conductor.document, "steps": steps}))


def test_no_format_lets_a_text_of_the_document_begin_a_line_of_its_own(form: str) -> None:
    hostile = "x\n\nINJECTED: yes\r\u2028INJECTED: yes\n"
    step: Mapping[str, object] = {
        "run": hostile,
        "action": hostile,
        "specialist": {"kind": "skill", "name": hostile},
        "with": {"a": hostile},
        "gate": {**made.GATE, "ask": hostile, "answerer": hostile},
        "expects": hostile,
    }
    whole = made.conductor(step)
    why = {"purpose": hostile, "success": hostile, "out_of_bounds": hostile}
    conductor = replace(whole, document={**whole.document, "title": hostile, "why": why})
    for path, text in EXPORTERS[form](conductor).items():
        if path.endswith((".yaml", ".yml")):
            loaded = yaml.safe_load(text)  # in YAML a text may go over several lines and is still one value
            assert "INJECTED" not in str(list(loaded))
        else:
            assert not [line for line in text.splitlines() if line.lstrip(" >#-*").startswith("INJECTED")]


def test_every_format_has_its_row_on_the_page_of_exports(form: str) -> None:
    (row,) = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| `{form}` |")]
    cells = [cell.strip() for cell in row.strip("|").split(" | ")]
    assert len(cells) == 5
    patterns = [re.escape(name).replace("<id>", slug("made-up-0000")) for name in re.findall(r"`([^`]+)`", cells[1])]
    written = EXPORTERS[form](replace(friday(), id="made-up-0000"))
    assert len(patterns) == len(written)
    assert all(any(re.fullmatch(pattern, path) for pattern in patterns) for path in written)

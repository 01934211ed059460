"""Every constant of the search stands in the table of docs/how-routines-are-found.md, with its value, and no other does."""

from __future__ import annotations

import dataclasses
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

from fivetimes import config, routines
from fivetimes.kernels import matching, seeds

PAGE = Path(__file__).parents[2] / "docs" / "how-routines-are-found.md"
_ROW = re.compile(
    r"^\| `(?P<name>[\w.]+)` \| (?P<value>[-\w.+]+) \| (?P<reason>[^|]+) \| (?P<record>[^|]+) \| (?P<measured>[^|]+) \|$",
    re.M,
)
IN_THE_TABLE = {row["name"]: row for row in _ROW.finditer(PAGE.read_text(encoding="utf-8"))}


def constants() -> dict[str, float]:
    """The numbers that a module defines itself, by module and name."""
    found = {f"Search.{field.name}": field.default for field in dataclasses.fields(config.Search)}
    found |= {f"config.{name}": getattr(config, name) for name in ("ALWAYS_SHARE", "MIN_STEPS", "USUAL_SHARE")}
    modules = [import_module(f"fivetimes.routines.{module.name}") for module in pkgutil.iter_modules(routines.__path__)]
    for module in (*modules, matching, seeds):
        name = module.__name__.removeprefix("fivetimes.").removeprefix("routines.")
        source = Path(module.__file__ or "").read_text(encoding="utf-8")
        for own in re.findall(r"^([A-Z][A-Z_]*(?:, [A-Z][A-Z_]*)*) = ", source, re.M):
            for one in own.split(", "):
                if isinstance(getattr(module, one), int | float):
                    found[f"{name}.{one}"] = getattr(module, one)
    return found


def test_the_table_has_every_constant_and_no_other():
    assert set(IN_THE_TABLE) == set(constants())
    assert len(IN_THE_TABLE) > 60


@pytest.mark.parametrize("name", sorted(constants()))
def test_the_table_has_its_value_its_reason_and_its_record(name):
    row = IN_THE_TABLE[name]
    assert row["value"] == f"{constants()[name]:g}"
    assert len(row["reason"]) > 10
    record = re.search(r"\((decisions/[^)]+)\)", row["record"])
    assert row["record"] == "none" or (record is not None and (PAGE.parent / record[1]).is_file())

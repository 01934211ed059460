"""Every reader of the table, one by one: known for what it is, fully accounted for, found where it lies by default."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from benchmarks.forms import FORMS
from benchmarks.planters import PLANTERS, Did

from fivetimes.errors import ReadError
from fivetimes.ingest import base, readers, sniff
from fivetimes.ingest.base import Machine, ReaderSpec
from fivetimes.ingest.registry import BUILT_IN, READERS
from fivetimes.model.sources import Balance, RawBatch, Source
from reading import FIXTURES, check, read
from repositories import commit, empty_repository
from samples import NO_FILE, samples

EACH = pytest.mark.parametrize("reader", BUILT_IN, ids=lambda reader: reader.name)


def laid_out(reader: ReaderSpec, folder: Path) -> list[Path]:
    """The samples of a reader as sources below a folder."""
    if reader.name == NO_FILE:
        repository = empty_repository(folder / "site")
        commit(repository, "add: site", files=["a.md"])
        return [repository]
    found = []
    for number, (name, content) in enumerate(samples(reader.name)):
        path = folder / str(number) / ("logs/HEAD" if name == "HEAD" else name)
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        found.append(path)
    return found


def imagined(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with a repository, on which each pattern finds one name that fits it."""
    monkeypatch.setattr(base, "_below", lambda below, names: [below / name.replace("*", "a") for name in names])
    here = laid_out(READERS["git"], folder)[0]
    return Machine(folder / "home", here, {"HISTFILE": str(folder / "history"), "APPDATA": str(folder / "roaming")})


def test_every_module_among_the_readers_is_in_the_table() -> None:
    names = {module.name for module in pkgutil.iter_modules(readers.__path__)}
    modules = [importlib.import_module(f"{readers.__name__}.{name}") for name in sorted(names)]
    declared = [[value for value in vars(module).values() if isinstance(value, ReaderSpec)] for module in modules]
    assert all(declared)
    assert {reader.name for found in declared for reader in found} == {reader.name for reader in BUILT_IN}
    assert len({reader.name for reader in BUILT_IN}) == len(BUILT_IN)


@EACH
def test_a_reader_recognises_its_own_samples(reader: ReaderSpec, tmp_path: Path) -> None:
    assert any(sniff(path) == reader.name for path in laid_out(reader, tmp_path))


@EACH
def test_a_reader_accounts_for_every_record_of_its_samples(reader: ReaderSpec, tmp_path: Path) -> None:
    events = 0
    for path in laid_out(reader, tmp_path):
        found, balance = read(reader.name, path)
        events += balance.events
        for batch in found:
            check(batch)
            assert batch.source == reader.name
    assert events > 0


@EACH
def test_a_reader_counts_what_it_read_before_damage(reader: ReaderSpec, tmp_path: Path) -> None:
    for path in laid_out(reader, tmp_path):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            balance = Balance()
            try:
                rows = sum(len(batch.text) for batch in reader(Source(reader.name, path, path.name), balance))
            except ReadError:
                continue
            assert rows == balance.events


@EACH
def test_what_lies_at_a_default_path_is_recognised(
    reader: ReaderSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in reader.default_paths(imagined(tmp_path, monkeypatch)):
        assert path.exists() or any(_lies_at(path, reader, *sample) for sample in samples(reader.name)), path


def _lies_at(path: Path, reader: ReaderSpec, name: str, content: bytes) -> bool:
    file = path / "a" / name if reader.takes_folder and not path.suffix else path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    known = sniff(path) == reader.name
    file.unlink()
    return known


def test_the_page_of_sources_lists_every_reader_and_whether_it_is_found_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (FIXTURES.parent / "docs" / "sources.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in page.splitlines() if row.startswith("| `")]
    listed = {name.strip("`"): row[2] != "no" for row in rows if len(row) == 5 for name in row[0].split(", ")}
    machine = imagined(tmp_path, monkeypatch)
    assert listed == {reader.name: any(True for _ in reader.default_paths(machine)) for reader in BUILT_IN}


@pytest.mark.parametrize("form", [*PLANTERS, *FORMS])
def test_what_the_search_for_leaks_plants_is_recognised_and_read(form: str, tmp_path: Path) -> None:
    name = form.partition("-")[0]
    marks = [f"mark{number}" for number in range(16)]
    work = [Did(f"scp {mark}", 1_767_600_000 + 60 * at, at // 4, secret=True) for at, mark in enumerate(marks)]
    path = {**PLANTERS, **FORMS}[form](tmp_path / form, work)
    assert sniff(path) == name
    found, _balance = read(name, path)
    columns = repr([(batch.text, batch.args, batch.person) for batch in found])
    assert [mark for mark in marks if not re.search(rf"{mark}\b", columns)] == []


def test_a_reader_that_loses_a_record_is_refused() -> None:
    def loses(_source: Source, balance: Balance) -> list[RawBatch]:
        balance.records += 2
        balance.events += 1
        return [RawBatch("loser", "x", ["ls"])]

    reader = ReaderSpec("loser", loses)  # type: ignore[arg-type]  # a list is enough here
    with pytest.raises(ReadError, match="x: the reader loser does not account for every record"):
        list(reader(Source("loser", Path("x"), "x"), Balance()))

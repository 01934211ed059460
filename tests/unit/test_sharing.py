"""What an owner says yes to, what is written, and what our own folder keeps of sharing and of merging."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import teams
from fivetimes import bundles, pipeline, scan_requests
from fivetimes.bundles import Choice, Sharing, agree, merged_scan, prepared, read, write
from fivetimes.errors import FivetimesError
from fivetimes.model.scans import Scan

RELEASE, REVIEW, BACKUP = "release-package-5ef4", "merge-pull-request-1fff", "upload-files-16e2"
DOCS = Path(__file__).parents[2] / "docs" / "team.md"


@pytest.fixture(scope="module")
def five(tmp_path_factory) -> tuple[Path, Scan]:
    """Ana's folder with the bundles of four others, and her scan."""
    folder = tmp_path_factory.mktemp("five") / "here"
    teams.ana(folder)
    return folder, pipeline.run(scan_requests.from_paths([folder / ".zsh_history"]), key=b"a" * 32)


def chosen(scan: Scan | None, home: Path, *, target: Path | None = None, **choice: object) -> Sharing:
    return prepared(scan, person="you", choice=Choice(**choice), folder=home, target=target)  # type: ignore[arg-type]


def shared(scan: Scan | None, home: Path, target: Path, **choice: object) -> Sharing:
    """Prepared, agreed to and written."""
    made = chosen(scan, home, target=target, **choice)
    agree(made, folder=home)
    write(made, target, folder=home)
    return made


def revision(target: Path) -> int:
    return read(target).revision


def test_the_same_routines_are_the_same_bytes_and_ask_for_one_yes(five, tmp_path) -> None:
    _, scan = five
    first = shared(scan, tmp_path, tmp_path / "a.fivetimes")
    again = chosen(scan, tmp_path, target=tmp_path / "a.fivetimes")
    assert (first.agreed, again.agreed) == (False, True)
    assert again.text == first.text == (tmp_path / "a.fivetimes").read_text()


def test_a_yes_is_for_one_text_and_no_other(five, tmp_path) -> None:
    _, scan = five
    agree(chosen(scan, tmp_path, held_back=(BACKUP,)), folder=tmp_path)
    assert not chosen(scan, tmp_path).agreed
    assert not chosen(scan, tmp_path, held_back=(BACKUP, REVIEW)).agreed
    assert not chosen(None, tmp_path).agreed


def test_what_is_shared_next_has_the_next_revision(five, tmp_path) -> None:
    _, scan = five
    target = tmp_path / "a.fivetimes"
    shared(scan, tmp_path, target)
    shared(scan, tmp_path, target, held_back=(BACKUP,))
    shared(None, tmp_path, target)
    assert (revision(target), read(target).routines) == (3, ())


def test_what_is_held_back_not_approved_or_nobody_can_name_is_not_in_the_text(five, tmp_path) -> None:
    _, scan = five
    whole = chosen(scan, tmp_path)
    assert "pg_dump" in whole.text
    assert {name for name, _, _ in whole.listed} == {RELEASE, REVIEW, BACKUP}
    held = chosen(scan, tmp_path, held_back=(BACKUP[:9],))
    assert "pg_dump" not in held.text
    assert held.held_back == ((BACKUP, "held back"),)
    approved = chosen(scan, tmp_path, only=frozenset({RELEASE}))
    assert [name for name, _, _ in approved.listed] == [RELEASE]
    assert "gh pr" not in approved.text
    with pytest.raises(FivetimesError, match=RELEASE):
        chosen(scan, tmp_path, held_back=("nothing",))
    with pytest.raises(FivetimesError, match="1 of the names may not be named"):
        chosen(scan, tmp_path, names=frozenset({"acmectl", "x; rm -rf /"}))


def test_a_name_that_is_in_no_routine_is_not_in_the_header(five, tmp_path) -> None:
    _, scan = five
    assert json.loads(chosen(scan, tmp_path, names=frozenset({"acmectl"})).text.partition("\n")[0])["names"] == []


def test_no_value_place_or_time_is_in_the_text(five, tmp_path) -> None:
    folder, scan = five
    text = chosen(scan, tmp_path).text
    history = (folder / ".zsh_history").read_text()
    values = {word for line in history.splitlines() for word in line.split(";", 1)[1].split() if re.search(r"\d", word)}
    stamps = set(re.findall(r"^: (\d+):", history, re.MULTILINE))
    assert len(values) > 10
    for value in values | stamps | {str(folder), "shop", "dist/"}:
        assert value not in text


def test_what_stands_in_the_place_of_a_bundle_is_not_overwritten(five, tmp_path) -> None:
    _, scan = five
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "bo.fivetimes").write_text(bundles.text_of(teams.bundle(7, teams.profile(teams.RELEASE))))
    for name in ("notes.txt", "bo.fivetimes"):
        with pytest.raises(FivetimesError, match="Name another file"):
            chosen(scan, tmp_path / "home", target=tmp_path / name)


def test_a_lost_count_of_revisions_goes_on_behind_the_bundle_that_stands_there(five, tmp_path) -> None:
    _, scan = five
    target, kept = tmp_path / "a.fivetimes", tmp_path / "series.json"
    shared(scan, tmp_path, target)
    older = kept.read_text()
    shared(scan, tmp_path, target, held_back=(BACKUP,))
    kept.write_text(older)  # as from a backup
    shared(scan, tmp_path, target, held_back=(REVIEW,))
    assert revision(target) == 3
    kept.write_text("{")
    with pytest.raises(FivetimesError, match=r"series\.json"):
        chosen(scan, tmp_path)


def test_the_series_and_the_releases_are_the_owners_alone(five, tmp_path) -> None:
    folder, scan = five
    shared(scan, tmp_path / "home", tmp_path / "a.fivetimes")
    merged_scan([folder / "team", tmp_path / "a.fivetimes"], folder=tmp_path / "home")
    for name in ("series.json", "releases.json"):
        assert (tmp_path / "home" / name).stat().st_mode & 0o777 == 0o600
    assert "git" not in (tmp_path / "home" / "releases.json").read_text()


def test_the_team_is_shown_what_three_do_and_not_what_one_does(five, tmp_path) -> None:
    folder, scan = five
    shared(scan, tmp_path, tmp_path / "a.fivetimes")
    merged = merged_scan([folder / "team", tmp_path / "a.fivetimes"], folder=tmp_path)
    assert {one.id: (one.people, one.tier) for one in merged.candidates} == {
        RELEASE: (5, "canonical"),
        REVIEW: (3, "canonical"),
    }
    assert merged.persons == 5


def test_who_withdraws_is_gone_and_no_report_shows_by_difference_what_they_did(five, tmp_path) -> None:
    folder, scan = five
    target = tmp_path / "a.fivetimes"
    shared(scan, tmp_path, target)
    files = [folder / "team", target]
    before = merged_scan(files, folder=tmp_path)
    assert merged_scan(files, folder=tmp_path) == before
    shared(None, tmp_path, target)
    with pytest.raises(FivetimesError, match="1 of the bundles changed"):
        merged_scan(files, folder=tmp_path)


def test_two_people_see_nothing_and_may_be_joined_by_a_third(five, tmp_path) -> None:
    folder, scan = five
    two = [folder / "team" / f"{name}.fivetimes" for name in ("bo", "chen")]
    assert merged_scan(two, folder=tmp_path).candidates == ()
    shared(scan, tmp_path, tmp_path / "a.fivetimes")
    assert merged_scan([*two, tmp_path / "a.fivetimes"], folder=tmp_path).candidates


def test_the_rest_goes_on_where_a_bundle_is_refused(five, tmp_path) -> None:
    folder, _ = five
    (tmp_path / "zoe.fivetimes").write_text('{"line": "bundle", "format": 2}\n')
    merged = merged_scan([folder / "team", tmp_path / "zoe.fivetimes"], folder=tmp_path)
    assert merged.candidates
    assert [line.partition(" ")[0] for line in merged.skipped] == [f"{tmp_path / 'zoe.fivetimes'}:1:"]
    with pytest.raises(FivetimesError, match=r"zoe\.fivetimes:1"):
        merged_scan([tmp_path / "zoe.fivetimes"], folder=tmp_path)


def test_the_page_shows_the_bundle_as_it_is(five, tmp_path) -> None:
    _, scan = five
    shown = DOCS.read_text(encoding="utf-8").partition("```json\n")[2].partition("```")[0]

    def comparable(text: str) -> str:
        return re.sub(r'"(series|digest|vocabulary)": "[0-9a-f]+"', r'"\1": ""', text)

    assert comparable(shown) == comparable(chosen(scan, tmp_path).text)

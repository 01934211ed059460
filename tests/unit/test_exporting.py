"""Exports and installations: no conductor is changed by them, and nothing that somebody else wrote is overwritten or removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import builders_scan as made
from fivetimes import atomic, review, store
from fivetimes.conductor_document import ConductorDocument
from fivetimes.errors import FivetimesError, RuleError, UnknownId
from fivetimes.exporters import EXPORTERS
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Decision

NAME = "publish-post-3f9a"
AT = {"by": "ana", "why": "because", "at": made.AT}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a draft, of which every required question is answered."""
    made_in = tmp_path / "conductors"
    conductor = made.drafted(*made.friday(6))
    review.write_conductor(conductor, folder=made_in)
    for question in [q["id"] for q in review.open_questions(conductor) if q["required"]]:
        document = review.answered_document(conductor, question, "readers know")
        conductor = review.revise(conductor, document, decision=Decision.ANSWER, folder=made_in, **AT)
    return made_in


@pytest.fixture
def approved(folder: Path) -> Conductor:
    """The same, approved."""
    review.decide(NAME, decision=Decision.APPROVE, folder=folder, **AT)
    return review.approved_conductor(NAME, folder=folder)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def exported(conductor: Conductor, folder: Path, form: str, output: Path, **more: review.Taken) -> dict[str, bool]:
    """Export; the names of the files, each with whether another's stood there."""
    home = folder.parent / "home"
    written = review.export(conductor, form=form, output=output, conductors=folder, home=home, **more)
    return {path.relative_to(output).as_posix(): was_taken for path, was_taken in written.items()}


# ---- what may be exported


@pytest.mark.parametrize("form", sorted(EXPORTERS))
def test_no_export_and_no_installation_changes_the_conductor_its_history_or_its_ledger(
    folder: Path, approved: Conductor, form: str
) -> None:
    before, home = contents(folder), folder.parent / "home"
    assert exported(approved, folder, form, folder.parent / "out") == dict.fromkeys(EXPORTERS[form](approved), False)
    place = review.place_in_project("there", here=folder.parent)
    review.install(review.to_install(approved, form=form, place=place, home=home), home=home)
    assert contents(place.path) == contents(folder.parent / "out")
    review.uninstall(review.to_uninstall(NAME, place=None, home=home), home=home)
    assert contents(folder) == before
    assert review.approved_conductor(NAME, folder=folder) == approved


def test_the_conductors_own_file_is_no_place_for_an_export(folder: Path, approved: Conductor) -> None:
    before = contents(folder)
    with pytest.raises(RuleError, match="this is the conductor itself"):
        exported(approved, folder, "yaml", folder)
    assert contents(folder) == before
    assert exported(approved, folder, "just", folder) == {f"{NAME}.just": False}


def test_what_is_not_approved_is_exported_only_as_a_draft_which_every_format_says(folder: Path) -> None:
    with pytest.raises(RuleError, match=r"not approved yet \(proposed\)"):
        review.approved_conductor(NAME, folder=folder)
    marked = review.conductor_or_draft("publish", folder=folder)
    for form, export in EXPORTERS.items():
        for name, text in export(marked).items():
            assert review.DRAFT_MARK.strip() in " ".join(text.split()), (form, name)
    stated = yaml.safe_load(EXPORTERS["yaml"](marked)[f"{NAME}.yaml"])
    assert stated["title"] == review.read_conductor(folder / f"{NAME}.yaml").document["title"] + review.DRAFT_MARK


def test_an_approved_conductor_is_no_draft_also_where_drafts_are_asked_for(folder: Path, approved: Conductor) -> None:
    assert review.conductor_or_draft(NAME, folder=folder) == approved


def test_what_was_changed_since_its_approval_is_not_what_was_approved(folder: Path, approved: Conductor) -> None:
    document: ConductorDocument = {**approved.document, "preconditions": ["it is Friday"]}
    review.revise(approved, document, decision=Decision.EDIT, folder=folder, **AT)
    with pytest.raises(RuleError, match="changed since it was approved"):
        review.approved_conductor(NAME, folder=folder)
    assert review.conductor_or_draft(NAME, folder=folder).document["title"].endswith(review.DRAFT_MARK)


def test_what_a_person_rejected_is_exported_in_no_way(folder: Path) -> None:
    review.decide(NAME, decision=Decision.REJECT, folder=folder, **AT)
    for read in (review.approved_conductor, review.conductor_or_draft):
        with pytest.raises(RuleError, match="rejected"):
            read(NAME, folder=folder)


def test_an_id_that_is_not_there_is_answered_with_the_nearest(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownId, match=f"Did you mean {NAME}"):
        review.approved_conductor("publsh-post", folder=folder)
    with pytest.raises(UnknownId, match="fivetimes draft ID"):
        review.approved_conductor("any", folder=tmp_path / "empty")


def test_the_command_that_a_refusal_proposes_finds_the_folder_again(folder: Path) -> None:
    with pytest.raises(RuleError, match=f"fivetimes review {NAME} --conductors {folder}"):
        review.approved_conductor(NAME, folder=folder)


# ---- files that others wrote


def test_an_export_is_replaced_where_it_is_as_it_was_written_and_else_refused(
    folder: Path, approved: Conductor
) -> None:
    out = folder.parent / "out"
    exported(approved, folder, "just", out)
    document: ConductorDocument = {**approved.document, "title": "Publish the post"}
    newer = Conductor(approved.id, document)
    assert exported(newer, folder, "just", out) == {f"{NAME}.just": False}
    file = out / f"{NAME}.just"
    file.write_text(file.read_text() + "# mine\n")
    before = contents(out)
    with pytest.raises(FivetimesError, match=r"publish-post-3f9a\.just: something stands there .* --force"):
        exported(approved, folder, "just", out)
    assert contents(out) == before
    assert exported(approved, folder, "just", out, taken=review.Taken.IS_OVERWRITTEN) == {f"{NAME}.just": True}
    assert "# mine" not in file.read_text()


def test_a_link_in_the_way_is_refused_and_what_it_leads_to_stays(folder: Path, approved: Conductor) -> None:
    out, elsewhere, home = folder.parent / "out", folder.parent / "elsewhere", folder.parent / "home"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("theirs\n")
    out.mkdir()
    (out / f"{NAME}.md").symlink_to(elsewhere / "file")
    (out / NAME).symlink_to(elsewhere)
    for form in ("runbook", "skill"):
        with pytest.raises(FivetimesError, match="symbolic link"):
            exported(approved, folder, form, out, taken=review.Taken.IS_OVERWRITTEN)
        with pytest.raises(FivetimesError, match="symbolic link"):
            review.to_install(approved, form=form, place=review.place_in_project("out", here=out.parent), home=home)
    (folder.parent / ".claude").symlink_to(elsewhere)  # as a hostile repository may have it
    place = review.place_in_project("claude", here=folder.parent)
    with pytest.raises(FivetimesError, match="symbolic link"):
        review.to_install(approved, form="skill", place=place, home=home)
    assert contents(elsewhere) == {"file": b"theirs\n"}


@given(st.lists(st.sampled_from(["..", "a", "b", "/", "."]), min_size=1, max_size=5))
def test_no_name_of_a_file_leads_out_of_its_folder(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    directory = tmp_path_factory.mktemp("below")
    name = "/".join(parts)
    leads_out = Path(name).is_absolute() or ".." in Path(name).parts
    try:
        atomic.check_places([name], directory=directory)
    except FivetimesError:
        assert leads_out
    else:
        assert not leads_out
        assert (directory / name).resolve().is_relative_to(directory.resolve())


# ---- where an agent reads it


def test_the_folders_are_those_that_claude_code_and_codex_read(tmp_path: Path) -> None:
    here, home = tmp_path / "site", tmp_path / "home"
    assert review.place_in_project("claude", here=here).path == here / ".claude" / "skills"
    assert review.place_in_project("codex", here=here).path == here / ".agents" / "skills"
    assert review.place_in_project("books/ours", here=here).path == here / "books" / "ours"
    assert review.place_of_person("claude", home=home, environ={}).path == home / ".claude" / "skills"
    assert review.place_of_person("codex", home=home, environ={}).path == home / ".agents" / "skills"
    set_elsewhere = {"CLAUDE_CONFIG_DIR": str(tmp_path / "c")}
    assert review.place_of_person("claude", home=home, environ=set_elsewhere).path == tmp_path / "c" / "skills"
    with pytest.raises(FivetimesError, match="--user goes with"):
        review.place_of_person("books", home=home, environ={})


def installed(conductor: Conductor, folder: Path, to: str = "claude", form: str = "skill") -> Path:
    """Install; returns the folder."""
    place, home = review.place_in_project(to, here=folder.parent / "site"), folder.parent / "home"
    review.install(review.to_install(conductor, form=form, place=place, home=home), home=home)
    return place.path


def test_uninstalling_removes_the_files_and_folders_that_were_made_and_no_other(
    folder: Path, approved: Conductor
) -> None:
    site, home = folder.parent / "site", folder.parent / "home"
    (site / ".claude").mkdir(parents=True)
    (site / ".claude" / "settings.json").write_text("{}")
    before = contents(site)
    place = installed(approved, folder)
    assert (place / NAME / "SKILL.md").is_file()
    wanted = review.to_uninstall("publish", place=None, home=home)
    assert contents(site) != before  # it only shows
    review.uninstall(wanted, home=home)
    assert contents(site) == before
    assert [path.name for path in site.rglob("*")] == [".claude", "settings.json"]
    with pytest.raises(UnknownId, match="nothing was installed"):
        review.to_uninstall(NAME, place=None, home=home)


def test_a_folder_in_which_something_else_lies_stays(folder: Path, approved: Conductor) -> None:
    place, home = installed(approved, folder), folder.parent / "home"
    (place / NAME / "notes.md").write_text("mine\n")
    review.uninstall(review.to_uninstall(NAME, place=None, home=home), home=home)
    assert contents(place) == {f"{NAME}/notes.md": b"mine\n"}


def test_what_somebody_changed_is_neither_overwritten_nor_removed_unless_that_is_said(
    folder: Path, approved: Conductor
) -> None:
    place, home = installed(approved, folder), folder.parent / "home"
    file = place / NAME / "SKILL.md"
    file.write_text(file.read_text() + "mine\n")
    before = contents(place)
    again = review.to_install(
        approved, form="skill", place=review.place_in_project("claude", here=folder.parent / "site"), home=home
    )
    away = review.to_uninstall(NAME, place=None, home=home)
    assert [one.path for one in again.others] == [one.path for one in away.others] == [file]
    with pytest.raises(FivetimesError, match=r"SKILL\.md: somebody else wrote this.*nothing was done"):
        review.install(again, home=home)
    with pytest.raises(FivetimesError, match=r"SKILL\.md: somebody else wrote this.*nothing was done"):
        review.uninstall(away, home=home)
    assert contents(place) == before
    review.uninstall(away, home=home, taken=review.Taken.IS_OVERWRITTEN)
    assert not place.exists()


def test_a_file_that_became_a_link_is_removed_as_a_link_and_only_when_that_is_said(
    folder: Path, approved: Conductor
) -> None:
    place, home = installed(approved, folder), folder.parent / "home"
    theirs = folder.parent / "theirs"
    theirs.write_bytes((place / NAME / "SKILL.md").read_bytes())
    (place / NAME / "SKILL.md").unlink()
    (place / NAME / "SKILL.md").symlink_to(theirs)
    wanted = review.to_uninstall(NAME, place=None, home=home)
    with pytest.raises(FivetimesError, match="nothing was done"):
        review.uninstall(wanted, home=home)
    review.uninstall(wanted, home=home, taken=review.Taken.IS_OVERWRITTEN)
    assert theirs.is_file()
    assert not place.exists()


def test_a_folder_that_became_a_link_is_not_followed_whatever_is_said(folder: Path, approved: Conductor) -> None:
    place, home = installed(approved, folder), folder.parent / "home"
    (place / NAME).rename(folder.parent / "moved")
    (place / NAME).symlink_to(folder.parent / "moved")
    with pytest.raises(FivetimesError, match="symbolic link"):
        review.to_uninstall(NAME, place=None, home=home)
    assert (folder.parent / "moved" / "SKILL.md").is_file()


def test_somebody_elses_file_of_that_name_is_not_overwritten(folder: Path, approved: Conductor) -> None:
    site, home = folder.parent / "site", folder.parent / "home"
    place = review.place_in_project("codex", here=site)
    (place.path / NAME).mkdir(parents=True)
    (place.path / NAME / "SKILL.md").write_text("theirs\n")
    wanted = review.to_install(approved, form="skill", place=place, home=home)
    with pytest.raises(FivetimesError, match="somebody else wrote this"):
        review.install(wanted, home=home)
    assert contents(place.path) == {f"{NAME}/SKILL.md": b"theirs\n"}
    assert store.installed(folder=home) == ()


def test_a_newer_conductor_is_installed_over_the_older_one_and_all_of_it_is_removed(
    folder: Path, approved: Conductor
) -> None:
    place, home = installed(approved, folder, to="books", form="runbook"), folder.parent / "home"
    document: ConductorDocument = {**approved.document, "title": "Publish the post"}
    newer = Conductor(approved.id, document)
    assert installed(newer, folder, to="books", form="runbook") == place
    assert installed(newer, folder, to="books", form="just") == place
    assert sorted(contents(place)) == [f"{NAME}.just", f"{NAME}.md"]
    assert b"Publish the post" in contents(place)[f"{NAME}.md"]
    (place / f"{NAME}.md").write_text(EXPORTERS["runbook"](approved)[f"{NAME}.md"])  # as git restores the older one
    review.uninstall(review.to_uninstall(NAME, place=None, home=home), home=home)
    assert not place.exists()


def test_of_several_places_one_has_to_be_named(folder: Path, approved: Conductor) -> None:
    home = folder.parent / "home"
    places = [installed(approved, folder, to=to) for to in ("claude", "codex")]
    with pytest.raises(UnknownId, match="several places"):
        review.to_uninstall(NAME, place=None, home=home)
    with pytest.raises(UnknownId, match="not installed in"):
        review.to_uninstall(NAME, place=review.place_in_project("books", here=folder.parent), home=home)
    place = review.place_in_project("codex", here=folder.parent / "site")
    review.uninstall(review.to_uninstall(NAME, place=place, home=home), home=home)
    assert [path.exists() for path in places] == [True, False]


def test_what_changes_between_the_showing_and_the_yes_is_left_alone(folder: Path, approved: Conductor) -> None:
    site, home = folder.parent / "site", folder.parent / "home"
    place = review.place_in_project("claude", here=site)
    wanted = review.to_install(approved, form="skill", place=place, home=home)
    (place.path / NAME).mkdir(parents=True)
    (place.path / NAME / "SKILL.md").write_text("meanwhile\n")
    with pytest.raises(FivetimesError, match="changed meanwhile"):
        review.install(wanted, home=home)
    assert contents(place.path) == {f"{NAME}/SKILL.md": b"meanwhile\n"}


def test_what_is_remembered_of_an_installation_is_digests_and_places_and_for_its_owner_alone(
    folder: Path, approved: Conductor
) -> None:
    installed(approved, folder)
    file = folder.parent / "home" / "installed.json"
    assert file.stat().st_mode & 0o777 == 0o600
    (kept,) = json.loads(file.read_text())
    assert set(kept) == {"id", "anchor", "inner", "files", "folders"}
    assert approved.document["title"] not in file.read_text()
    file.write_text("{")  # damaged: nothing is known, and nothing is removed
    with pytest.raises(UnknownId):
        review.to_uninstall(NAME, place=None, home=folder.parent / "home")

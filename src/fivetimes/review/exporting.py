"""Conductor file -> files of other programs: exported into a folder, installed where an agent reads them, uninstalled again.

The conductor is read here and never written: no word of it, of its history or of the ledger changes. What was approved is
exported as it was approved; anything else only when a person asks for a draft, and then its title says so in every format.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from fivetimes import atomic, exporters, store
from fivetimes.conductor_document import ConductorDocument
from fivetimes.errors import FivetimesError, RuleError, UnknownId
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Standing, Status
from fivetimes.review import ledger
from fivetimes.review.folder import (
    Taken,
    conductor_path,
    conductors_in,
    draft_option_of,
    option_of,
    standings,
)
from fivetimes.review.overview import changed_since
from fivetimes.store import Installed
from fivetimes.words import id_of

DRAFT_MARK = " (draft, not approved)"  # ends the title, which every format puts at its head

_SKILLS = {"claude": ".claude/skills", "codex": ".agents/skills"}  # folders that agents read, in a project or a home
AGENTS = tuple(_SKILLS)


# ---- what may be exported


def approved_conductor(name: str, *, folder: Path) -> Conductor:
    """The conductor of a folder, as it was approved.

    Args:
        name: its id, or the beginning of it.
        folder: of the conductors and their ledger.

    Raises:
        UnknownId: no conductor has this id, or several do.
        RuleError: it is not approved, or was changed since.
    """
    conductor, standing = _of(name, folder)
    if standing.status is not Status.APPROVED:
        named = f"{conductor.id}{option_of(folder)}"
        raise RuleError(
            f"{conductor.id}: not approved yet ({standing.status.value}), so it goes nowhere. Run: fivetimes review "
            f"{named} (or, to look at the draft in a format: fivetimes export {named} --draft)"
        )
    if changed_since(conductor, standing):
        raise RuleError(
            f"{conductor.id}: its file was changed since it was approved, so nobody approved what would be written. "
            f"Run: fivetimes review {conductor.id}{option_of(folder)}"
        )
    return conductor


def conductor_or_draft(name: str, *, folder: Path) -> Conductor:
    """The conductor of a folder, as it was approved; any other one as a draft, which its title says.

    Raises:
        UnknownId: as `approved_conductor`.
        RuleError: a person rejected it.
    """
    conductor, standing = _of(name, folder)
    if standing.status is Status.REJECTED and standing.last is not None:
        raise RuleError(
            f"{conductor.id}: rejected by {standing.last.by} on {standing.last.at:%Y-%m-%d} ({standing.last.why}). "
            f"To take that back: fivetimes decide {conductor.id}{option_of(folder)} --defer --by NAME --why TEXT"
        )
    return _marked(conductor, standing)


def as_exported(conductor: Conductor, *, folder: Path) -> Conductor:
    """A conductor as its export has it: as it is where it is approved, else with a title that says that it is a draft."""
    return _marked(conductor, ledger.standing_of(conductor.id, standings(folder)))


def _of(name: str, folder: Path) -> tuple[Conductor, Standing]:
    known = {conductor.id: conductor for conductor in conductors_in(folder)}
    draft = f"fivetimes draft ID{draft_option_of(folder)}"
    otherwise = f"none in the folder {folder} (another one: --conductors DIR); {draft} writes a conductor"
    full = id_of(name, known, otherwise=otherwise)
    return known[full], ledger.standing_of(full, standings(folder))


def _marked(conductor: Conductor, standing: Standing) -> Conductor:
    if standing.status is Status.APPROVED and not changed_since(conductor, standing):
        return conductor
    document: ConductorDocument = {**conductor.document, "title": conductor.document["title"] + DRAFT_MARK}
    return replace(conductor, document=document)


def rendered(conductor: Conductor, form: str) -> Mapping[str, str]:
    """The files of a conductor in a format: relative name -> text.

    Raises:
        FivetimesError: there is no such format.
        RuleError: the format cannot carry a gate or a step of it.
    """
    known = exporters.exporters()
    if form not in known:
        raise FivetimesError(f"{form}: no such format. Known: {', '.join(sorted(known))}.")
    return known[form](conductor)


# ---- into a folder


def export(
    conductor: Conductor, *, form: str, output: Path, conductors: Path, home: Path, taken: Taken = Taken.IS_REFUSED
) -> Mapping[Path, bool]:
    """Write the files of a format. A file is replaced where it is still as this machine wrote it.

    Args:
        conductor: what is exported, as `approved_conductor` or `conductor_or_draft` gives it.
        form: the name of a format.
        output: the folder that it is written into.
        conductors: the folder of the conductors.
        home: our own folder, which knows what was written on this machine.
        taken: what becomes of a place where something else stands.

    Returns:
        The paths, each with whether something else stood there, which is gone.

    Raises:
        FivetimesError: there is no such format, something else stands at a place, a link does, or the folder cannot be written.
        RuleError: the place is that of the conductor itself.
    """
    texts = rendered(conductor, form)
    own = conductor_path(conductors, conductor.id)
    if own.exists() and any(_is_same(output / name, own) for name in texts):
        raise RuleError(f"{own}: this is the conductor itself, which an export does not write. Name a folder with -o.")
    atomic.check_places(texts, directory=output)
    _refuse_links(texts, output)
    others = [name for name, text in texts.items() if _is_anothers(output / name, text, home=home)]
    if others and taken is Taken.IS_REFUSED:
        raise FivetimesError(
            f"{', '.join(str(output / name) for name in others)}: something stands there that was not exported on this machine, "
            "or was changed since; nothing was written. Move it away, name another folder, or say --force to overwrite it."
        )
    paths = atomic.write_all(texts, directory=output)
    store.keep_written(texts.values(), folder=home)
    return {path: name in others for path, name in zip(paths, texts, strict=True)}


def _is_same(path: Path, other: Path) -> bool:
    return path.exists() and path.samefile(other)


def _is_anothers(path: Path, text: str, *, home: Path) -> bool:
    """Whether what stands at a place is neither what will be written nor what this machine wrote."""
    if not path.exists():
        return False
    standing = atomic.read_text(path)
    return standing != text and not store.was_written(standing, folder=home)


def _refuse_links(names: Mapping[str, str], folder: Path) -> None:
    for name in names:
        if (folder / name).is_symlink():
            raise FivetimesError(f"{folder / name}: a symbolic link stands there, which is not followed. Move it away.")


# ---- where an agent reads it


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to install into.

    Attributes:
        anchor: a full path, below which no symbolic link is followed: of the project, a home, or the folder that a person named.
        inner: the folder below it, as a relative name; empty: the anchor itself.
    """

    anchor: Path
    inner: str

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self.anchor / self.inner


def place_in_project(to: str, *, here: Path) -> Place:
    """The folder of a project's skills for an agent, else the folder that is named.

    Sources: code.claude.com/docs/en/skills (`.claude/skills`), developers.openai.com/codex/skills (`.agents/skills`).

    Example:
        >>> place_in_project("codex", here=Path("/srv/site")).path.as_posix()
        '/srv/site/.agents/skills'
    """
    if to in _SKILLS:
        return Place(here, _SKILLS[to])
    named = os.path.abspath(here / Path(to).expanduser())  # links above it are the person's, and are not resolved
    return Place(Path(named), "")


def place_of_person(to: str, *, home: Path, environ: Mapping[str, str]) -> Place:
    """The folder of a person's own skills for an agent, which it reads in every project.

    Raises:
        FivetimesError: it is none of the agents.
    """
    if to not in _SKILLS:
        raise FivetimesError(f"{to}: a folder is the same for everybody; --user goes with {' and '.join(_SKILLS)}.")
    settings = environ.get("CLAUDE_CONFIG_DIR", "")
    return Place(Path(settings).absolute(), "skills") if to == "claude" and settings else Place(home, _SKILLS[to])


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file and what becomes of it.

    Attributes:
        path: of the file.
        before: the text that stands there; None: there is no file.
        after: the text that will stand there; None: there will be no file.
        ours: whether what stands there is as `install` wrote it; true where nothing stands there.
    """

    path: Path
    before: str | None
    after: str | None
    ours: bool


@dataclass(frozen=True, slots=True)
class Installation:
    """What installing or uninstalling a conductor at a place would change; nothing of it is done yet."""

    conductor: str
    place: Place
    changes: Sequence[FileChange]

    @property
    def others(self) -> list[FileChange]:
        """Files that somebody else wrote, or changed since."""
        return [one for one in self.changes if not one.ours and one.before != one.after]


def to_install(conductor: Conductor, *, form: str, place: Place, home: Path) -> Installation:
    """What installing a conductor would write.

    Args:
        conductor: as `approved_conductor` gives it.
        form: the name of a format.
        place: where to.
        home: our own folder, which knows what was installed.

    Raises:
        FivetimesError: there is no such format, or a link or something that is no file is in the way.
        RuleError: the format cannot carry the conductor.
    """
    texts = _below(place, rendered(conductor, form))
    atomic.check_places(texts, directory=place.anchor)
    _refuse_links(texts, place.anchor)
    known = _known(conductor.id, place, home)
    changes = []
    for name, text in texts.items():
        before = atomic.text_of(place.anchor / name)
        ours = before is None or store.text_digest(before) in known.files.get(name, ())
        changes.append(FileChange(place.anchor / name, before, text, ours))
    return Installation(conductor.id, place, changes)


def check_own(wanted: Installation) -> None:
    """Refuse, by name, an installation that would overwrite or remove what somebody else wrote; nothing is changed.

    Raises:
        FivetimesError: somebody else's file stands at a place, or one of ours was changed since.
    """
    if wanted.others:
        raise FivetimesError(
            f"{', '.join(str(one.path) for one in wanted.others)}: somebody else wrote this, or changed it since it was installed; "
            "nothing was done. Move it away, or say --force."
        )


def install(wanted: Installation, *, home: Path, taken: Taken = Taken.IS_REFUSED) -> None:
    """Write what `to_install` showed, and remember the digests of what was written.

    Raises:
        FivetimesError: somebody else's file stands at a place, or changed meanwhile; or the folder cannot be written.
    """
    if taken is Taken.IS_REFUSED:
        check_own(wanted)
    place = wanted.place
    texts = {
        one.path.relative_to(place.anchor).as_posix(): one.after
        for one in wanted.changes
        if one.after is not None and one.after != one.before
    }
    if not texts:
        return
    _check_unchanged(wanted)
    made = sorted({str(folder) for name in texts for folder in _missing_folders((place.anchor / name).parent)})

    def added(known: Sequence[Installed]) -> list[Installed]:
        # before a byte is written: what is written and not remembered could never be removed again
        old = _known_in(known, wanted.conductor, place)
        files = {
            **old.files,
            **{name: (*old.files.get(name, ()), store.text_digest(text)) for name, text in texts.items()},
        }
        new = replace(old, files=files, folders=tuple(sorted({*old.folders, *made})))
        return [*(one for one in known if not _is_at(one, wanted.conductor, place)), new]

    store.change_installed(added, folder=home)
    atomic.write_all(texts, directory=place.anchor)


def to_uninstall(name: str, *, place: Place | None, home: Path) -> Installation:
    """What uninstalling a conductor would remove: the files that `install` wrote, and nothing else.

    Args:
        name: the conductor's id, or the beginning of it; its own file may be gone.
        place: where from; None: the one place where it is installed.
        home: our own folder, which knows what was installed.

    Raises:
        UnknownId: it was not installed from this machine, there or at all, or at several places of which none is named.
        FivetimesError: a link is in the way.
    """
    known = store.installed(folder=home)
    full = id_of(name, sorted({one.id for one in known}), otherwise="none: nothing was installed from this machine")
    there = [one for one in known if one.id == full and (place is None or _is_at(one, full, place))]
    if len(there) != 1:
        every = ", ".join(str(Path(one.anchor) / one.inner) for one in known if one.id == full)
        missing = f"not installed in {place.path}" if place is not None else "installed at several places"
        raise UnknownId(f"{full}: {missing}. Name one with --from: {every}.")
    (found,) = there
    anchor = Path(found.anchor)
    atomic.check_places(found.files, directory=anchor)
    changes = []
    for file, digests in found.files.items():
        path = anchor / file
        before = None if path.is_symlink() else atomic.text_of(path)
        ours = not path.is_symlink() and (before is None or store.text_digest(before) in digests)
        changes.append(FileChange(path, "" if path.is_symlink() else before, None, ours))
    return Installation(full, Place(anchor, found.inner), changes)


def uninstall(wanted: Installation, *, home: Path, taken: Taken = Taken.IS_REFUSED) -> None:
    """Remove what `to_uninstall` showed, and the folders that `install` made, where nothing else is in them.

    Raises:
        FivetimesError: somebody changed a file, or it cannot be removed.
    """
    if taken is Taken.IS_REFUSED:
        check_own(wanted)
        _check_unchanged(wanted)
    known = _known(wanted.conductor, wanted.place, home)
    for change in wanted.changes:
        atomic.remove(change.path)
    for folder in sorted(known.folders, key=len, reverse=True):  # the deepest first
        with suppress(OSError):  # something else is in it, or it is gone
            Path(folder).rmdir()
    store.change_installed(
        lambda before: [one for one in before if not _is_at(one, wanted.conductor, wanted.place)], folder=home
    )


def _check_unchanged(wanted: Installation) -> None:
    """Refuse where a file is no more what the person was shown."""
    for one in wanted.changes:
        if not one.path.is_symlink() and atomic.text_of(one.path) != one.before:
            raise FivetimesError(f"{one.path}: it was changed meanwhile; nothing was done. Do it again.")


def _below(place: Place, texts: Mapping[str, str]) -> Mapping[str, str]:
    return {f"{place.inner}/{name}" if place.inner else name: text for name, text in texts.items()}


def _missing_folders(folder: Path) -> list[Path]:
    return [one for one in (folder, *folder.parents) if not one.exists()]


def _is_at(one: Installed, conductor: str, place: Place) -> bool:
    return (one.id, one.anchor, one.inner) == (conductor, str(place.anchor), place.inner)


def _known_in(known: Sequence[Installed], conductor: str, place: Place) -> Installed:
    new = Installed(conductor, str(place.anchor), place.inner, {}, ())
    return next((one for one in known if _is_at(one, conductor, place)), new)


def _known(conductor: str, place: Place, home: Path) -> Installed:
    return _known_in(store.installed(folder=home), conductor, place)

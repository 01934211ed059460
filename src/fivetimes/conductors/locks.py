"""Conductor -> the same with nothing in it that the detector knows as a secret or that may be somebody's number.

And Candidate -> the same without any local name, where none is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from fivetimes.conductor_document import REFERENCE, ConductorDocument, step_alternatives
from fivetimes.conductors.invocations import Harmless
from fivetimes.errors import RuleError
from fivetimes.model.candidates import Candidate, Step, Variant
from fivetimes.model.command_lines import Role
from fivetimes.model.conductors import Conductor
from fivetimes.model.events import Kind
from fivetimes.redaction import digit_groups, flagged, public_label, without_keys

_ATTEMPTS = 4  # drafts: holding back one word can bring two others together, seldom twice in a row
_SHORTEST = 3  # characters of a word that is held back with its neighbours: shorter ones stand in every text
_TYPED = (Role.VALUE, Role.SCRIPT)
_DIGITS = re.compile(r"\d+")


def locked(draft: Callable[..., Conductor], harmless: Harmless) -> Conductor:
    """Draft, look at each text and at the joined words of each step with the detector, and draft again without what it found.

    Digits in groups are held back in the same way: each group may stand alone, and together they are a card's number.

    Args:
        draft: takes `harmless` and makes the conductor.
        harmless: which words may stand in a file; those that make up a finding may not any more.

    Raises:
        RuleError: what was found is not among the words that can be held back.
    """
    held: list[str] = []
    numbers: set[str] = set()

    def stricter(word: str, role: Role) -> bool:
        if not harmless(word, role) or any(len(word) >= _SHORTEST and word in text for text in held):
            return False
        return role not in _TYPED or numbers.isdisjoint(_DIGITS.findall(word))

    for _ in range(_ATTEMPTS):
        conductor = draft(harmless=stricter)
        found = [finding for text in _texts(conductor.document) if (finding := flagged(text)) is not None]
        groups = [group for text in _free_texts(conductor.document) for group in digit_groups(text)]
        if not found and not groups:
            return conductor
        held += [finding.text for finding in found]
        numbers |= {digits for group in groups for digits in _DIGITS.findall(group)}
    rule = found[0].rule if found else "digits in groups"
    raise RuleError(
        f"{conductor.id}: what would be written looks like a secret ({rule}), so nothing is written. Draft it"
        " with --no-live, or change the name that looks so."
    )


def _texts(document: ConductorDocument) -> Iterator[str]:
    """The title, and of each step its label, its commands, and its arguments side by side; without our own references."""
    yield document["title"]
    yield from document.get("computed", {}).values()
    for step in document["steps"]:
        yield step["action"]
        for one in step_alternatives(step):
            yield REFERENCE.sub(" ", one["run"])
            yield REFERENCE.sub(" ", one.get("in", ""))
            arguments = (f"{name}={value}" for name, value in one.get("with", {}).items())
            yield REFERENCE.sub(" ", " ".join(arguments))


def _free_texts(document: ConductorDocument) -> Iterator[str]:
    """Of each step its commands and its arguments side by side, a letter for our references; names of skills are declared."""
    for step in document["steps"]:
        for one in step_alternatives(step):
            if one.get("specialist", step["specialist"])["kind"] == "shell":
                run = REFERENCE.sub("x", f"{one.get('in', '')} {one['run']}")
                yield run
                # what a program calls its values, and what is held back already, may stand between the groups of one number
                yield " ".join(word for word in without_keys(run).split() if word != "x")
            yield " ".join(REFERENCE.sub("x", value) for value in one.get("with", {}).values())


# ---- from the closed vocabulary alone


def without_names(candidate: Candidate) -> Candidate:
    """The candidate with labels of the closed vocabulary only: no name of this machine, no pseudonym, no unknown skill."""
    kinds = {step.action: step.kind for step in candidate.steps}
    kinds |= {action: step.kind for step in candidate.steps for action, _ in step.alternatives}
    title = " ".join(public_label(word, kind=Kind.ACTION) for word in candidate.title.split())
    return replace(
        candidate,
        title=title.replace("<name>", "").strip() or "Routine",
        steps=tuple(map(_step, candidate.steps)),
        variants=tuple(
            Variant(
                tuple(public_label(action, kind=kinds.get(action, Kind.SHELL)) for action in variant.actions),
                variant.count,
            )
            for variant in candidate.variants
        ),
        unready=tuple(replace(one, name=public_label(one.name, kind=Kind.SKILL)) for one in candidate.unready),
    )


def _step(step: Step) -> Step:
    others = tuple((public_label(action, kind=step.kind), share) for action, share in step.alternatives)
    return replace(step, action=public_label(step.action, kind=step.kind), alternatives=others)

"""Candidate and LiveText -> Conductor: the draft that a person finishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, TypedDict, TypeVar

from fivetimes.conductor_document import (
    SCHEMA,
    AlternativePath,
    ConductorDocument,
    DataFlow,
    DocumentStep,
    Gate,
    HistoryEntry,
    Override,
    RuleEntry,
    Specialist,
    StepAlternative,
    references,
)
from fivetimes.conductors.approval_gates import gate, reversible, with_shared_effects
from fivetimes.conductors.document import evidence, steps_digest
from fivetimes.conductors.invocations import Harmless, Parse, invocations
from fivetimes.conductors.questions import questions, step_records
from fivetimes.conductors.templates import StepTemplate, StepTemplates, step_templates
from fivetimes.config import Counted, FiveTimesRule
from fivetimes.errors import RuleError
from fivetimes.model import Candidate, Conductor, LiveText, Occurrence, Step
from fivetimes.redaction import show

_TWICE = 2  # occurrences that took a path: what was taken once is no alternative but an exception
_MOST_PATHS = 5  # that are listed, besides the commonest; more are not read

T = TypeVar("T")


def draft(
    candidate: Candidate,
    live: LiveText | None,
    *,
    rule: FiveTimesRule,
    parse: Parse,
    harmless: Harmless,
    at: datetime,
    override: tuple[str, str] | None = None,
) -> Conductor:
    """Draft a conductor from what was seen. The why, the answers and who answers the gates are left to a person.

    Args:
        candidate: the routine, with its occurrences.
        live: its commands, read again just now; None when the sources were not read, then arguments are references.
        rule: the five-times rule.
        parse: a command line -> its simple commands.
        harmless: whether a word in a role may stand in a file; any other constant is only referred to by a name.
        at: when it is drafted.
        override: who drafts it below the rule, and why; recorded in the draft.

    Raises:
        RuleError: it was seen too rarely and nobody took it upon themselves.
    """
    override = override or rule.override
    if candidate.counted(rule.by) < rule.extract and override is None:
        raise RuleError(_refusal(candidate, rule))
    read = [] if live is None else invocations(candidate, live, parse=parse, harmless=harmless)
    templates = step_templates(candidate, read, harmless)
    candidate = replace(candidate, steps=tuple(with_shared_effects(candidate.steps, read)))
    taken: Override | None = None if override is None else {"by": override[0], "because": override[1]}
    document = _visible(_document(candidate, live, templates, taken, least=rule.extract))
    entry = _visible(_drafted(rule, at, taken))
    entry["drafted"] = steps_digest(document)
    document["history"] = [entry]
    return Conductor(candidate.id, document)


def withheld(candidate: Candidate, live: LiveText, *, parse: Parse, harmless: Harmless) -> dict[str, str]:
    """What the constants of a draft stand for, by name: for the owner's screen, never for a file that nobody asked for.

    Args:
        candidate: the routine.
        live: its commands, read again just now.
        parse: as in `draft`.
        harmless: as in `draft`.
    """
    read = invocations(candidate, live, parse=parse, harmless=harmless)
    return step_templates(candidate, read, harmless).constants


def tool() -> str:
    """Our name and version, as an entry of a history has it."""
    try:
        return f"fivetimes {version('fivetimes')}"
    except PackageNotFoundError:
        return "fivetimes (not installed)"


# ---- the five-times rule


def _refusal(candidate: Candidate, rule: FiveTimesRule) -> str:
    times = "once" if candidate.count == 1 else f"{candidate.count} times"
    least = f"{rule.extract} {rule.by}"
    if rule.by is Counted.OCCURRENCES:
        least = str(rule.extract)
    else:
        times += f" in {candidate.sessions} sessions" if rule.by is Counted.SESSIONS else f" on {candidate.days} days"
    return (
        f"{candidate.id} was seen {times} and the rule drafts from {least}. Wait until it is done more often, or "
        "take it upon yourself with --override NAME --because TEXT, which the draft records."
    )


# ---- the document


class _NamedConstants(TypedDict, total=False):
    constants: dict[str, str | None]


class _Remarks(TypedDict, total=False):
    notes: list[str]
    override: Override


def _document(
    candidate: Candidate, live: LiveText | None, templates: StepTemplates, taken: Override | None, *, least: int
) -> ConductorDocument:
    used = _used_constants(templates)
    constants: _NamedConstants = {"constants": dict.fromkeys(used)} if used else {}
    remarks: _Remarks = {}
    if notes := _notes(live):
        remarks["notes"] = notes
    if taken is not None:
        remarks["override"] = taken
    return {
        "schema": SCHEMA,
        "id": candidate.id,
        "title": candidate.title,
        "tier": candidate.tier.value,
        "why": {"purpose": None, "success": None, "out_of_bounds": None},
        "questions": questions(candidate, step_records(candidate, live), least=least),
        "preconditions": [],
        "inputs": templates.inputs,
        **constants,
        "steps": _steps(candidate.steps, templates),
        "state": _state(templates),
        "alternatives": alternative_paths(candidate),
        "evidence": evidence(candidate),
        **remarks,
        "history": [],
    }


def _used_constants(templates: StepTemplates) -> list[str]:
    every = [one for alternatives in templates.steps for one in alternatives]
    texts = [text for one in every for text in (one.run, *one.arguments.values())]
    found = [reference for text in texts for reference in references(text)]
    return list(dict.fromkeys(reference.name for reference in found if reference.space == "constants"))


def _notes(live: LiveText | None) -> list[str]:
    if live is None:
        return ["The sources were not read for this draft, so every argument is a placeholder."]
    if live.missing:
        return [f"{live.missing} of the commands behind this draft could not be read again at their source."]
    return []


def _drafted(rule: FiveTimesRule, at: datetime, taken: Override | None) -> HistoryEntry:
    entry: RuleEntry = {
        "noticed": rule.noticed,
        "extract": rule.extract,
        "canonical": rule.canonical,
        "by": rule.by.value,
    }
    return {
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "by": taken["by"] if taken else None,
        "what": "drafted below the rule" if taken else "drafted",
        "tool": tool(),
        "rule": entry,
    }


def _visible(value: T) -> T:
    """The same with every text made visible: a draft is read on terminals, and YAML gives no line separator back."""
    shown: Any = value
    if isinstance(value, str):
        shown = show(value)
    elif isinstance(value, dict):
        shown = {name: _visible(inner) for name, inner in value.items()}
    elif isinstance(value, list):
        shown = [_visible(inner) for inner in value]
    return shown  # type: ignore[no-any-return]  # the same type, rebuilt


# ---- steps, and the way of the inputs through them

_Arguments = TypedDict("_Arguments", {"with": dict[str, str]}, total=False)


class _StepMarks(_Arguments, total=False):
    """The keys of a step, and of an alternative, that stand there only where there is something to say."""

    run: str
    any: list[StepAlternative]
    instead: list[Specialist]
    optional: Literal[True]
    repeat: list[int]
    until: str | None
    gate: Gate


class _Other(_Arguments, total=False):
    specialist: Specialist


def _steps(steps: Sequence[Step], templates: StepTemplates) -> list[DocumentStep]:
    pairs = zip(steps, templates.steps, strict=True)
    return [_step(number, step, alternatives) for number, (step, alternatives) in enumerate(pairs, 1)]


def _step(number: int, step: Step, alternatives: Sequence[StepTemplate]) -> DocumentStep:
    first, stop = alternatives[0], gate(step)
    others = [one.specialist for one in alternatives[1:] if one.specialist != first.specialist]
    instead: _StepMarks = {"instead": [o for i, o in enumerate(others) if o not in others[:i]]} if others else {}
    guarded: _StepMarks = {"gate": stop} if stop else {}
    return {
        "id": f"s{number}",
        "action": step.action,
        **_text(alternatives),
        "specialist": first.specialist,
        **instead,
        "share": round(step.share, 2),
        **_marks(step),
        "reversible": reversible(step),
        "expects": None,
        **guarded,
    }


def _text(alternatives: Sequence[StepTemplate]) -> _StepMarks:
    first = alternatives[0]
    if len(alternatives) > 1:
        return {"any": [_alternative(one, first) for one in alternatives]}
    return {"run": first.run, "with": first.arguments} if first.arguments else {"run": first.run}


def _marks(step: Step) -> _StepMarks:
    marks: _StepMarks = {}
    if step.optional:
        marks["optional"] = True
    if step.repeat != (1, 1):
        marks["repeat"] = list(step.repeat)
    if step.repeat[1] > 1:
        marks["until"] = None
    return marks


def _alternative(alternative: StepTemplate, first: StepTemplate) -> StepAlternative:
    other: _Other = {"specialist": alternative.specialist} if alternative.specialist != first.specialist else {}
    arguments: _Other = {"with": alternative.arguments} if alternative.arguments else {}
    return {"run": alternative.run, "share": round(alternative.share, 2), **other, **arguments}


def _state(templates: StepTemplates) -> list[DataFlow]:
    return [{"name": name, "from": f"inputs.{name}", "to": _users(name, templates)} for name in templates.inputs]


def _users(name: str, templates: StepTemplates) -> list[str]:
    numbered = enumerate(templates.steps, 1)
    return [f"s{number}" for number, step in numbered if any(name in one.inputs for one in step)]


# ---- other paths through the steps that were really taken


def alternative_paths(candidate: Candidate) -> list[AlternativePath]:
    """The paths taken besides the commonest, by step id, with the share of the occurrences that took them."""
    paths = Counter(path for path in map(_path, candidate.occurrences) if path)
    ranked = sorted(paths.items(), key=lambda path: (-path[1], path[0]))
    total = max(1, len(candidate.occurrences))
    return [
        {"path": [f"s{step + 1}" for step in path], "share": round(times / total, 2)}
        for path, times in ranked[1 : 1 + _MOST_PATHS]
        if times >= _TWICE
    ]


def _path(occurrence: Occurrence) -> tuple[int, ...]:
    return tuple(dict.fromkeys(moment.step for moment in occurrence.moments if moment.step is not None))

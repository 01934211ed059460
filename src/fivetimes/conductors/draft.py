"""Candidate and LiveText -> Conductor: the draft that a person finishes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, TypedDict, TypeVar

from fivetimes.conductor_document import (
    SCHEMA,
    AlternativePath,
    ConductorDocument,
    DocumentStep,
    Evidence,
    Gate,
    HistoryEntry,
    Override,
    Replay,
    RuleEntry,
    Specialist,
    StepAlternative,
    alternative_references,
    step_alternatives,
)
from fivetimes.conductors.alternatives import NEARLY_ALL
from fivetimes.conductors.approval_gates import (
    by_hand_gate,
    expected,
    placed,
    reversible,
    went_back,
    with_shared_effects,
    with_written_effects,
)
from fivetimes.conductors.document import evidence, steps_digest
from fivetimes.conductors.invocations import (
    Expansions,
    Harmless,
    Invocation,
    Parse,
    Place,
    invocations,
    place_of,
)
from fivetimes.conductors.outputs import flow
from fivetimes.conductors.proposals import propose
from fivetimes.conductors.questions import questions, step_records
from fivetimes.conductors.replay import TypedLine, came_out, counted, replay, typed_lines, unseen
from fivetimes.conductors.templates import StepTemplate, StepTemplates, step_templates
from fivetimes.config import USUAL_SHARE, Counted, FiveTimesRule
from fivetimes.errors import RuleError
from fivetimes.model.candidates import Candidate, Step
from fivetimes.model.conductors import Conductor
from fivetimes.model.live_text import LiveText
from fivetimes.model.occurrences import Occurrence
from fivetimes.redaction import show
from fivetimes.words import iso, on_days

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
    by: str | None = None,
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
        by: who drafts it, as its history says; None where nobody is named.

    Raises:
        RuleError: it was seen too rarely and nobody took it upon themselves.
    """
    override = override or rule.override
    if candidate.counted(rule.by) < rule.extract and override is None:
        raise RuleError(_refusal(candidate, rule))
    seen = evidence(candidate)
    written = _written(candidate, live, parse=parse, harmless=harmless)
    live, read, templates = written.live, written.read, written.templates
    known = with_written_effects(with_shared_effects(written.candidate.steps, read), templates.steps, parse)
    candidate = replace(written.candidate, steps=tuple(known))
    taken: Override | None = None if override is None else {"by": override[0], "because": override[1]}
    document = _visible(_document(candidate, live, templates, taken, seen))
    if live is not None:
        _replayed(document, written)
    _used_alone(document)
    placed(document["steps"], {f"s{n}": step.effect for n, step in enumerate(candidate.steps, 1)}, went_back(candidate))
    expected(document["steps"])
    flow(document, candidate, templates.constants)
    propose(document, templates.values, candidate.occurrences)
    document["questions"] = _visible(
        questions(candidate, document["steps"], step_records(candidate, live), least=rule.extract)
    )
    entry = _visible(_drafted(rule, at, taken, by))
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
    return _written(candidate, live, parse=parse, harmless=harmless).templates.constants


def replayed(
    conductor: Conductor, candidate: Candidate, live: LiveText, *, parse: Parse, harmless: Harmless
) -> tuple[Replay, list[str]]:
    """How much of what was typed the steps of a conductor give back, as they stand now, and which steps no run shows.

    Args:
        conductor: whose steps are put to the test; a person may have edited them.
        candidate: the routine that it was drafted from.
        live: its commands, read again just now.
        parse: as in `draft`.
        harmless: as in `draft`.
    """
    written = _written(candidate, live, parse=parse, harmless=harmless)
    lines, known = written.lines, written.templates.constants
    return replay(conductor.document, lines, known), list(unseen(conductor.document, lines, known))


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
        times += f" in {candidate.sessions} sessions" if rule.by is Counted.SESSIONS else f" {on_days(candidate.days)}"
    return (
        f"{candidate.id} was seen {times} and the rule drafts from {least}. Wait until it is done more often, or "
        "take it upon yourself with --override NAME --because TEXT, which the draft records."
    )


# ---- where steps are done


def settled(candidate: Candidate, live: LiveText) -> LiveText:
    """The commands with the `cd` lines before them only at steps to which such lines lead nearly each time.

    People go here and there between steps; what a `cd` on a line of its own has to do with a step shows in that it comes again.

    Args:
        candidate: the routine.
        live: its commands, read again.
    """
    pairs = [
        (moment.step, command)
        for occurrence, texts in zip(candidate.occurrences, live.occurrences, strict=True)
        for moment, command in zip(occurrence.moments, texts, strict=True)
        if command is not None
    ]
    seen = Counter(step for step, _ in pairs)
    led = Counter(step for step, command in pairs if command.before)
    kept = {step for step, times in led.items() if times >= NEARLY_ALL * seen[step]}
    rows = tuple(
        tuple(
            command if command is None or moment.step in kept else replace(command, before=())
            for moment, command in zip(occurrence.moments, texts, strict=True)
        )
        for occurrence, texts in zip(candidate.occurrences, live.occurrences, strict=True)
    )
    return replace(live, occurrences=rows)


# ---- steps that stand in one clause


def joined(candidate: Candidate, live: LiveText, parse: Parse) -> Candidate:
    """The candidate with what is typed as one clause, as in `ssh host 'a && b'`, as one step: the first in it.

    The steps that are left are counted without those that have gone into another, so a draft has no gap in its numbers.

    Args:
        candidate: the routine.
        live: its commands, read again.
        parse: as in `draft`.
    """
    first = _first_of_clause(candidate, live, parse)
    if not first:
        return candidate
    steps = list(candidate.steps)
    for inner, outer in first.items():
        steps[outer] = replace(steps[outer], effect=max(steps[outer].effect, candidate.steps[inner].effect))
    left = [number for number in range(len(steps)) if number not in first]
    place = {number: left.index(first.get(number, number)) for number in range(len(steps))}
    occurrences = tuple(
        replace(
            each,
            moments=tuple(
                moment if moment.step is None else replace(moment, step=place[moment.step]) for moment in each.moments
            ),
        )
        for each in candidate.occurrences
    )
    unready = tuple(replace(one, step=place[one.step]) for one in candidate.unready if one.step not in first)
    return replace(candidate, steps=tuple(steps[number] for number in left), occurrences=occurrences, unready=unready)


def _first_of_clause(candidate: Candidate, live: LiveText, parse: Parse) -> dict[int, int]:
    """The steps that nearly always stand in the clause of an earlier one, with that step."""
    seen: Counter[int] = Counter()
    within: dict[int, Counter[int]] = {number: Counter() for number in range(len(candidate.steps))}
    for occurrence, texts in zip(candidate.occurrences, live.occurrences, strict=True):
        met: dict[Place, int] = {}
        for moment, command in zip(occurrence.moments, texts, strict=True):
            place = None if moment.step is None or command is None else place_of(moment, command, parse)
            if moment.step is not None and command is not None:
                seen[moment.step] += 1
                if place is not None and met.setdefault(place, moment.step) != moment.step:
                    within[moment.step][met[place]] += 1
    first: dict[int, int] = {}
    for number, outer in within.items():
        for earlier, times in outer.most_common(1):
            if times >= NEARLY_ALL * seen[number]:
                first[number] = first.get(earlier, earlier)
    return first


# ---- what the steps give back


@dataclass(frozen=True, slots=True)
class _Written:
    """A candidate with what was typed, and the templates that this was put into.

    `candidate` has what is typed as one clause as one step; `live` is None, and `read` and `lines` are empty, where the sources
    were not read.
    """

    candidate: Candidate
    live: LiveText | None
    read: Sequence[Invocation]
    lines: Sequence[TypedLine]
    templates: StepTemplates


def _written(candidate: Candidate, live: LiveText | None, *, parse: Parse, harmless: Harmless) -> _Written:
    """Put what was typed into templates; a step of which too few lines come out is given any arguments."""
    expansions = Expansions()
    if live is None:
        return _Written(candidate, None, [], [], step_templates(candidate, [], harmless, expansions))
    live = settled(candidate, live)
    candidate = joined(candidate, live, parse)
    read = invocations(candidate, live, parse=parse, harmless=harmless, expansions=expansions)
    lines = typed_lines(candidate, live, parse)
    templates = step_templates(candidate, read, harmless, expansions)
    document = _document(candidate, live, templates, None, evidence(candidate))
    loose = {int(name[1:]) - 1 for name in _missed(lines, came_out(document, lines, templates.constants))}
    if loose:
        templates = step_templates(candidate, read, harmless, expansions, loose=loose)
    return _Written(candidate, live, read, lines, templates)


def _missed(lines: Sequence[TypedLine], out: Sequence[bool]) -> dict[str, int]:
    """The steps of which too few of the lines that were typed come out, with the number of those that do not."""
    typed = Counter(line.id for line in lines)
    missed = Counter(line.id for line, one in zip(lines, out, strict=True) if not one)
    return {name: times for name, times in missed.items() if typed[name] - times < NEARLY_ALL * typed[name]}


def _replayed(document: ConductorDocument, written: _Written) -> None:
    """Put the steps to the test; one of which too few lines come out is done by hand."""
    lines, constants = written.lines, written.templates.constants
    out = came_out(document, lines, constants)
    missed = _missed(lines, out)
    for step in document["steps"]:
        if step["id"] in missed:
            read = [each for each in written.read if f"s{each.step + 1}" == step["id"]]
            _by_hand(step, read, missed[step["id"]], typed=sum(line.id == step["id"] for line in lines))
    # a step by hand gives nothing back, and says nothing of what the values were
    document["replay"] = counted(document, lines, came_out(document, lines, constants) if missed else out)


def _by_hand(step: DocumentStep, read: Sequence[Invocation], missed: int, *, typed: int) -> None:
    """Make a step one that a person does, with the reason; `missed` of the lines that were `typed` do not come out of it."""
    constructs = Counter(each.construct for each in read if each.construct)
    why = f"it was done in a different way {missed} of {typed} times"
    if constructs.total() > USUAL_SHARE * missed:
        why = f"it is {constructs.most_common(1)[0][0]}"
    for key in ("any", "with", "in"):
        step.pop(key, None)  # type: ignore[misc]  # keys that a step by hand does not have
    step["run"] = step["action"]
    step["specialist"] = {"kind": "person", "name": step["specialist"]["name"]}
    step["by_hand"] = why
    step["gate"] = by_hand_gate(step)


# ---- the document


class _Remarks(TypedDict, total=False):
    replay: Replay
    notes: list[str]
    override: Override


def _document(
    candidate: Candidate,
    live: LiveText | None,
    templates: StepTemplates,
    taken: Override | None,
    seen: Evidence,
) -> ConductorDocument:
    remarks: _Remarks = {}
    if live is not None:
        remarks["replay"] = {"lines": 0, "of": 0, "runs": 0, "of_runs": 0, "differs": {}}
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
        "questions": [],
        "preconditions": [],
        "inputs": templates.inputs,
        "constants": {},
        "computed": templates.computed,
        "steps": _steps(candidate, templates),
        "state": [],
        "alternatives": alternative_paths(candidate),
        "evidence": seen,
        **remarks,
        "history": [],
    }


def _notes(live: LiveText | None) -> list[str]:
    if live is None:
        return ["The sources were not read for this draft, so every argument is a placeholder."]
    if live.missing:
        return [f"{live.missing} of the commands behind this draft could not be read again at their source."]
    return []


def _drafted(rule: FiveTimesRule, at: datetime, taken: Override | None, by: str | None) -> HistoryEntry:
    entry: RuleEntry = {
        "noticed": rule.noticed,
        "extract": rule.extract,
        "canonical": rule.canonical,
        "by": rule.by.value,
    }
    return {
        "at": iso(at),
        "by": taken["by"] if taken else by,
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

_Arguments = TypedDict("_Arguments", {"with": dict[str, str], "in": str}, total=False)


class _StepMarks(_Arguments, total=False):
    """The keys of a step, and of an alternative, that stand there only where there is something to say."""

    run: str
    any: list[StepAlternative]
    by_hand: str
    instead: list[Specialist]
    optional: Literal[True]
    repeat: list[int]
    until: str | None
    gate: Gate
    outputs: dict[str, str]


def _steps(candidate: Candidate, templates: StepTemplates) -> list[DocumentStep]:
    return [
        _step(number, step, found)
        for number, (step, found) in enumerate(zip(candidate.steps, templates.steps, strict=True), 1)
    ]


def _step(number: int, step: Step, alternatives: Sequence[StepTemplate]) -> DocumentStep:
    first = alternatives[0]
    others = [one.specialist for one in alternatives[1:] if one.specialist != first.specialist]
    instead: _StepMarks = {"instead": [o for i, o in enumerate(others) if o not in others[:i]]} if others else {}
    return {
        "id": f"s{number}",
        "action": step.action,
        **_text(alternatives),
        "specialist": first.specialist,
        **instead,
        "share": round(step.share, 3),
        **_marks(step),
        "reversible": reversible(step),
        "expects": None,
    }


def _text(alternatives: Sequence[StepTemplate]) -> _StepMarks:
    first = alternatives[0]
    if len(alternatives) > 1:
        return {"any": [_alternative(one, first) for one in alternatives]}
    only: _StepMarks = {"run": first.run}
    if first.arguments:
        only["with"] = first.arguments
    if first.folder is not None:
        only["in"] = first.folder
    return only


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
    made: StepAlternative = {"run": alternative.run, "share": round(alternative.share, 2)}
    if alternative.specialist != first.specialist:
        made["specialist"] = alternative.specialist
    if alternative.arguments:
        made["with"] = alternative.arguments
    if alternative.folder is not None:
        made["in"] = alternative.folder
    return made


def _used_alone(document: ConductorDocument) -> None:
    """Leave the values that a step uses, and say which steps these are."""
    users: dict[tuple[str, str], list[str]] = {}
    for step in document["steps"]:
        for reference in dict.fromkeys(
            found for one in step_alternatives(step) for found in alternative_references(one)
        ):
            users.setdefault((reference.space, reference.name), []).append(step["id"])
    document["inputs"] = {name: one for name, one in document["inputs"].items() if ("inputs", name) in users}
    document["state"] = [
        {"name": name, "from": f"inputs.{name}", "to": list(dict.fromkeys(users["inputs", name]))}
        for name in document["inputs"]
    ]
    document["constants"] = {name: None for space, name in users if space == "constants"}
    document["computed"] = {name: document["computed"][name] for space, name in users if space == "computed"}
    if not document["constants"]:
        del document["constants"]
    if not document["computed"]:
        del document["computed"]


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

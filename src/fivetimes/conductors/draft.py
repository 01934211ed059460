"""Candidate and LiveText -> Conductor: the draft that a person finishes.

Candidate -> alternatives: the other paths through the steps that were really taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fivetimes.conductors.approval_gates import gate, guarded, reversible
from fivetimes.conductors.document import SCHEMA, evidence, skeleton
from fivetimes.conductors.invocations import Harmless, Parse, calls
from fivetimes.conductors.questions import questions, records
from fivetimes.conductors.templates import Wording, Wordings, worded
from fivetimes.errors import RuleError
from fivetimes.model import Candidate, Conductor, LiveText, Occurrence, Step
from fivetimes.redaction import show

# ---- draft


_CONSTANT = re.compile(r"\{\{ constants\.([a-z][a-z0-9_]*) \}\}")
_ALWAYS = 0.95  # a step seen in a smaller share of the occurrences is optional


def draft(
    candidate: Candidate,
    live: LiveText | None,
    *,
    rule: Mapping[str, Any],
    parse: Parse,
    harmless: Harmless,
    at: datetime,
    override: tuple[str, str] | None = None,
) -> Conductor:
    """Draft a conductor from what was seen. The why, the answers and who answers the gates are left to a person.

    Args:
        candidate: the routine, with its occurrences.
        live: its commands, read again just now; None when the sources were not read, then arguments are placeholders.
        rule: the five-times rule: `extract` is the least count; `override_by`, `override_because` where lowered.
        parse: a command line -> its simple commands.
        harmless: whether a word in a role may stand in a file; any other constant becomes a named placeholder.
        at: when it is drafted.
        override: who drafts it below the rule, and why; recorded in the draft.

    Raises:
        RuleError: it was seen too rarely and nobody took it upon themselves.
    """
    override = override or _lowered(rule)
    if candidate.counted(rule.get("by", "occurrences")) < rule["extract"] and override is None:
        raise RuleError(_refusal(candidate, rule))
    said = [] if live is None else calls(candidate, live, parse=parse, harmless=harmless)
    wordings = worded(candidate, said, harmless)
    candidate = replace(candidate, steps=tuple(guarded(candidate.steps, said)))
    taken = None if override is None else {"by": override[0], "because": override[1]}
    document = {
        "schema": SCHEMA,
        "id": candidate.id,
        "title": candidate.title,
        "tier": candidate.tier.value,
        "why": {"purpose": None, "success": None, "out_of_bounds": None},
        "questions": questions(candidate, records(candidate, live)),
        "preconditions": [],
        "inputs": wordings.inputs,
        "constants": dict.fromkeys(_used_constants(wordings)),
        "steps": _steps(candidate.steps, wordings),
        "state": _state(wordings),
        "alternatives": routes(candidate),
        "evidence": evidence(candidate),
        "notes": _notes(live),
        "override": taken,
        "history": [],
    }
    shown = {key: _shown(value) for key, value in document.items() if _says(key, value)}
    entry = _shown(_drafted(rule, at, taken)) | {"drafted": skeleton(shown)}
    return Conductor(candidate.id, {**shown, "history": [entry]})


def _says(key: str, value: object) -> bool:
    return key not in ("notes", "override", "constants") or bool(value)


def withheld(candidate: Candidate, live: LiveText, *, parse: Parse, harmless: Harmless) -> dict[str, str]:
    """What the constants of a draft stand for, by name: for the owner's screen, never for a file that nobody asked for.

    Args:
        candidate: the routine.
        live: its commands, read again just now.
        parse: as in `draft`.
        harmless: as in `draft`.
    """
    return worded(candidate, calls(candidate, live, parse=parse, harmless=harmless), harmless).constants


def _used_constants(wordings: Wordings) -> list[str]:
    texts = [text for ways in wordings.steps for way in ways for text in (way.run, *way.arguments.values())]
    return list(dict.fromkeys(name for text in texts for name in _CONSTANT.findall(text)))


def _shown(value: Any) -> Any:
    """The same with every text made visible: a draft is read on terminals, and YAML gives no line separator back."""
    if isinstance(value, str):
        return show(value)
    if isinstance(value, dict):
        return {name: _shown(inner) for name, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list) else value


def _lowered(rule: Mapping[str, Any]) -> tuple[str, str] | None:
    by, because = rule.get("override_by"), rule.get("override_because")
    return (str(by), str(because)) if by and because else None


def _refusal(candidate: Candidate, rule: Mapping[str, Any]) -> str:
    by, times = rule.get("by", "occurrences"), "once" if candidate.count == 1 else f"{candidate.count} times"
    if by != "occurrences":
        times += f" in {candidate.sessions} sessions" if by == "sessions" else f" on {candidate.days} days"
    least = str(rule["extract"]) if by == "occurrences" else f"{rule['extract']} {by}"
    return (
        f"{candidate.id} was seen {times} and the rule drafts from {least}. Wait until it is done more often, or "
        "take it upon yourself with --override NAME --because TEXT, which the draft records."
    )


def _drafted(rule: Mapping[str, Any], at: datetime, taken: dict[str, str] | None) -> dict[str, Any]:
    return {
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "by": taken["by"] if taken else None,
        "what": "drafted below the rule" if taken else "drafted",
        "tool": tool(),
        "rule": {name: rule[name] for name in ("noticed", "extract", "canonical", "by") if name in rule},
    }


def tool() -> str:
    """Our name and version, as a history says it."""
    try:
        return f"fivetimes {version('fivetimes')}"
    except PackageNotFoundError:
        return "fivetimes (not installed)"


def _notes(live: LiveText | None) -> list[str]:
    if live is None:
        return ["The sources were not read for this draft, so every argument is a placeholder."]
    if live.missing:
        return [f"{live.missing} of the commands behind this draft could not be read again at their source."]
    return []


# ---- steps and state


def _steps(steps: Sequence[Step], wordings: Wordings) -> list[dict[str, Any]]:
    return [_step(number, step, ways) for number, (step, ways) in enumerate(zip(steps, wordings.steps, strict=True), 1)]


def _step(number: int, step: Step, ways: Sequence[Wording]) -> dict[str, Any]:
    first, stop = ways[0], gate(step)
    others = [way.specialist for way in ways[1:] if way.specialist != first.specialist]
    instead = [other for place, other in enumerate(others) if other not in others[:place]]
    return {
        "id": f"s{number}",
        "action": step.action,
        **({"run": first.run} if len(ways) == 1 else {"any": [_way(way, first) for way in ways]}),
        **({"with": first.arguments} if first.arguments and len(ways) == 1 else {}),
        "specialist": first.specialist,
        **({"instead": instead} if instead else {}),
        "share": round(step.share, 2),
        **({"optional": True} if step.share < _ALWAYS else {}),
        **({"repeat": list(step.repeat)} if step.repeat != (1, 1) else {}),
        **({"until": None} if step.repeat[1] > 1 else {}),
        "reversible": reversible(step),
        "expects": None,
        **({"gate": stop} if stop else {}),
    }


def _way(way: Wording, first: Wording) -> dict[str, Any]:
    return {
        "run": way.run,
        "share": round(way.share, 2),
        **({"specialist": way.specialist} if way.specialist != first.specialist else {}),
        **({"with": way.arguments} if way.arguments else {}),
    }


def _state(wordings: Wordings) -> list[dict[str, Any]]:
    return [{"name": name, "from": f"inputs.{name}", "to": list(_users(name, wordings))} for name in wordings.inputs]


def _users(name: str, wordings: Wordings) -> list[str]:
    return [f"s{number}" for number, ways in enumerate(wordings.steps, 1) if any(name in way.inputs for way in ways)]


# ---- routes


_TAKEN_TWICE = 2  # a path taken once is no alternative
_MOST_PATHS = 5


def routes(candidate: Candidate) -> list[dict[str, Any]]:
    """The paths taken besides the commonest, by step id, with the share of the occurrences that took them."""
    paths = Counter(path for path in map(_path, candidate.occurrences) if path)
    ranked = sorted(paths.items(), key=lambda path: (-path[1], path[0]))
    total = max(1, len(candidate.occurrences))
    return [
        {"path": [f"s{step + 1}" for step in path], "share": round(times / total, 2)}
        for path, times in ranked[1 : 1 + _MOST_PATHS]
        if times >= _TAKEN_TWICE
    ]


def _path(occurrence: Occurrence) -> tuple[int, ...]:
    return tuple(dict.fromkeys(moment.step for moment in occurrence.moments if moment.step is not None))

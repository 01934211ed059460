"""A scan and its drafts -> the same for a report that others may read: names that one person alone has are placeholders.

Nothing else changes: ids, counts, times and places are those of the scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from fivetimes.conductor_document import ConductorDocument
from fivetimes.model.candidates import Candidate, Step
from fivetimes.model.changes import Changes
from fivetimes.model.conductors import Conductor, ConductorEffect
from fivetimes.model.occurrences import Occurrence
from fivetimes.model.scans import Composition, Scan
from fivetimes.model.suppression import Suppressed
from fivetimes.model.trace import SearchTrace
from fivetimes.redaction import OwnNames, own_pieces

# Keys of a conductor's document under which commands, names and templates stand; under all others are sentences of ours.
_LABELS = frozenset(
    {"title", "action", "run", "in", "with", "name", "from", "proposal", "outputs", "constants", "computed"}
)
# Keys of a conductor's document whose own keys are names that were read; all other keys are ours.
_NAMED = frozenset({"inputs", "with", "outputs", "constants", "computed"})


def passed_on(scan: Scan, drafts: Mapping[str, Conductor], names: OwnNames) -> tuple[Scan, dict[str, Conductor]]:
    """The scan and the drafts as others may read them; what `names` finds are the names that were replaced.

    A scan that was merged of bundles stays as it is: its names were agreed to by who shared them.

    Args:
        scan: what was found.
        drafts: by the ids of its candidates.
        names: which names may stand, and what stands for the others.
    """
    if scan.merged:
        return scan, dict(drafts)
    for one in scan.candidates:  # a sentence may quote a label of another routine: every label comes first
        _candidate(one, names)
        if one.id in drafts:
            _document(drafts[one.id].document, names)
    named = replace(
        scan,
        candidates=tuple(_candidate(one, names) for one in scan.candidates),
        suppressed=tuple(_suppressed(one, names) for one in scan.suppressed),
        changes=None if scan.changes is None else _changes(scan.changes, names),
        compositions=tuple(_composition(one, names) for one in scan.compositions),
        trace=_trace(scan.trace, names),
    )
    return named, {key: replace(one, document=_document(one.document, names)) for key, one in drafts.items()}


def passed_on_effects(effects: Sequence[ConductorEffect], names: OwnNames) -> tuple[ConductorEffect, ...]:
    """What approved conductors changed, as others may read it."""
    return tuple(replace(one, title=names.label(one.title), standing=names.text(one.standing)) for one in effects)


# ---- the parts of a scan


def _candidate(one: Candidate, names: OwnNames) -> Candidate:
    steps = tuple(_step(step, names) for step in one.steps)
    return replace(
        one,
        title=names.label(one.title),
        steps=steps,
        variants=tuple(replace(way, actions=_all(way.actions, names)) for way in one.variants),
        occurrences=tuple(_occurrence(occurrence, names) for occurrence in one.occurrences),
        unready=tuple(replace(skill, name=names.label(skill.name)) for skill in one.unready),
        already=names.label(one.already),
        reasons=tuple(map(names.text, one.reasons)),
        confidence=replace(one.confidence, sentences=tuple(map(names.text, one.confidence.sentences))),
    )


def _all(labels: tuple[str, ...], names: OwnNames) -> tuple[str, ...]:
    return tuple(map(names.label, labels))


def _step(step: Step, names: OwnNames) -> Step:
    others = tuple((names.label(action), share) for action, share in step.alternatives)
    return replace(step, action=names.label(step.action), alternatives=others)


def _occurrence(one: Occurrence, names: OwnNames) -> Occurrence:
    return replace(one, moments=tuple(replace(moment, action=names.label(moment.action)) for moment in one.moments))


def _suppressed(one: Suppressed, names: OwnNames) -> Suppressed:
    return replace(one, steps=_all(one.steps, names))


def _changes(changes: Changes, names: OwnNames) -> Changes:
    gone = (replace(one, title=names.label(one.title), why=names.text(one.why)) for one in changes.gone)
    return replace(changes, gone=tuple(gone))


def _composition(one: Composition, names: OwnNames) -> Composition:
    return replace(
        one, name=names.label(one.name), calls=tuple((names.label(called), uses) for called, uses in one.calls)
    )


def _trace(trace: SearchTrace, names: OwnNames) -> SearchTrace:
    sequences = tuple(
        replace(
            one,
            steps=_all(one.steps, names),
            events=tuple(replace(event, text=names.text(event.text)) for event in one.events),
        )
        for one in trace.sequences
    )
    left_out = tuple(replace(one, action=names.label(one.action)) for one in trace.left_out)
    return replace(trace, sequences=sequences, left_out=left_out)


# ---- a draft


def _document(document: ConductorDocument, names: OwnNames) -> ConductorDocument:
    _mapped(document, names)  # so that sentences know the names that stand behind them
    return cast(ConductorDocument, _mapped(document, names))


def _mapped(value: Any, names: OwnNames, *, below: str = "") -> Any:
    """A value of a document as others may read it; `below` is the key under which it stands."""
    if isinstance(value, str):
        return names.label(value) if below in _LABELS else names.text(value)
    if isinstance(value, list):
        return [_mapped(one, names, below=below) for one in value]
    if isinstance(value, dict) and below in _NAMED:
        return {names.label(key): _mapped(one, names, below=below) for key, one in value.items()}
    if isinstance(value, dict):
        return {key: _mapped(one, names, below=key) for key, one in value.items()}
    return value


def withheld_names(
    scan: Scan, drafts: Mapping[str, Conductor], names: OwnNames, *, asked: Iterable[str]
) -> tuple[str, ...]:
    """The pieces of names for which a report has placeholders, in the order of the report; for the owner's terminal alone.

    Args:
        scan: what was found.
        drafts: by id.
        names: which names may be passed on, and what stands for the others.
        asked: names that are asked about anyhow; their pieces are left out.
    """
    passed_on(scan, drafts, names)
    known = {piece.lower() for one in asked for piece in own_pieces(one)}
    return tuple(piece for piece in names.found if piece not in known)

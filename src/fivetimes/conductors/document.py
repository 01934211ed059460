"""Text of a file -> Conductor: the schema, checks, the digests of a document, and what a new draft keeps of an old one.

The keys of the document are declared in `fivetimes.conductor_document`.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

import yaml

from fivetimes.conductor_document import ConductorDocument, DocumentStep, Evidence, HistoryEntry, Question, Why
from fivetimes.errors import FivetimesError
from fivetimes.model.candidates import Candidate
from fivetimes.model.conductors import Conductor
from fivetimes.model.occurrences import Location, Moment, Occurrence
from fivetimes.words import WEEKDAYS, doers, noun, on_days

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


# ---- text -> Conductor

_MOST_CHARACTERS = 1_000_000  # of a file; a conductor is a page, and a larger file is something else
_KEPT = 128  # documents; a folder of conductors holds some dozens
_MOST_IN_MESSAGE = 200  # characters of the schema's complaint, which may quote a whole value
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_BOOL = "tag:yaml.org,2002:bool"


class _Loader(yaml.SafeLoader):
    """The safe loader without dates and without anchors: we write neither, and an anchor can stand for a very large document."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias."""
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("it holds an alias (*name), which conductors do not")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key that stands twice: one of the two would be lost."""
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        twice = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
        if twice is not None:
            raise yaml.YAMLError(f"the key {twice!r} stands twice in one mapping")
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in (_TIMESTAMP, _BOOL)]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# As in YAML 1.2: a person who writes `answer: no` means the word.
_Loader.add_implicit_resolver(_BOOL, re.compile("(?:true|false)$"), list("tf"))


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every conductor file keeps."""
    loaded: dict[str, Any] = json.loads(files("fivetimes.conductors").joinpath("schema.json").read_text("utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # takes a while, and few commands read a conductor

    return Draft202012Validator(schema())


def parse(text: str, *, place: str) -> Conductor:
    """The conductor of a file, held against the schema: a person may have edited it.

    Args:
        text: YAML.
        place: the file's name, for the messages.

    Raises:
        FivetimesError: it is no YAML, or no conductor; the message names the first thing that is wrong.

    Example:
        >>> parse("title: x", place="x.yaml")
        Traceback (most recent call last):
        fivetimes.errors.FivetimesError: x.yaml: no conductor: 'schema' is a required property. Correct it there.
    """
    try:
        document = _document(text)
    except FivetimesError as error:
        raise FivetimesError(f"{place}: {error}") from error
    return Conductor(document["id"], copy.deepcopy(document))


@lru_cache(maxsize=_KEPT)
def _document(text: str) -> ConductorDocument:
    """The document of a text, kept: a server is asked about one folder again and again, and reading YAML takes longest of all."""
    from jsonschema.exceptions import best_match

    document = _loaded(text)
    wrong = best_match(_validator().iter_errors(document))
    if wrong is not None:
        raise FivetimesError(f"no conductor: {_complaint(wrong)}. Correct it there.")
    return cast(ConductorDocument, document)


def _loaded(text: str) -> Any:
    if len(text) > _MOST_CHARACTERS:
        raise FivetimesError(f"no conductor: it is longer than {_MOST_CHARACTERS:,} characters. Name another file.")
    try:
        return yaml.load(text, Loader=_Loader)  # a SafeLoader
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        message = " ".join(str(error).split())
        raise FivetimesError(f"not YAML that can be read: {message}. Correct that place.") from error


def _complaint(wrong: ValidationError) -> str:
    at = ".".join(str(part) for part in wrong.absolute_path)
    message = " ".join(wrong.message.split())
    short = message if len(message) <= _MOST_IN_MESSAGE else message[: _MOST_IN_MESSAGE - 1] + "…"
    return f"{at}: {short}" if at else short


# ---- evidence and digests


def evidence(candidate: Candidate) -> Evidence:
    """What a draft states as its evidence: counts and dates, no locations and no persons."""
    starts = sorted(_starts(candidate.occurrences))
    locations = {(at.path, at.line, at.commit) for o in candidate.occurrences for m in o.moments for at in m.locations}
    return {
        "occurrences": candidate.count,
        "sessions": candidate.sessions,
        "days": candidate.days,
        "people": candidate.people,
        "at_least": candidate.at_least,
        "first": starts[0].date().isoformat() if starts else None,
        "last": starts[-1].date().isoformat() if starts else None,
        "places": len(locations),
        "digest": digest(candidate.occurrences),
    }


def evidence_phrase(candidate: Candidate) -> str:
    """The evidence in a phrase: `17 times by 3 people on 15 days, mostly on Thursdays`.

    A weekday is named where the candidate's rhythm has one.
    """
    least = "at least " if candidate.at_least else ""
    times = f"{candidate.count} {noun(candidate.count, 'time')}"
    days = "" if candidate.merged else f" {on_days(candidate.days)}"
    weekday = candidate.rhythm.weekday if candidate.rhythm is not None else None
    mostly = f", mostly on {WEEKDAYS[weekday]}s" if weekday is not None else ""
    return f"{least}{times} by {doers(candidate.people)}{days}{mostly}"


def _starts(occurrences: Iterable[Occurrence]) -> list[datetime]:
    return [occurrence.start for occurrence in occurrences if occurrence.start is not None]


def digest(occurrences: Sequence[Occurrence]) -> str:
    """A digest over what was done, not over where it stands: it stays the same when a history file rotates.

    Each moment counts by its commit or its keyed digest; a location that has neither counts by path and line.
    """
    rows = sorted(
        json.dumps([[moment.step, _marks(moment)] for moment in occurrence.moments]) for occurrence in occurrences
    )
    return _blake("\n".join(rows))


def _marks(moment: Moment) -> list[str]:
    return sorted(map(_mark, moment.locations))


def _mark(at: Location) -> str:
    return at.commit or (f"{at.digest:016x}" if at.digest else f"{at.path}:{at.line}")


def with_steps(document: ConductorDocument, steps: Sequence[DocumentStep]) -> ConductorDocument:
    """The document with other steps; what leads to a step that is gone, and paths through it, are left out."""
    here = {step["id"] for step in steps}
    made = document.copy()
    made["steps"] = list(steps)
    made["state"] = [{**flow, "to": [one for one in flow["to"] if one in here]} for flow in document["state"]]
    made["state"] = [flow for flow in made["state"] if flow["to"]]
    made["alternatives"] = [path for path in document["alternatives"] if set(path["path"]) <= here]
    return made


def steps_digest(document: ConductorDocument) -> str:
    """A digest of the steps as they are carried out: it changes when somebody edits them, not when they answer a question."""
    steps = [
        [step["id"], step.get("run"), step.get("any"), step.get("with"), step.get("in"), step["action"], *_made(step)]
        for step in document["steps"]
    ]
    return _blake(json.dumps([steps, document["inputs"]], sort_keys=True))


def _made(step: DocumentStep) -> list[dict[str, str]]:
    """What a step makes: nothing where it states none, so that the digest of such a document is what it was."""
    return [step["outputs"]] if "outputs" in step else []


def fingerprint(document: ConductorDocument) -> str:
    """A digest of what a person decides on: the whole conductor but its title, its history, and who passed a gate in a run."""
    decided_on = {key: value for key, value in document.items() if key not in ("title", "history")}
    decided_on["steps"] = [_without_overrides(step) for step in document["steps"]]
    return _blake(json.dumps(decided_on, sort_keys=True))


def _without_overrides(step: DocumentStep) -> DocumentStep:
    if "overrides" not in step.get("gate", {}):
        return step
    made = step.copy()
    made["gate"] = step["gate"].copy()
    del made["gate"]["overrides"]
    return made


def _blake(text: str) -> str:
    return "blake2b:" + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


# ---- a new draft in the place of an old one


def kept(new: Conductor, old: Conductor) -> Conductor:
    """A new draft with what a person wrote into the old one: why, answers, who answers the gates, standards, a new title.

    Steps are known again by their action; what a person wrote about a step that is gone goes with it. Steps that a person edited
    stay as they are, and so does all that goes with them: then only the evidence is new. The history goes on.

    Args:
        new: drafted just now.
        old: the file that it is to replace.
    """
    fresh, before = new.document, old.document
    if _edited(before):
        return Conductor(new.id, _counted_anew(fresh, before))
    renamed = any(entry["what"] == "renamed" for entry in before["history"])
    document: ConductorDocument = {
        **fresh,
        "title": before["title"] if renamed else fresh["title"],
        "why": _why(fresh["why"], before["why"]),
        "questions": [_answered(question, before["questions"]) for question in fresh["questions"]],
        "preconditions": before.get("preconditions") or fresh.get("preconditions", []),
        "steps": [_step_kept(step, before["steps"]) for step in fresh["steps"]],
        "history": [*before["history"], *map(_anew, fresh["history"])],
    }
    if "constants" in fresh:
        document["constants"] = {name: before.get("constants", {}).get(name) for name in fresh["constants"]}
    return Conductor(new.id, document)


def _edited(document: ConductorDocument) -> bool:
    """Whether somebody changed the steps since they were drafted."""
    drafted = [entry["drafted"] for entry in document["history"] if "drafted" in entry]
    return bool(drafted) and drafted[-1] != steps_digest(document)


def _counted_anew(fresh: ConductorDocument, before: ConductorDocument) -> ConductorDocument:
    entry = fresh["history"][0].copy()
    entry["what"] = "counted anew"
    entry.pop("drafted", None)
    document = before.copy()
    document["tier"], document["evidence"] = fresh["tier"], fresh["evidence"]
    document.pop("replay", None)  # it was of other steps; `verify` replays those of the file
    document["history"] = [*before["history"], entry]
    return document


def _anew(entry: HistoryEntry) -> HistoryEntry:
    return {**entry, "what": f"{entry['what']} anew"}


def _why(fresh: Why, before: Why) -> Why:
    return {
        "purpose": before["purpose"] or fresh["purpose"],
        "success": before["success"] or fresh["success"],
        "out_of_bounds": before["out_of_bounds"] or fresh["out_of_bounds"],
    }


def _answered(question: Question, before: Sequence[Question]) -> Question:
    same = (old for old in before if (old["about"], old["ask"]) == (question["about"], question["ask"]))
    return {**question, "answer": next((old["answer"] for old in same), None)}


def _step_kept(step: DocumentStep, before: Sequence[DocumentStep]) -> DocumentStep:
    """A new step with its standards and its gate's answerer as the old one has them; a gate that a person added stays."""
    old = next((old for old in before if old["action"] == step["action"]), None)
    if old is None:
        return step
    made = step.copy()
    made["expects"] = old["expects"] or step["expects"]
    if "until" in step:
        made["until"] = old.get("until") or step["until"]
    if old_gate := old.get("gate"):
        if "gate" in step:
            made["gate"] = {**step["gate"], "answerer": old_gate["answerer"]}
            if "overrides" in old_gate:
                made["gate"]["overrides"] = old_gate["overrides"]
        else:
            made["gate"], made["reversible"] = old_gate, old["reversible"]
    elif step["reversible"] is None:
        made["reversible"] = old["reversible"]  # a person said that it does no harm
    return made

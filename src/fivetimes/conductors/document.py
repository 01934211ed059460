"""Text of a file -> Conductor: what a person may have edited, held against the schema before anybody builds on it.

Candidate -> evidence: the numbers that a draft stands on, and a digest by which they can be checked again.

A new draft and the file it replaces -> Conductor: what a person wrote stays, what was counted is counted anew.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from fivetimes.errors import FivetimesError
from fivetimes.model import Candidate, Conductor, Location, Moment, Occurrence

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


# ---- reading


_LONGEST = 1_000_000  # characters; a conductor is a page
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Reader(yaml.SafeLoader):
    """The safe loader without dates and without anchors: we write neither, and an anchor can stand for a very large document."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias."""
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("it holds an alias (*name), which conductors do not")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key that stands twice: one of the two would be lost."""
        found = [self.construct_object(key, deep=deep) for key, _ in node.value]
        twice = next((key for place, key in enumerate(found) if key in found[:place]), None)
        if twice is not None:
            raise yaml.YAMLError(f"{twice!r} stands twice in one place")
        return super().construct_mapping(node, deep=deep)


_Reader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


SCHEMA = "fivetimes/conductor/1"


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
    """The conductor of a file.

    Args:
        text: YAML.
        place: the file's name, for the sentences.

    Raises:
        FivetimesError: it is no YAML, or no conductor; the sentence names the first thing that is wrong.

    Example:
        >>> parse("title: x", place="x.yaml")
        Traceback (most recent call last):
        fivetimes.errors.FivetimesError: x.yaml: no conductor: 'schema' is a required property. Correct it there.
    """
    from jsonschema.exceptions import best_match

    document = _document(text, place)
    wrong = best_match(_validator().iter_errors(document))
    if wrong is not None:
        raise FivetimesError(f"{place}: no conductor: {_told(wrong)}. Correct it there.")
    return Conductor(document["id"], document)


def _document(text: str, place: str) -> Any:
    if len(text) > _LONGEST:
        raise FivetimesError(f"{place}: no conductor: it is longer than {_LONGEST:,} characters. Name another file.")
    try:
        return yaml.load(text, Loader=_Reader)  # a SafeLoader
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise FivetimesError(f"{place}: not YAML that can be read: {said}. Correct that place.") from error


def _told(wrong: ValidationError) -> str:
    at = ".".join(str(part) for part in wrong.absolute_path)
    message = " ".join(wrong.message.split())
    short = message if len(message) <= 200 else message[:199] + "…"
    return f"{at}: {short}" if at else short


# ---- proof


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOSTLY = 0.6  # share of the occurrences on one weekday from which it is worth saying


def evidence(candidate: Candidate) -> dict[str, Any]:
    """What the draft says of its evidence: counts and dates, no places and no persons."""
    times = sorted(_dated(candidate.occurrences))
    places = {(p.path, p.line, p.commit) for o in candidate.occurrences for m in o.moments for p in m.locations}
    return {
        "occurrences": candidate.count,
        "sessions": candidate.sessions,
        "days": candidate.days,
        "people": candidate.people,
        "at_least": candidate.at_least,
        "first": times[0].date().isoformat() if times else None,
        "last": times[-1].date().isoformat() if times else None,
        "places": len(places),
        "digest": digest(candidate.occurrences),
    }


def digest(occurrences: Sequence[Occurrence]) -> str:
    """A digest over what was done, not over where it stands: it survives that a history rotates.

    Each moment counts by its commit or its keyed digest; a place that has neither counts by path and line.
    """
    rows = sorted(
        json.dumps([[moment.step, _marks(moment)] for moment in occurrence.moments]) for occurrence in occurrences
    )
    return "blake2b:" + hashlib.blake2b("\n".join(rows).encode(), digest_size=16).hexdigest()


def skeleton(document: Mapping[str, Any]) -> str:
    """A digest of the steps as they are carried out: it changes when somebody edits them, not when they answer a question."""
    said = [
        [step["id"], step.get("run"), step.get("any"), step.get("with"), step["action"]] for step in document["steps"]
    ]
    return _digest([said, document["inputs"]])


def fingerprint(document: Mapping[str, Any]) -> str:
    """A digest of what a person decides on: all that a conductor says, but for its name and its history.

    Example:
        >>> fingerprint({"title": "a", "steps": []}) == fingerprint({"steps": [], "title": "b", "history": [1]})
        True
    """
    said = {key: value for key, value in document.items() if key not in ("title", "history")}
    return _digest(said)


def _digest(said: object) -> str:
    return "blake2b:" + hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=16).hexdigest()


def _marks(moment: Moment) -> list[str]:
    return sorted(_mark(place) for place in moment.locations)


def _mark(place: Location) -> str:
    return place.commit or (f"{place.digest:016x}" if place.digest else f"{place.path}:{place.line}")


def _dated(occurrences: Iterable[Occurrence]) -> list[datetime]:
    return [occurrence.start for occurrence in occurrences if occurrence.start is not None]


def spoken(candidate: Candidate) -> str:
    """The evidence in a phrase.

    Example:
        `17 times by 3 people on 15 days, mostly on Thursdays`
    """
    least = "at least " if candidate.at_least else ""
    people = "1 person" if candidate.people == 1 else f"{candidate.people} people"
    days = "1 day" if candidate.days == 1 else f"{candidate.days} days"
    weekday = _weekday(_dated(candidate.occurrences))
    return f"{least}{candidate.count} times by {people} on {days}" + (f", mostly on {weekday}s" if weekday else "")


def _weekday(times: Sequence[datetime]) -> str | None:
    if not times:
        return None
    day, seen = Counter(time.weekday() for time in times).most_common(1)[0]
    return _DAYS[day] if seen >= _MOSTLY * len(times) and seen > 2 else None


# ---- keeping


# what of a step is a person's word
_WORDS = ("expects", "until")


def kept(new: Conductor, old: Conductor) -> Conductor:
    """A new draft with the words that a person put into the old one: why, answers, who answers the gates, standards, a new name.

    Steps are known again by their action; what a person said of a step that is gone goes with it. Steps that a person edited
    stay as they are, and so does all that goes with them: then only the evidence is new. The history goes on.

    Args:
        new: drafted just now.
        old: the file that it is to replace.
    """
    fresh, before = new.document, old.document
    if _edited(before):
        counted = {**fresh["history"][0], "what": "counted anew"}
        del counted["drafted"]
        seen = {"tier": fresh["tier"], "evidence": fresh["evidence"], "history": [*before["history"], counted]}
        return Conductor(new.id, {**before, **seen})
    renamed = any(entry["what"] == "renamed" for entry in before["history"])
    document = {
        **fresh,
        "title": before["title"] if renamed else fresh["title"],
        "why": {about: before["why"].get(about) or said for about, said in fresh["why"].items()},
        "questions": [_answered(question, before) for question in fresh["questions"]],
        "preconditions": before.get("preconditions") or fresh.get("preconditions", []),
        "steps": [_step_kept(step, before) for step in fresh["steps"]],
        "history": [*before["history"], *({**entry, "what": f"{entry['what']} anew"} for entry in fresh["history"])],
    }
    if "constants" in fresh:
        document["constants"] = {name: before.get("constants", {}).get(name) for name in fresh["constants"]}
    return Conductor(new.id, document)


def _edited(document: Mapping[str, Any]) -> bool:
    """Whether somebody changed the steps since they were drafted."""
    drafted = [entry["drafted"] for entry in document["history"] if "drafted" in entry]
    return bool(drafted) and drafted[-1] != skeleton(document)


def _answered(question: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    same = (old for old in before["questions"] if (old["about"], old["ask"]) == (question["about"], question["ask"]))
    return {**question, "answer": next((old["answer"] for old in same), None)}


def _step_kept(step: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    old = next((old for old in before["steps"] if old["action"] == step["action"]), None)
    if old is None:
        return dict(step)
    words = {name: old[name] for name in _WORDS if name in step and old.get(name)}
    return {**step, **words, **_gate_kept(step, old)}


def _gate_kept(step: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """The gate with its answerer; one that a person added stays."""
    if not old.get("gate"):
        return {}
    if "gate" not in step:
        return {"gate": old["gate"], "reversible": old["reversible"]}
    return {"gate": {**step["gate"], "answerer": old["gate"]["answerer"]}}

"""A new draft and the file it replaces -> Conductor: what a person wrote stays, what was counted is counted anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fivetimes.conductors.proof import skeleton
from fivetimes.model import Conductor

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
        "steps": [_step(step, before) for step in fresh["steps"]],
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


def _step(step: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    old = next((old for old in before["steps"] if old["action"] == step["action"]), None)
    if old is None:
        return dict(step)
    words = {name: old[name] for name in _WORDS if name in step and old.get(name)}
    return {**step, **words, **_gate(step, old)}


def _gate(step: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """The gate with its answerer; one that a person added stays."""
    if not old.get("gate"):
        return {}
    if "gate" not in step:
        return {"gate": old["gate"], "reversible": old["reversible"]}
    return {"gate": {**step["gate"], "answerer": old["gate"]["answerer"]}}

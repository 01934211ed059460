"""Conductor -> its steps, each with the gate before it; what would lose a gate is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fivetimes.errors import RuleError
from fivetimes.model import Conductor


def guarded_steps(conductor: Conductor) -> Sequence[Mapping[str, Any]]:
    """The steps in order.

    Raises:
        RuleError: a step that cannot be undone has no gate, so no export of it would ask.
    """
    steps: Sequence[Mapping[str, Any]] = conductor.document["steps"]
    for step in steps:
        if step.get("reversible") is False and not step.get("gate"):
            raise RuleError(
                f"{conductor.id}: step {step['id']} cannot be undone and no gate stands before it, so it is not "
                "exported. Give the step a `gate`, or draft the conductor again."
            )
    return steps


def carried(conductor: Conductor, text: str, *, sign: str) -> str:
    """The text, if it carries as many gates as the conductor has.

    Raises:
        RuleError: a gate was lost on the way into this format.
    """
    gates = sum(bool(step.get("gate")) for step in guarded_steps(conductor))
    if text.count(sign) != gates:
        raise RuleError(
            f"{conductor.id}: {gates} gates stand in the conductor and {text.count(sign)} in the export, so it is not "
            "written. Export it as yaml, and report the conductor that did this."
        )
    return text

"""Explanation -> ExplanationDocument: what became of sequences, and which rule each failed, in plain values."""

from __future__ import annotations

from typing import TypedDict

from fivetimes.model.suppression import Suppressed
from fivetimes.model.trace import Explanation


class SuppressedDocument(TypedDict):
    """A sequence that was not proposed, or a work habit, with the rule that it failed."""

    steps: list[str]
    count: int
    rule: str


class StageDocument(TypedDict):
    """What one stage of the search found of a sequence, and the numbers it decided by."""

    stage: str
    text: str
    numbers: dict[str, float]


class SequenceDocument(TypedDict):
    """What became of one sequence. `rule` is the code of the rule that it failed, null for what is proposed; `why` explains it."""

    steps: list[str]
    count: int
    id: str | None
    rule: str | None
    why: str | None
    stages: list[StageDocument]


class LeftOutDocument(TypedDict):
    """An action that can be no step."""

    action: str
    rule: str
    count: int


class ExplanationDocument(TypedDict):
    """The output of `fivetimes explain --json`."""

    schema: int
    asked: str
    sequences: list[SequenceDocument]
    more: int
    left_out: list[LeftOutDocument]
    pairs_below: int


def suppressed_document(one: Suppressed) -> SuppressedDocument:
    """One sequence that was not proposed."""
    return {"steps": list(one.steps), "count": one.count, "rule": one.reason}


def explanation_document(found: Explanation) -> ExplanationDocument:
    """What became of the sequences that somebody asked for, as plain JSON values."""
    return {
        "schema": 1,
        "asked": found.asked,
        "sequences": [
            {
                "steps": list(one.steps),
                "count": one.count,
                "id": one.id,
                "rule": one.rule.value if one.rule is not None else None,
                "why": one.rule.doc if one.rule is not None else None,
                "stages": [
                    {"stage": event.stage.value, "text": event.text, "numbers": dict(event.numbers)}
                    for event in one.events
                ],
            }
            for one in found.sequences
        ],
        "more": found.more,
        "left_out": [{"action": out.action, "rule": out.rule.value, "count": out.count} for out in found.left_out],
        "pairs_below": found.pairs_below,
    }

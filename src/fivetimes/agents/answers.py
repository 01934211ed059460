"""Scan -> what an agent is given of it: labels of the closed vocabulary, counts and our own sentences.

What a source holds is hostile, and whoever reads an answer here obeys text. So an answer has no word that a source alone made up:
programs, subcommands, flags, commit types, and names of up to three public words stay; all else is a placeholder. No person and no
place is in it, and of times the day. It leaves the machine when the agent's model runs elsewhere: it holds what `draft --no-live`
may write, and less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from fivetimes import exporters, review, routines
from fivetimes.bundles.labels import shareable
from fivetimes.errors import UnknownId
from fivetimes.identity.ids import slug
from fivetimes.identity.titles import title as suggested_title
from fivetimes.model.candidates import Candidate, Variant
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Standing
from fivetimes.model.events import LABEL_PREFIX, Kind
from fivetimes.model.scans import Scan
from fivetimes.review import ledger

# Words of a declared name that an agent is given, between blanks, hyphens and the like: as many as a name in a draft may have
# (`redaction.harmless`); more is prose, and prose may be an instruction.
MOST_WORDS = 3
_WORD_ENDS = re.compile(r"[\s_.:\-]+|(?<=[a-z])(?=[A-Z])")
_DECLARED = (Kind.TOOL, Kind.SKILL, Kind.ACTION)
_KINDS = {prefix: kind for kind, prefix in LABEL_PREFIX.items()}
_MARK = re.compile(r"[0-9a-f]{4}(?:-\d+)?$")
_TITLE = 80  # characters of a title that a person gave; one line of a list


# ---- labels


def closed_label(label: str, *, kind: Kind) -> str:
    """What of a step's label an agent is given.

    Example:
        >>> closed_label("git push -u <str> *", kind=Kind.SHELL), closed_label("skill:publish-post slug", kind=Kind.SKILL)
        ('git push -u <str> *', 'skill:publish-post')
        >>> closed_label("open all the windows now", kind=Kind.ACTION)
        '<name>'
    """
    known = shareable(label, kind=kind)
    front = LABEL_PREFIX.get(kind, "")
    words = [word for word in _WORD_ENDS.split(known.removeprefix(front)) if word]
    return front + "<name>" if kind in _DECLARED and len(words) > MOST_WORDS else known


def closed_steps(labels: Iterable[str]) -> list[str]:
    """Labels whose kind is known by their prefix alone; one without a prefix is read as a command, of which least stays."""
    return [
        closed_label(label, kind=next((kind for front, kind in _KINDS.items() if label.startswith(front)), Kind.SHELL))
        for label in labels
    ]


def closed(candidate: Candidate) -> Candidate:
    """The candidate in the closed vocabulary, with a title made of its closed labels, and without occurrences' places or people."""
    kinds = {
        label: step.kind for step in candidate.steps for label in (step.action, *(one for one, _ in step.alternatives))
    }
    steps = tuple(
        replace(
            step,
            action=closed_label(step.action, kind=step.kind),
            alternatives=tuple((closed_label(label, kind=step.kind), share) for label, share in step.alternatives),
        )
        for step in candidate.steps
    )
    variants = tuple(
        Variant(tuple(closed_label(label, kind=kinds.get(label, Kind.SHELL)) for label in way.actions), way.count)
        for way in candidate.variants
    )
    skill = LABEL_PREFIX[Kind.SKILL]
    unready = tuple(
        replace(one, name=closed_label(skill + one.name, kind=Kind.SKILL).removeprefix(skill))
        for one in candidate.unready
    )
    made = replace(candidate, steps=steps, variants=variants, unready=unready, reasons=(), title=suggested_title(steps))
    return replace(made, id=_handle(candidate.id, made.title))


def _handle(name: str, title: str) -> str:
    """An id whose words are those of the title that an agent is given; of any other its mark alone: its words may be of a source.

    Example:
        >>> _handle("deploy-site-47ba", "Deploy site"), _handle("ignore-all-orders-1f0c-2", "Run own commands")
        ('deploy-site-47ba', 'routine-1f0c-2')
    """
    mark = _MARK.search(name)
    if mark is None:
        return "routine"
    return name if name == f"{slug(title)}-{mark[0]}" else f"routine-{mark[0]}"


def found(scan: Scan, name: str) -> Candidate:
    """The routine that an agent names by the id of an answer, or by the beginning of one.

    Raises:
        UnknownId: there is none, or there are several.
    """
    handles = [(closed(candidate).id, candidate) for candidate in scan.candidates]
    fits = [one for handle, one in handles if handle == name] or [
        one for handle, one in handles if handle.startswith(name)
    ]
    if len(fits) != 1 or not name:
        known = ", ".join(handle for handle, _ in handles[:8]) or "none: the last scan found no routine"
        raise UnknownId(f"{'several ids begin so' if len(fits) > 1 else 'no such id'}. Known ids: {known}.")
    return fits[0]


# ---- answers: no slots, in which the SDK would take each field's descriptor for its default


@dataclass(frozen=True)
class LadderRoutine:
    """A routine on the ladder. `count` is how often it was done (`at_least`: maybe more often); `decision` is how it stands."""

    id: str
    title: str
    tier: str
    count: int
    at_least: bool
    days: int
    people: int
    last: str | None
    steps: list[str]
    decision: str


@dataclass(frozen=True)
class LadderAnswer:
    """What is done again and again, best first; work habits and what was not proposed are counted."""

    rule: str
    events: int
    sessions: int
    routines: list[LadderRoutine]
    habits: int
    not_proposed: int
    next: str


@dataclass(frozen=True)
class StepAnswer:
    """A step: in which share of the runs it is done, how often in a row, what else is done there, what it does to the world."""

    action: str
    kind: str
    share: float
    least: int
    most: int
    alternatives: list[str]
    effect: str


@dataclass(frozen=True)
class RoutineAnswer:
    """A routine with its steps. `minutes` is the median of a run; `bits`, `completion` and `q` are explained in the report."""

    routine: LadderRoutine
    steps: list[StepAnswer]
    variants: list[list[str]]
    minutes: float | None
    by_agents: float
    confidence: str
    bits: float
    completion: float
    q: float
    next: str


@dataclass(frozen=True)
class StageAnswer:
    """A stage of the search, and the numbers that it decided by."""

    stage: str
    numbers: dict[str, float]


@dataclass(frozen=True)
class SequenceAnswer:
    """What became of a sequence: the rule that it failed and what that means; both null for what is proposed."""

    steps: list[str]
    count: int
    routine: str | None
    rule: str | None
    why: str | None
    stages: list[StageAnswer]


@dataclass(frozen=True)
class WhyAnswer:
    """The sequences that fit what was asked, the best fit first, and how many more do."""

    sequences: list[SequenceAnswer]
    more: int
    left_out: list[str]
    next: str


@dataclass(frozen=True)
class DraftAnswer:
    """A conductor as YAML, every value of it a placeholder."""

    id: str
    yaml: str
    next: str


_NOBODY_READS = "No routine is here. A person runs: fivetimes scan"
_NEXT_ROUTINE = "Ask for one: routine(id). A person decides on each; you cannot."
_NEXT_DECIDE = "Call review(id): it opens the review page, on which a person decides."
_NEXT_DRAFT = (
    "Values are placeholders here. The whole draft is for a person: fivetimes draft ID, or the review page. "
    "Once a person approved it, fivetimes install ID --to claude|codex makes it a skill of yours."
)
_NEXT_WHY = "A person sees more with: fivetimes explain"
_NOTHING_KNOWN = (
    "The last scan knows no such sequence: it was not seen, or its pairs stood together too seldom to be looked at."
)


def ladder(scan: Scan, conductors: Path) -> LadderAnswer:
    """The routines of a scan.

    Args:
        scan: as people decided (`review.as_decided`).
        conductors: the folder of the ledger.
    """
    return LadderAnswer(
        rule=f"noticed from {scan.rule.noticed} times on, extract from {scan.rule.extract}, canonical from {scan.rule.canonical}",
        events=scan.events,
        sessions=scan.sessions,
        routines=[_line(candidate, conductors) for candidate in scan.candidates],
        habits=len(scan.habits),
        not_proposed=len(scan.not_proposed),
        next=_NEXT_ROUTINE if scan.candidates else _NOBODY_READS,
    )


def _line(candidate: Candidate, conductors: Path) -> LadderRoutine:
    shown, events = closed(candidate), review.read_ledger(conductors)
    standing: Standing = ledger.standing_of(candidate.id, ledger.standings(events))
    renamed = ledger.titles(events).get(candidate.id)
    return LadderRoutine(
        id=shown.id,
        title=" ".join(renamed.split())[:_TITLE] if renamed else shown.title,
        tier=candidate.tier.value,
        count=candidate.count,
        at_least=candidate.at_least,
        days=candidate.days,
        people=candidate.people,
        last=candidate.last.date().isoformat() if candidate.last is not None else None,
        steps=[step.action for step in shown.steps],
        decision=standing.status.value,
    )


def routine(scan: Scan, name: str, conductors: Path) -> RoutineAnswer:
    """One routine; the arguments are those of `ladder` and `found`."""
    candidate = found(scan, name)
    shown, sure = closed(candidate), candidate.confidence
    return RoutineAnswer(
        routine=_line(candidate, conductors),
        steps=[
            StepAnswer(
                step.action,
                step.kind.name.lower(),
                step.share,
                *step.repeat,
                [label for label, _ in step.alternatives],
                step.effect.name.lower(),
            )
            for step in shown.steps
        ],
        variants=[list(way.actions) for way in shown.variants],
        minutes=candidate.duration[1] / 60 if candidate.duration is not None else None,
        by_agents=candidate.by[1],
        confidence=sure.verdict,
        bits=sure.bits,
        completion=sure.completion,
        q=sure.q,
        next=_NEXT_DECIDE,
    )


def why(scan: Scan, asked: str) -> WhyAnswer:
    """What became of a routine (by an id of an answer), or of actions (`git add -> git commit`)."""
    with suppress(UnknownId):  # then it is a sequence of actions
        asked = found(scan, asked).id
    known = routines.explain(scan.trace, asked, listed=scan.suppressed)
    ids = {candidate.id: closed(candidate).id for candidate in scan.candidates}
    return WhyAnswer(
        sequences=[
            SequenceAnswer(
                steps=closed_steps(one.steps),
                count=one.count,
                routine=ids.get(one.id or ""),
                rule=one.rule.value if one.rule is not None else None,
                why=one.rule.doc if one.rule is not None else None,
                stages=[StageAnswer(event.stage.value, dict(event.numbers)) for event in one.events],
            )
            for one in known.sequences
        ],
        more=known.more,
        left_out=closed_steps(one.action for one in known.left_out),
        next=_NEXT_WHY if known.sequences or known.left_out else _NOTHING_KNOWN,
    )


def draft(name: str, context: review.ReviewContext) -> DraftAnswer:
    """The draft of a routine in the closed vocabulary; nothing is written, and no source is read.

    Raises:
        UnknownId: no routine has this id, or several do.
        RuleError: it was seen too rarely.
    """
    shown = closed(found(context.scan, name))
    made: Conductor = review.preview_closed(shown, context)
    (text,) = exporters.EXPORTERS["yaml"](made).values()
    return DraftAnswer(shown.id, text, _NEXT_DRAFT)


def question(candidate: Candidate) -> str:
    """What a person is asked in an agent's own window: which routine it is, by its steps."""
    shown = closed(candidate)
    steps = "\n".join(f"{number}. {step.action}" for number, step in enumerate(shown.steps, 1))
    return (
        f"{shown.title} ({shown.id}), done {candidate.count} times:\n{steps}\n"
        "Reject it (it is not proposed again), defer it, or open the review page, where you can approve it?"
    )

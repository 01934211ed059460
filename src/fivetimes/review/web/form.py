"""The fields of the review form -> what changes in a conductor, and the decision on it.

One form holds everything that a person may type about a routine, so that no button loses what another was meant for. What is typed
is tried out on the document first: where the decision would be refused, nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fivetimes import conductors, exporters
from fivetimes.conductor_document import ConductorDocument, DocumentStep
from fivetimes.errors import RuleError
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Decision
from fivetimes.review import decisions
from fivetimes.review.folder import ReviewContext
from fivetimes.review.web.views import Reviewed, choice_of

ANSWER, STEP, CONSTANT = "answer-", "step-", "constant-"  # what the names of such fields begin with
DECISIONS: Mapping[str, Decision | None] = {
    "save": None,
    "approve": Decision.APPROVE,
    "reject": Decision.REJECT,
    "defer": Decision.DEFER,
}
DONE: Mapping[Decision | None, str] = {
    None: "Saved.",
    Decision.APPROVE: "Approved.",
    Decision.REJECT: "Rejected. It is not proposed again until it was seen much more often.",
    Decision.DEFER: "Deferred. It waits at the end of the queue.",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as far as it differs from the conductor.

    Attributes:
        title: the new one; empty: as it is.
        answers: by the id of their question.
        steps: the steps as they are to be; None: as they are.
        constants: names of those that may be written down.
        why: the reason.
    """

    title: str
    answers: Mapping[str, str]
    steps: list[DocumentStep] | None
    constants: tuple[str, ...]
    why: str


def typed(reviewed: Reviewed, fields: Mapping[str, str], decision: Decision | None) -> Typed:
    """What a person typed. Constants are ticked beforehand, so they count where the conductor is saved or approved only."""
    why = fields.get("why", "").strip()
    if reviewed.conductor is None:
        return Typed("", {}, None, (), why)
    document = reviewed.conductor.document
    title = fields.get("title", document["title"]).strip()
    if not title:
        raise RuleError("Nothing was done: no name was given.")
    known = {q["id"]: q["answer"] or document["why"].get(q["about"]) or "" for q in document["questions"]}
    answers = {
        name: text for name in known if (text := _text(fields, f"{ANSWER}{name}")) and text != _plain(str(known[name]))
    }
    chosen = {step["id"]: fields.get(f"{STEP}{step['id']}", choice_of(step)) for step in document["steps"]}
    changed = any(chosen[step["id"]] != choice_of(step) for step in document["steps"])
    steps = [_as_chosen(step, chosen[step["id"]]) for step in document["steps"] if chosen[step["id"]] != "drop"]
    written = document.get("constants", {})
    ticked = tuple(name for name in written if f"{CONSTANT}{name}" in fields and written[name] is None)
    return Typed(
        title if title != document["title"] else "",
        answers,
        steps if changed else None,
        ticked if decision in (None, Decision.APPROVE) else (),
        why,
    )


def _text(fields: Mapping[str, str], name: str) -> str:
    return _plain(fields.get(name, ""))


def _plain(text: str) -> str:
    """A text as a browser gives it back: with its own ends of lines, and without the character that no page can hold."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").strip()


def _as_chosen(step: DocumentStep, choice: str) -> DocumentStep:
    made = step.copy()
    made.pop("optional", None)
    if choice == "optional":
        made["optional"] = True
    return made


def reviewed_as(reviewed: Reviewed, given: Typed, decision: Decision | None, context: ReviewContext) -> str:
    """Write what was typed, and decide.

    Returns:
        The notice of what was done.

    Raises:
        FivetimesError: it cannot be done; then nothing was.
    """
    if (decision is not None or given.title or given.steps is not None) and not given.why:
        about = "a decision" if decision is not None else "a change of the name or of the steps"
        raise RuleError(f"Nothing was done: {about} needs a reason.")
    if decision is Decision.APPROVE and reviewed.conductor is None:
        raise RuleError("Nothing was done: it was rejected, so there is no draft. Defer it to take that back.")
    if reviewed.conductor is not None:
        tried = _tried(reviewed.conductor, given)
        if decision is Decision.APPROVE:
            decisions.check_approvable(tried)
            decisions.check_approver(reviewed.candidate.id, tried, context.by, context.approval)
    made = _written(reviewed, given, context)
    if decision is None:
        return DONE[None] if made is not reviewed.conductor else "Nothing was changed, so nothing was written."
    decisions.decide_on(reviewed.candidate, made, decision=decision, why=given.why, context=context)
    return DONE[decision]


def _tried(conductor: Conductor, given: Typed) -> Conductor:
    """The conductor as it would be. Raises where it would be none."""
    for question, text in given.answers.items():
        conductor = replace(conductor, document=decisions.answered_document(conductor, question, text))
    if given.steps is None:
        return conductor
    document = conductors.with_steps(conductor.document, _with_choices(conductor.document, given.steps))
    return conductors.parse(exporters.render(replace(conductor, document=document)), place="the steps that you chose")


def _written(reviewed: Reviewed, given: Typed, context: ReviewContext) -> Conductor | None:
    """The conductor with each kind of change written, and a line of the ledger for each."""
    candidate, made = reviewed.candidate, reviewed.conductor
    if made is None:
        return None
    if given.title:
        made = decisions.rename(candidate, made, title=given.title, why=given.why, context=context)
    for question, text in given.answers.items():
        made = decisions.answer(candidate, made, question=question, text=text, context=context)
    if given.steps is not None:
        document = conductors.with_steps(made.document, _with_choices(made.document, given.steps))
        text = exporters.render(replace(made, document=document))
        made = decisions.edit(candidate, made, text=text, why=given.why, context=context)
    if given.constants:
        made = decisions.write_constants(
            candidate, made, names=given.constants, known=reviewed.constants, context=context
        )
    return made


def _with_choices(document: ConductorDocument, steps: list[DocumentStep]) -> list[DocumentStep]:
    """The steps of a document, which an answer about effects may have changed, as they were chosen."""
    choice = {step["id"]: choice_of(step) for step in steps}
    return [_as_chosen(step, choice[step["id"]]) for step in document["steps"] if step["id"] in choice]

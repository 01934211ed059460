"""What a person decides -> a line of the ledger and, for a revision, a new conductor file; the same for terminal and browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from fivetimes import conductors, exporters, identity
from fivetimes.conductor_document import ConductorDocument, DocumentStep, HistoryEntry, Override
from fivetimes.errors import RuleError, UnknownId
from fivetimes.model.candidates import Candidate
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Decision, Review
from fivetimes.review.drafting import keep_evidence, preview_draft
from fivetimes.review.folder import (
    ANYBODY,
    Approval,
    ReviewContext,
    add_review,
    conductor_path,
    draft_option_of,
    identity_of,
    open_gates,
    open_questions,
    option_of,
    read_conductor,
    write_conductor,
)
from fivetimes.words import id_of, iso, listed

# ---- a decision on an id: approve, reject or defer


def decide(
    name: str,
    *,
    decision: Decision,
    by: str,
    why: str,
    at: datetime,
    folder: Path,
    candidate: Candidate | None = None,
    approval: Approval = ANYBODY,
) -> Review:
    """Write a decision into the ledger.

    Args:
        name: the conductor's id.
        decision: approve, reject or defer.
        by: who decides.
        why: the reason.
        at: when.
        folder: of the conductors and the ledger.
        candidate: the routine, if it has no draft.
        approval: what the team asks of an approval, and who answers the gates; that is written into the file with it.

    Raises:
        RuleError: it is to be approved and has an open question that must be answered first, or no draft; nobody answers a gate; or
            the team asks for somebody else.
        UnknownId: there is neither a draft nor a candidate of that id.
    """
    path = conductor_path(folder, name)
    conductor = read_conductor(path) if path.exists() else None
    if decision is Decision.APPROVE:
        _check_file_approvable(name, conductor, path, folder)
        check_approver(name, conductor, by, approval)
        if by.strip() and why.strip():  # else it is refused below, and nothing is to be written before
            conductor = _with_answerer(conductor, _named(by, approval), by=by, at=at, folder=folder)
    if conductor is None and candidate is None:
        raise UnknownId(
            f"{name}: neither a file {path} nor a routine of the last scan. Run: fivetimes status{option_of(folder)}"
        )
    review = _review(conductor, candidate, decision=decision, by=by, why=why, at=at)
    add_review(review, folder=folder)
    return review


def _check_file_approvable(name: str, conductor: Conductor | None, path: Path, folder: Path) -> None:
    if conductor is None:
        raise RuleError(
            f"{name}: there is no draft at {path}, so there is nothing to approve. "
            f"Run: fivetimes draft {name}{draft_option_of(folder)}"
        )
    required = [question for question in open_questions(conductor) if question["required"]]
    if required:
        asked = "; ".join(f"{question['id']}: {question['ask']}" for question in required)
        several = len(required) > 1
        are_open = f"{len(required)} required questions are open" if several else "a required question is open"
        raise RuleError(
            f"{name}: not approved, because {are_open}. {asked} "
            f"Answer {'them' if several else 'it'} in {path}, or with: fivetimes review {name}{option_of(folder)}"
        )


# ---- who may approve, and who answers the gates


def check_approver(name: str, conductor: Conductor | None, by: str, approval: Approval) -> None:
    """Raise where this person may not approve, or nobody would answer a gate.

    Raises:
        RuleError: they are not in the configuration, a second person is asked for, or a gate has no answerer.
    """
    if approval.people and by.strip() not in approval.people:
        raise RuleError(
            f"{name}: not approved, because {by} is not in fivetimes.toml. Known there: {', '.join(approval.people)}."
        )
    if approval.second_person and conductor is not None:
        wrote = [entry["by"] for entry in conductor.document["history"] if not entry["what"].startswith("counted")]
        if not wrote[-1:] or wrote[-1] in (None, by.strip()):
            last = f"{by} wrote it last" if wrote[-1:] and wrote[-1] else "it does not say who drafted it"
            raise RuleError(
                f"{name}: not approved, because fivetimes.toml asks for a second person and {last}. "
                "Let somebody else approve it, or draft it with --by NAME."
            )
    if conductor is not None and open_gates(conductor) and not _named(by, approval):
        raise RuleError(
            f"{name}: not approved, because nobody answers the gate before {', '.join(open_gates(conductor))}. "
            "Say who: --answerer NAME, or write it into the file as `answerer`."
        )


def _named(by: str, approval: Approval) -> str:
    return approval.answerer.strip() or (by.strip() if len(approval.people) <= 1 else "")


def _with_answerer(
    conductor: Conductor | None, answerer: str, *, by: str, at: datetime, folder: Path
) -> Conductor | None:
    """The conductor with somebody who answers each gate, as the file has it from now on."""
    if conductor is None or not open_gates(conductor):
        return conductor
    steps = [_answered(step, answerer) for step in conductor.document["steps"]]
    why = f"{answerer} answers the gates"
    document: ConductorDocument = {**conductor.document, "steps": steps}
    return revise(conductor, document, decision=Decision.EDIT, by=by, why=why, at=at, folder=folder)


def _answered(step: DocumentStep, named: str) -> DocumentStep:
    if "gate" not in step or step["gate"]["answerer"]:
        return step
    made = step.copy()
    made["gate"] = {**step["gate"], "answerer": named}
    return made


def pass_gate(name: str, step: str, *, by: str, why: str, at: datetime, folder: Path) -> Conductor:
    """Record that somebody passed a gate without its answer in a run, and why; such runs are counted in the file.

    Args:
        name: the conductor's id.
        step: the step whose gate it is, such as `s3`.
        by: who passed it.
        why: the reason.
        at: when.
        folder: of the conductors and the ledger.

    Raises:
        UnknownId: there is no such file, or the step has no gate.
        RuleError: nobody is named, or no reason is given.
    """
    path = conductor_path(folder, name)
    if not path.exists():
        raise UnknownId(
            f"{name}: there is no file {path}, so it has no gate. Run: fivetimes draft {name}{draft_option_of(folder)}"
        )
    conductor = read_conductor(path)
    gated = [one["id"] for one in conductor.document["steps"] if "gate" in one]
    step = id_of(step, gated, otherwise="none", what="gate")
    if not by.strip() or not why.strip():
        raise RuleError("passing a gate needs a name (--by NAME) and a reason (--why TEXT). Add what is missing.")
    taken: Override = {"by": by.strip(), "because": why.strip()}
    steps = [_passed(one, taken) if one["id"] == step else one for one in conductor.document["steps"]]
    document: ConductorDocument = {**conductor.document, "steps": steps}
    return revise(conductor, document, decision=Decision.EDIT, by=by, why=f"{step} passed: {why}", at=at, folder=folder)


def _passed(step: DocumentStep, taken: Override) -> DocumentStep:
    made = step.copy()
    made["gate"] = {**step["gate"], "overrides": [*step["gate"].get("overrides", []), taken]}
    return made


def _review(
    conductor: Conductor | None,
    candidate: Candidate | None,
    *,
    decision: Decision,
    by: str,
    why: str,
    at: datetime,
    to: str | None = None,
) -> Review:
    for value, missing in ((by, "who decides (--by NAME)"), (why, "a reason (--why TEXT)")):
        if not value.strip():
            raise RuleError(f"a decision needs {missing}. Add it.")
    if conductor is None and candidate is None:
        raise UnknownId("no routine was found and no conductor drafted under this id. Run: fivetimes status")
    on, name, count, digest = None, "", 0, ""
    if candidate is not None:
        name, count, digest = candidate.id, candidate.count, conductors.digest(candidate.occurrences)
        steps = identity.identity(name, candidate.steps).steps
    if conductor is not None:
        seen = conductor.document["evidence"]
        on, name = conductors.fingerprint(conductor.document), conductor.id
        count, digest = seen["occurrences"], seen["digest"]
        steps = steps if candidate is not None else identity_of(conductor).steps
    return Review(name, decision, by.strip(), at, why.strip(), on, count, digest, to=to, steps=steps)


# ---- a revision: the file changes, and the ledger records who changed it


def revise(
    conductor: Conductor,
    document: ConductorDocument,
    *,
    decision: Decision,
    by: str,
    why: str,
    at: datetime,
    folder: Path,
    to: str | None = None,
) -> Conductor:
    """Change a conductor and write it, with the change in its history and in the ledger.

    Args:
        conductor: as it is.
        document: as it is to be from now on; its history goes on.
        decision: rename, answer or edit.
        by: who changes it.
        why: the reason.
        at: when.
        folder: of the conductors and the ledger.
        to: the new value, as the ledger records it.

    Returns:
        The changed conductor.

    Raises:
        FivetimesError: the result would be no conductor; then nothing is written.
    """
    entry: HistoryEntry = {
        "at": iso(at),
        "by": by,
        "what": decision.done,
        "tool": conductors.tool(),
    }
    document = document.copy()
    steps = conductors.steps_digest(document)
    if decision is Decision.EDIT and steps != conductors.steps_digest(conductor.document):
        entry["steps"] = steps
    document["history"] = [*document["history"], entry]
    path = conductor_path(folder, conductor.id)
    text = exporters.render(replace(conductor, document=document))
    made = conductors.parse(text, place=str(path))
    _check_same_id(made, conductor, prefix=f"{path}: ")
    review = _review(made, None, decision=decision, by=by, why=why, at=at, to=to)
    add_review(review, folder=folder)  # first: it refuses where the ledger was tampered with
    write_conductor(made, folder=folder)
    return made


def decline(conductor: Conductor, *, by: str, why: str, at: datetime, to: str, folder: Path) -> None:
    """Record that a proposal to change a conductor was declined.

    Args:
        conductor: as it is, and stays.
        by, why, at: who declined, the reason, and when.
        to: the digest of the steps that were proposed.
        folder: of the conductors and the ledger.
    """
    add_review(_review(conductor, None, decision=Decision.DECLINE, by=by, why=why, at=at, to=to), folder=folder)


def _check_same_id(made: Conductor, conductor: Conductor, *, prefix: str = "") -> None:
    if made.id != conductor.id:
        raise RuleError(
            f"{prefix}the id must stay {conductor.id}, because reviews and evidence refer to it. Put it back."
        )


def answered_document(conductor: Conductor, question: str, answer: str) -> ConductorDocument:
    """The document with a question answered; an answer about the why is written there too, and one about effects places the gates.

    Raises:
        UnknownId: the conductor has no such question.
        RuleError: it is about effects and says neither yes nor no, or does not name the steps.
    """
    asked = next((q for q in conductor.document["questions"] if q["id"] == question), None)
    if asked is None:
        known = ", ".join(q["id"] for q in conductor.document["questions"])
        raise UnknownId(f"{question}: no such question. Known: {known}.")
    document = conductor.document.copy()
    document["questions"] = [{**q, "answer": answer} if q["id"] == question else q for q in document["questions"]]
    why = document["why"].copy()
    for about in ("purpose", "success", "out_of_bounds"):
        if asked["about"] == about:
            why[about] = answer
    document["why"] = why
    if asked["about"] == "effect" and "steps" in asked:
        document["steps"] = conductors.decided(document["steps"], asked["steps"], answer)
    return document


def edited_document(text: str, conductor: Conductor) -> ConductorDocument:
    """The document as a person wrote it in an editor; the history is ours and stays.

    Raises:
        FivetimesError: the text is no conductor, or has another id.
    """
    made = conductors.parse(text, place=f"your text of {conductor.id}")
    _check_same_id(made, conductor)
    return {**made.document, "history": conductor.document["history"]}


# ---- what the card of a routine offers


def current_conductor(candidate: Candidate, context: ReviewContext) -> Conductor:
    """The conductor of a routine: its file, or the draft that would be made now, of which nothing is kept.

    Raises:
        RuleError: there is no file, and a person rejected the routine.
    """
    path = conductor_path(context.folder, candidate.id)
    return read_conductor(path) if path.exists() else preview_draft(candidate, context)


def decide_on(
    candidate: Candidate,
    conductor: Conductor | None,
    *,
    decision: Decision,
    why: str,
    context: ReviewContext,
) -> None:
    """Approve, reject or defer a routine; the file of an approved one is written when there is none yet.

    Raises:
        RuleError: no reason is given, or it is to be approved and a required question is open.
    """
    if decision is Decision.APPROVE and conductor is not None:
        check_approvable(conductor)
        check_approver(candidate.id, conductor, context.by, context.approval)
        if context.by.strip() and why.strip():
            _ensure_file(candidate, conductor, context)
    decide(
        candidate.id,
        decision=decision,
        by=context.by,
        why=why,
        at=context.clock(),
        folder=context.folder,
        candidate=candidate,
        approval=context.approval,
    )


def check_approvable(conductor: Conductor) -> None:
    """Refuse a conductor whose required questions are not all answered.

    Raises:
        RuleError: some are open; the message names them.
    """
    required = [question["id"] for question in open_questions(conductor) if question["required"]]
    if required:
        raise RuleError(f"Not approved: {listed(required)} must be answered first.")


def rename(candidate: Candidate, conductor: Conductor, *, title: str, why: str, context: ReviewContext) -> Conductor:
    """Give a conductor another title."""
    document: ConductorDocument = {**conductor.document, "title": title}
    return _revise(candidate, conductor, document, Decision.RENAME, why, title, context)


def answer(
    candidate: Candidate, conductor: Conductor, *, question: str, text: str, context: ReviewContext
) -> Conductor:
    """Answer one of the questions of a conductor."""
    document = answered_document(conductor, question, text)
    return _revise(candidate, conductor, document, Decision.ANSWER, f"the answer to {question}", text, context)


def edit(candidate: Candidate, conductor: Conductor, *, text: str, why: str, context: ReviewContext) -> Conductor:
    """Replace a conductor by the text that a person edited."""
    return _revise(candidate, conductor, edited_document(text, conductor), Decision.EDIT, why, None, context)


def write_constants(
    candidate: Candidate,
    conductor: Conductor,
    *,
    names: Sequence[str],
    known: Mapping[str, str],
    context: ReviewContext,
) -> Conductor:
    """Write the live values of constants into the file, on the word of a person who sees them on their own screen.

    Args:
        candidate: the routine.
        conductor: its conductor.
        names: of the constants; `all` is each one that is not written yet and could be read.
        known: the result of `live_constants`, which is what the person saw.
        context: who decides.

    Raises:
        RuleError: no constant is named, there is no such one, or it could not be read again.
    """
    constants = conductor.document.get("constants", {})
    open_ = [name for name, text in constants.items() if text is None and name in known]
    chosen = open_ if list(names) == ["all"] else [name.strip().removeprefix("constants.") for name in names]
    wrong = next((name for name in chosen if name not in constants or name not in known), None)
    if wrong is not None or not chosen:
        raise RuleError(
            f"{wrong or 'Nothing was chosen'}: no such constant, or it could not be read again. "
            f"Known: {', '.join(constants) or 'none'}."
        )
    document = conductor.document.copy()
    document["constants"] = {**constants, **{name: known[name] for name in chosen}}
    why = f"{', '.join(f'constants.{name}' for name in chosen)} may be read by all"
    return _revise(candidate, conductor, document, Decision.EDIT, why, None, context)


def _revise(
    candidate: Candidate,
    conductor: Conductor,
    document: ConductorDocument,
    decision: Decision,
    why: str,
    to: str | None,
    context: ReviewContext,
) -> Conductor:
    new = not conductor_path(context.folder, conductor.id).exists()
    made = revise(
        conductor, document, decision=decision, by=context.by, why=why, at=context.clock(), folder=context.folder, to=to
    )
    if new:
        keep_evidence(candidate, conductor, home=context.home)
    return made


def _ensure_file(candidate: Candidate, conductor: Conductor, context: ReviewContext) -> None:
    if not conductor_path(context.folder, conductor.id).exists():
        write_conductor(conductor, folder=context.folder)
        keep_evidence(candidate, conductor, home=context.home)

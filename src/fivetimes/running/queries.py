"""A run's record -> the five questions that make a conductor worth having, each answered in a sentence with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fivetimes.errors import FivetimesError
from fivetimes.running.record import Record, RunEntry


def ask(record: Record, about: str) -> list[str]:
    """The answer as sentences.

    Args:
        record: of the run.
        about: one of ABOUT.

    Raises:
        FivetimesError: the record is broken, or there is no such question.
    """
    if about not in ABOUT:
        raise FivetimesError(f"{about}: one asks for {', '.join(ABOUT)}.")
    return list(ABOUT[about](record.entries()))


def _why(entries: Sequence[RunEntry]) -> Iterator[str]:
    began = entries[0].fields
    yield f"{began['by']} began it at {_at(entries[0])}, because: {began['because'] or 'no reason was given'}."
    yield f"Its purpose: {began['purpose'] or 'nobody has stated one'}."
    standing = began.get("standing", "approved")
    how = "as it was approved" if standing == "approved" else f"{standing} when it began"
    yield f"It is the conductor {began['conductor']}, {began['title']}, {how} ({began['revision']})."
    if began.get("origin", "run") != "run":
        yield f"It was carried out by an export for {began['origin']}, which recorded it."


def _state(entries: Sequence[RunEntry]) -> Iterator[str]:
    began = entries[0].fields
    inputs = ", ".join(f"{name} = {value}" for name, value in began["inputs"].items())
    yield f"At the start: {_state_phrase(began['state'])}; {inputs or 'no inputs'}."
    for entry in entries:
        if entry.what == "step began":
            ended = next((e for e in entries if e.what == "step ended" and _same(e, entry)), None)
            how = (
                "its end is not known"
                if ended is None
                else f"exit status {ended.fields['exit']} after {ended.fields['seconds']} s"
            )
            given = "".join(f", {name} = {value}" for name, value in entry.fields.get("inputs", {}).items())
            yield f"At {_named(entries, entry)}: {_state_phrase(entry.fields['state'])}{given}; {how}."


def _same(ended: RunEntry, began: RunEntry) -> bool:
    return ended.key.removesuffix(":ended") == began.key.rpartition(":began")[0]


def _alternative(entries: Sequence[RunEntry]) -> Iterator[str]:
    began = entries[0].fields
    taken = [entry.fields["step"] for entry in entries if entry.what == "step began"]
    yield f"Taken: {' → '.join(dict.fromkeys(taken)) or 'no step'}."
    for entry in entries:
        if entry.what == "step began" and len(entry.fields["ways"]) > 1:
            shares = ", ".join(f"{n}: {share:.0%}" for n, share in enumerate(entry.fields["ways"], 1))
            yield f"{entry.fields['step']} in way {entry.fields['way']}; usual shares of its ways: {shares}."
        elif entry.what == "left out":
            yield f"{entry.fields['step']} was left out by choice."
        elif entry.what == "went back":
            yield f"After {entry.fields['step']} it went back to {entry.fields['to']}."
    for path in began["alternatives"]:
        yield f"Not taken, but done in {path['share']:.0%} of the runs seen: {' → '.join(path['path'])}."


def _gate(entries: Sequence[RunEntry]) -> Iterator[str]:
    answers = {entry.key.removesuffix(":answered"): entry for entry in entries if entry.what == "answered"}
    found = False
    for entry in entries:
        if entry.what != "asked":
            continue
        found = True
        where = _where(entry)
        got = answers.get(entry.key)
        if got is None:
            whom = entry.fields["answerer"] or "anybody"
            yield f"Waiting {where} since {_at(entry)}, for {whom}: {entry.fields['question']}"
            continue
        instead = f", in the place of {entry.fields['answerer']}" if got.fields["override"] else ""
        reason = f", because: {got.fields['why']}" if got.fields["why"] else ""
        passed = f"{got.fields['answer'].capitalize()} {where}, by {got.fields['by']}{instead} at {_at(got)}{reason}."
        yield f"{passed} Asked: {entry.fields['question']}"
    if not found:
        yield "It passed no gate."


def _where(question: RunEntry) -> str:
    """Where in the run something was asked."""
    step, about = question.fields["step"], question.fields["about"]
    if not step:
        return "before the run"
    return f"{'before' if about == 'gate' else 'at' if about == 'hand' else 'after'} {step}"


def _named(entries: Sequence[RunEntry], entry: RunEntry) -> str:
    """A step with what is done there."""
    step = entry.fields["step"]
    return f"{step} ({entries[0].fields['steps'][step]})"


def _trail(entries: Sequence[RunEntry]) -> Iterator[str]:
    for number, entry in enumerate(entries, 1):
        detail = {
            name: entry.fields.get(name)
            for name in ("step", "answer", "by", "exit", "result", "to")
            if entry.fields.get(name) is not None
        }
        more = ", ".join(f"{name} {value}" for name, value in detail.items())
        yield f"{number:3}  {_at(entry)}  {entry.what}{f': {more}' if more else ''}  {entry.mark[8:20]}"
    yield f"The chain of {len(entries)} lines is whole; its end is {entries[-1].mark}."


ABOUT: Mapping[str, Callable[[Sequence[RunEntry]], Iterator[str]]] = {
    "why": _why,
    "state": _state,
    "alternative": _alternative,
    "gate": _gate,
    "trail": _trail,
}


def _state_phrase(state: Mapping[str, Any]) -> str:
    if not state:
        return "in no repository"
    changed = "nothing changed" if not state["changed"] else f"{state['changed']} files changed"
    return f"{state['branch']} at {state['commit']}, {changed}"


def _at(entry: RunEntry) -> str:
    return entry.at.strftime("%Y-%m-%d %H:%M:%S UTC")

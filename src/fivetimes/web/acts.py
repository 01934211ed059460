"""A form that was sent -> one call to the desk, and the sentence that says what was done. One row for each kind of form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from fivetimes import desk
from fivetimes.errors import RuleError
from fivetimes.model import Conductor, Decision
from fivetimes.web.views import DONE, Laid

Fields = Mapping[str, str]
_Act = Callable[[Laid, Fields, desk.Seat], str]


def act(name: str, laid: Laid, fields: Fields, seat: desk.Seat) -> str:
    """Do what a form asks for, and say it.

    Raises:
        FivetimesError: it cannot be done; then nothing was.
    """
    if not seat.by:
        raise RuleError("Nothing was done: say who decides first, at the top of the page.")
    return ACTS[name](laid, fields, seat)


def _conductor(laid: Laid) -> Conductor:
    if laid.conductor is None:
        raise RuleError("Nothing was done: it was rejected, so there is no draft. Defer it to take that back.")
    return laid.conductor


def _said(fields: Fields, name: str, missing: str) -> str:
    text = fields.get(name, "").replace("\r\n", "\n")
    if not text.strip():
        raise RuleError(f"Nothing was done: {missing}")
    return text.strip() if name != "text" else text


def _why(fields: Fields) -> str:
    return _said(fields, "why", "a decision says why.")


def _decide(decision: Decision, laid: Laid, fields: Fields, seat: desk.Seat) -> str:
    conductor = _conductor(laid) if decision is Decision.APPROVE else laid.conductor
    desk.decide_on(laid.candidate, conductor, decision=decision, why=_why(fields), seat=seat)
    return DONE[decision]


def _rename(laid: Laid, fields: Fields, seat: desk.Seat) -> str:
    title = _said(fields, "title", "no name was given.")
    desk.rename(laid.candidate, _conductor(laid), title=title, why=_why(fields), seat=seat)
    return "Renamed."


def _answer(laid: Laid, fields: Fields, seat: desk.Seat) -> str:
    question = _said(fields, "question", "no question was named.")
    text = _said(fields, "answer", "no answer was given.")
    desk.answer(laid.candidate, _conductor(laid), question=question, text=text, seat=seat)
    return f"The answer to {question} is in the file."


def _edit(laid: Laid, fields: Fields, seat: desk.Seat) -> str:
    text = _said(fields, "text", "the text is empty.")
    desk.edit(laid.candidate, _conductor(laid), text=text, why=_why(fields), seat=seat)
    return "The edited text is in the file."


def _constant(laid: Laid, fields: Fields, seat: desk.Seat) -> str:
    name = _said(fields, "constant", "no constant was named.")
    desk.write_constant(laid.candidate, _conductor(laid), name=name, known=laid.constants, seat=seat)
    return f"constants.{name} is written down in the file."


def _files(laid: Laid, fields: Fields, seat: desk.Seat) -> str:
    form = _said(fields, "form", "no format was named.")
    written = desk.export_as(laid.candidate, _conductor(laid), form=form, seat=seat)
    return f"Written: {', '.join(map(str, written))}."


ACTS: Mapping[str, _Act] = {
    "approve": partial(_decide, Decision.APPROVE),
    "reject": partial(_decide, Decision.REJECT),
    "defer": partial(_decide, Decision.DEFER),
    "rename": _rename,
    "answer": _answer,
    "edit": _edit,
    "constant": _constant,
    "files": _files,
}

"""Candidates and a review context -> the addresses of the review page: what each shows, and what a form that is sent there does."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from fivetimes import reports
from fivetimes.config import REVIEW_BYTES, REVIEW_PATIENCE
from fivetimes.errors import FivetimesError, RuleError, fault
from fivetimes.model.candidates import Candidate
from fivetimes.model.conductors import Conductor
from fivetimes.review import decisions, exporting
from fivetimes.review.drafting import keep_evidence
from fivetimes.review.folder import ReviewContext, conductor_path, write_conductor
from fivetimes.review.overview import ledger_problems
from fivetimes.review.waiting import Answer, Reply, WaitingRun, WaitingRuns
from fivetimes.review.web import form, views
from fivetimes.review.web.session import COOKIE, BrowserSession

_STATIC = {
    "htmx.min.js": "text/javascript",
    "review.js": "text/javascript",
    "review.css": "text/css",
    "icon.svg": "image/svg+xml",
}
_ENTRY = "This address was used before, or is not one of ours. Start the page again: fivetimes review --web"
_NOBODY = "Nothing was done: choose first who decides, at the top of the page."
_MOST_FIELDS = 1_000  # of a form: each step, question and constant has one
_BUTTONS: Mapping[str, Answer] = {"yes": "yes", "no": "no", "back": "back"}
_STALE = (
    "Nothing was done: the draft has changed since you were shown it. This is how it is now; look again and decide."
)


@dataclass(frozen=True, slots=True)
class Site:
    """What all addresses share: the routines, the review context as it was opened, the session with its secrets, and runs."""

    candidates: Mapping[str, Candidate]
    opened: ReviewContext
    session: BrowserSession
    runs: WaitingRuns | None = None

    @property
    def context(self) -> ReviewContext:
        """The context, with whoever decides in this session."""
        return replace(self.opened, by=self.session.by)


def app(site: Site) -> Starlette:
    """The addresses of the page, all below the root of the session."""

    def bound(answer: Any) -> Any:
        async def answered(request: Request) -> Response:
            made: Response = await answer(site, request)
            return made

        return answered

    routes = [
        Route("/open", bound(_open)),
        Route("/", bound(_first)),
        Route("/who", bound(_who), methods=["POST"]),
        Route("/routine/{id}", bound(_routine)),
        Route("/routine/{id}/{act}", bound(_sent), methods=["POST"]),
        Route("/run/{run}", bound(_run)),
        Route("/run/{run}/answer", bound(_answered), methods=["POST"]),
        Route("/static/{name}", bound(_static)),
    ]
    handlers: dict[Any, Any] = {HTTPException: _no_page, Exception: _fault}
    return Starlette(routes=[Mount(f"/{site.session.root}", routes=routes)], exception_handlers=handlers)


async def _no_page(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    message = "There is no such page." if problem.status_code == 404 else problem.detail
    return PlainTextResponse(message, problem.status_code)


async def _fault(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(fault(error), 500)


# ---- pages


async def _open(site: Site, request: Request) -> Response:
    """The one-time address -> the cookie. A browser that has the cookie already is let in."""
    session = site.session
    if session.knows(request.cookies.get(COOKIE)):
        return RedirectResponse(session.path(""), 303)
    if not session.opened_by(request.query_params.get("token", "")):
        return PlainTextResponse(_ENTRY, 403)
    answer: Response = RedirectResponse(session.path(""), 303)
    if request.headers.get("sec-fetch-site") == "cross-site":  # from our file: a redirect would come without the cookie
        answer = HTMLResponse(leading_to(session.path("")))
    answer.set_cookie(COOKIE, session.cookie, path=session.path(), httponly=True, samesite="strict")
    return answer


def leading_to(address: str) -> str:
    """A page that leads to an address at once.

    Example:
        >>> leading_to("/x?a=1&b=2")
        '<!doctype html><meta charset="utf-8"><title>fivetimes</title><meta http-equiv="refresh" content="0;url=/x?a=1&amp;b=2">'
    """
    to = html.escape(address)
    return (
        f'<!doctype html><meta charset="utf-8"><title>fivetimes</title><meta http-equiv="refresh" content="0;url={to}">'
    )


async def _first(site: Site, _request: Request) -> Response:
    return await run_in_threadpool(_first_page, site)


def _first_page(site: Site, problem: str = "") -> Response:
    try:
        values = {
            "groups": views.groups(site.candidates, site.context),
            "problems": ledger_problems(site.context.folder),
            "runs": _waiting(site),
        }
    except FivetimesError as wrong:  # a file or the ledger that somebody broke by hand
        values = {"groups": [], "problems": [str(wrong)], "runs": []}
    return _page("first.html.j2", site, problem=problem, back="", **values)


async def _routine(site: Site, request: Request) -> Response:
    candidate = _candidate(site, request)
    return await run_in_threadpool(_routine_page, site, candidate)


def _candidate(site: Site, request: Request) -> Candidate:
    found = site.candidates.get(request.path_params["id"])
    if found is None:
        raise HTTPException(404)
    return found


def _routine_page(
    site: Site, candidate: Candidate, problem: str = "", typed: Mapping[str, str] | None = None
) -> Response:
    try:
        reviewed = views.look_up(candidate, site.context)
        values = {**views.routine(reviewed, site.context), "seen": reviewed.seen}
    except FivetimesError as wrong:
        return _page("broken.html.j2", site, title=candidate.title, problem=str(wrong), back=candidate.id)
    waiting = views.groups(site.candidates, site.context)[0][1]
    return _page(
        "routine.html.j2",
        site,
        problem=problem,
        typed=typed or {"act": ""},
        back=candidate.id,
        waiting=waiting,
        **values,
    )


def _waiting(site: Site) -> Sequence[WaitingRun]:
    return site.runs.waiting() if site.runs is not None else ()


async def _run(site: Site, request: Request) -> Response:
    return await run_in_threadpool(_run_page, site, request.path_params["run"])


def _run_page(site: Site, run: str, problem: str = "", typed: Fields | None = None) -> Response:
    """A run with its question; the list of all where it waits no more."""
    found = next((one for one in _waiting(site) if one.run == run), None)
    if found is None:
        return _first_page(site, problem or f"{run} waits for no answer.")
    return _page("run.html.j2", site, problem=problem, typed=typed or {}, back="", one=found)


async def _static(_site: Site, request: Request) -> Response:
    name = request.path_params["name"]
    if name == "report.css":
        return Response(reports.source("report.css"), media_type="text/css")
    if name not in _STATIC:
        raise HTTPException(404)
    return Response(_own_file(name), media_type=_STATIC[name])


@lru_cache(maxsize=8)
def _own_file(name: str) -> bytes:
    return (files("fivetimes.review.web") / "static" / name).read_bytes()


# ---- forms


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form, which must be small and arrive in time."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "Refused: this is not a form of this page.")
    try:
        body = await asyncio.wait_for(_body(request), REVIEW_PATIENCE.total_seconds())
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except TimeoutError as error:
        raise HTTPException(408, "Refused: the form did not arrive.") from error
    except ValueError as error:
        raise HTTPException(400, "Refused: this is not a form of this page.") from error


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > REVIEW_BYTES:
            raise HTTPException(413, "Refused: the form is too large.")
    return body


def _checked(site: Site, fields: Mapping[str, str], *parts: str) -> None:
    """Refuse a form that was not made by this session."""
    given, seen = fields.get("token", ""), fields.get("seen", "")
    if not site.session.is_form(given, path=site.session.path(*parts), seen=seen):
        raise HTTPException(403, "Refused: this is not a form of this page. Load the page again.")


async def _who(site: Site, request: Request) -> Response:
    fields = await _fields(request)
    _checked(site, fields, "who")
    back = fields.get("back", "")
    parts = ("routine", back) if back in site.candidates else ("",)
    try:
        site.session.decide_as(fields.get("by", ""))
    except FivetimesError as problem:
        return await run_in_threadpool(_first_page, site, str(problem))
    return RedirectResponse(site.session.path(*parts), 303)


async def _sent(site: Site, request: Request) -> Response:
    candidate, name = _candidate(site, request), request.path_params["act"]
    if name not in ACTS:
        raise HTTPException(404)
    fields = await _fields(request)
    _checked(site, fields, "routine", candidate.id, name)
    return await run_in_threadpool(_done, site, candidate, name, fields)


def _done(site: Site, candidate: Candidate, name: str, fields: Mapping[str, str]) -> Response:
    """Do what a form asks for, one at a time, and go back to the page; or show it again with the problem and what was typed."""
    with site.session.writing:
        try:
            reviewed = views.look_up(candidate, site.context)
            if fields["seen"] != reviewed.seen:
                raise RuleError(_STALE)
            notice = act(name, reviewed, fields, site.context)
        except FivetimesError as problem:
            return _routine_page(site, candidate, str(problem), {**fields, "act": name})
    site.session.notify(notice)
    return RedirectResponse(site.session.path("routine", candidate.id), 303)


async def _answered(site: Site, request: Request) -> Response:
    run, fields = request.path_params["run"], await _fields(request)
    _checked(site, fields, "run", run, "answer")
    return await run_in_threadpool(_reply, site, run, fields)


def _reply(site: Site, run: str, fields: Fields) -> Response:
    """Answer the question that was shown, and go back to the list; or show it again with the problem and what was typed."""
    with site.session.writing:
        try:
            if not site.session.by:
                raise RuleError(_NOBODY)
            shown = next((one for one in _waiting(site) if one.run == run and one.mark == fields["seen"]), None)
            if site.runs is None or shown is None:
                raise RuleError(f"Nothing was done: {run} does not wait at that question any more.")
            answer = _BUTTONS.get(fields.get("answer", ""))
            if answer is None:
                raise RuleError("Nothing was done: answer with one of the buttons.")
            reply = Reply(answer, site.session.by, fields.get("why", "").strip(), "override" in fields)
            site.runs.answer(run, shown.key, reply)
        except FivetimesError as problem:
            return _run_page(site, run, str(problem), fields)
    site.session.notify(f"Answered: {reply.answer}. If nobody works on the run, go on with it: fivetimes resume {run}")
    return RedirectResponse(site.session.path(""), 303)


# ---- what each form does: one row of ACTS for each kind of form

Fields = Mapping[str, str]
_Act = Callable[[views.Reviewed, Fields, ReviewContext], str]


def act(name: str, reviewed: views.Reviewed, fields: Fields, context: ReviewContext) -> str:
    """Do what a form asks for.

    Returns:
        The notice of what was done.

    Raises:
        FivetimesError: it cannot be done; then nothing was.
    """
    if not context.by:
        raise RuleError(_NOBODY)
    return ACTS[name](reviewed, fields, context)


def _conductor(reviewed: views.Reviewed) -> Conductor:
    if reviewed.conductor is None:
        raise RuleError("Nothing was done: it was rejected, so there is no draft. Defer it to take that back.")
    return reviewed.conductor


def _field(fields: Fields, name: str, missing: str) -> str:
    text = fields.get(name, "").replace("\r\n", "\n")
    if not text.strip():
        raise RuleError(f"Nothing was done: {missing}")
    return text.strip() if name != "text" else text


def _why(fields: Fields) -> str:
    return _field(fields, "why", "a decision needs a reason.")


def _review(reviewed: views.Reviewed, fields: Fields, context: ReviewContext) -> str:
    if fields.get("decision") not in form.DECISIONS:
        raise RuleError("Nothing was done: save it or decide with one of the buttons.")
    decision = form.DECISIONS[fields["decision"]]
    context = replace(context, approval=replace(context.approval, answerer=fields.get("answerer", "")))
    return form.reviewed_as(reviewed, form.typed(reviewed, fields, decision), decision, context)


def _edit(reviewed: views.Reviewed, fields: Fields, context: ReviewContext) -> str:
    text = _field(fields, "text", "the text is empty.")
    decisions.edit(reviewed.candidate, _conductor(reviewed), text=text, why=_why(fields), context=context)
    return "The edited text is in the file."


def _files(reviewed: views.Reviewed, fields: Fields, context: ReviewContext) -> str:
    name = _field(fields, "form", "no format was named.")
    written = _exported(reviewed.candidate, _conductor(reviewed), name, context)
    return f"Written: {', '.join(map(str, written))}."


def _exported(candidate: Candidate, conductor: Conductor, form_name: str, context: ReviewContext) -> list[Path]:
    """The files of a format beside the conductors; of a routine without a file its draft first."""
    written: list[Path] = []
    if not conductor_path(context.folder, conductor.id).exists():
        written.append(write_conductor(conductor, folder=context.folder))
        keep_evidence(candidate, conductor, home=context.home)
        if form_name == "yaml":
            return written
    shown = exporting.as_exported(conductor, folder=context.folder)
    folder = context.folder
    return [*written, *exporting.export(shown, form=form_name, output=folder, conductors=folder, home=context.home)]


ACTS: Mapping[str, _Act] = {"review": _review, "edit": _edit, "files": _files}


# ---- the page around it


def _page(template: str, site: Site, *, problem: str, **values: Any) -> Response:
    session = site.session

    def form_of(seen: str, *parts: str) -> dict[str, str]:
        path = session.path(*parts)
        return {"path": path, "seen": seen, "token": session.form(path, seen)}

    text = (
        _environment()
        .get_template(template)
        .render(
            path=session.path,
            form=form_of,
            by=session.by,
            people=session.names(),
            problem=problem,
            notice="" if problem else session.take_notice(),
            **values,
        )
    )
    return HTMLResponse(text, 422 if problem else 200)


@lru_cache(maxsize=1)
def _environment() -> Any:
    return reports.html_environment("fivetimes.review.web")

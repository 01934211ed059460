"""Candidates and a seat -> the review page's addresses: what is shown where, and what a form that is sent there does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from fivetimes import desk, reports
from fivetimes.config import REVIEW_BYTES, REVIEW_PATIENCE
from fivetimes.errors import FivetimesError, RuleError, fault
from fivetimes.model import Candidate
from fivetimes.web import acts, views
from fivetimes.web.session import COOKIE, Session

_STATIC = {
    "htmx.min.js": "text/javascript",
    "review.js": "text/javascript",
    "review.css": "text/css",
    "icon.svg": "image/svg+xml",
}
_ENTRY = "That address was used before, or is none of ours. Start the page again: fivetimes review --web"
_STALE = (
    "Nothing was done: the draft is not what you were shown any more. Here it is as it is now; look again and decide."
)


@dataclass(frozen=True, slots=True)
class Site:
    """What all addresses share: the routines, where somebody sits, and the session with its secrets."""

    candidates: Mapping[str, Candidate]
    desk_seat: desk.Seat
    session: Session

    @property
    def seat(self) -> desk.Seat:
        """The seat, taken by whoever said that they decide."""
        return replace(self.desk_seat, by=self.session.by)


def app(site: Site) -> Starlette:
    """The addresses of the page, all below the room of the session."""

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
        Route("/static/{name}", bound(_static)),
    ]
    handlers: dict[Any, Any] = {HTTPException: _no_page, Exception: _fault}
    return Starlette(routes=[Mount(f"/{site.session.room}", routes=routes)], exception_handlers=handlers)


async def _no_page(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    said = "There is no such page." if problem.status_code == 404 else problem.detail
    return PlainTextResponse(said, problem.status_code)


async def _fault(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(fault(error), 500)


# ---- what is read


async def _open(site: Site, request: Request) -> Response:
    """The one-time address -> the cookie. Whoever has the cookie already just goes in."""
    session = site.session
    if session.knows(request.cookies.get(COOKIE)):
        return RedirectResponse(session.path(""), 303)
    if not session.opened_by(request.query_params.get("token", "")):
        return PlainTextResponse(_ENTRY, 403)
    answer = RedirectResponse(session.path(""), 303)
    answer.set_cookie(COOKIE, session.cookie, path=session.path(), httponly=True, samesite="strict")
    return answer


async def _first(site: Site, _request: Request) -> Response:
    return await run_in_threadpool(_first_page, site)


def _first_page(site: Site, problem: str = "") -> Response:
    try:
        words = {"groups": views.groups(site.candidates, site.seat), "trouble": desk.trouble(site.seat.folder)}
    except FivetimesError as wrong:  # a file or the ledger that somebody broke by hand
        words = {"groups": [], "trouble": [str(wrong)]}
    return _page("first.html.j2", site, problem=problem, back="", **words)


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
        laid = views.lay_out(candidate, site.seat)
        words = {**views.routine(laid, site.seat), "seen": laid.seen}
    except FivetimesError as wrong:
        return _page("broken.html.j2", site, title=candidate.title, problem=str(wrong), back=candidate.id)
    following = _following(site, candidate)
    return _page(
        "routine.html.j2",
        site,
        problem=problem,
        typed=typed or {"act": ""},
        back=candidate.id,
        following=following,
        **words,
    )


def _following(site: Site, candidate: Candidate) -> views.Row | None:
    """The next in the queue, after the one that is shown."""
    waiting = views.groups(site.candidates, site.seat)[0][1]
    names = [row.id for row in waiting]
    after = names.index(candidate.id) + 1 if candidate.id in names else 0
    return next((row for row in [*waiting[after:], *waiting[:after]] if row.id != candidate.id), None)


async def _static(_site: Site, request: Request) -> Response:
    name = request.path_params["name"]
    if name == "report.css":
        return Response(reports.source("report.css"), media_type="text/css")
    if name not in _STATIC:
        raise HTTPException(404)
    return Response(_own_file(name), media_type=_STATIC[name])


@lru_cache(maxsize=8)
def _own_file(name: str) -> bytes:
    return (files("fivetimes.web") / "static" / name).read_bytes()


# ---- what is sent


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form, which is small and arrives soon."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "Refused: this is no form of the page.")
    try:
        body = await asyncio.wait_for(_body(request), REVIEW_PATIENCE.total_seconds())
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20, errors="strict"))
    except TimeoutError as error:
        raise HTTPException(408, "Refused: the form did not arrive.") from error
    except ValueError as error:
        raise HTTPException(400, "Refused: this is no form of the page.") from error


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > REVIEW_BYTES:
            raise HTTPException(413, "Refused: the form is too large.")
    return body


def _checked(site: Site, fields: Mapping[str, str], *parts: str) -> None:
    """Refuse a form that this session did not make."""
    given, seen = fields.get("token", ""), fields.get("seen", "")
    if not site.session.is_form(given, path=site.session.path(*parts), seen=seen):
        raise HTTPException(403, "Refused: the form is not one of this page. Load the page again.")


async def _who(site: Site, request: Request) -> Response:
    fields = await _fields(request)
    _checked(site, fields, "who")
    back = fields.get("back", "")
    parts = ("routine", back) if back in site.candidates else ("",)
    try:
        site.session.seat(fields.get("by", ""))
    except FivetimesError as problem:
        return await run_in_threadpool(_first_page, site, str(problem))
    return RedirectResponse(site.session.path(*parts), 303)


async def _sent(site: Site, request: Request) -> Response:
    candidate, name = _candidate(site, request), request.path_params["act"]
    if name not in acts.ACTS:
        raise HTTPException(404)
    fields = await _fields(request)
    _checked(site, fields, "routine", candidate.id, name)
    return await run_in_threadpool(_done, site, candidate, name, fields)


def _done(site: Site, candidate: Candidate, name: str, fields: Mapping[str, str]) -> Response:
    """Do it, one at a time, and go back to the page; or show the page again with the sentence why not and what was typed."""
    with site.session.writing:
        try:
            laid = views.lay_out(candidate, site.seat)
            if fields["seen"] != laid.seen:
                raise RuleError(_STALE)
            said = acts.act(name, laid, fields, site.seat)
        except FivetimesError as problem:
            return _routine_page(site, candidate, str(problem), {**fields, "act": name})
    site.session.say(said)
    return RedirectResponse(site.session.path("routine", candidate.id), 303)


# ---- the page around it


def _page(template: str, site: Site, *, problem: str, **words: Any) -> Response:
    session = site.session

    def form(seen: str, *parts: str) -> dict[str, str]:
        path = session.path(*parts)
        return {"path": path, "seen": seen, "token": session.form(path, seen)}

    text = (
        _environment()
        .get_template(template)
        .render(
            path=session.path,
            form=form,
            by=session.by,
            people=session.names(),
            problem=problem,
            said="" if problem else session.said(),
            **words,
        )
    )
    return HTMLResponse(text, 422 if problem else 200)


@lru_cache(maxsize=1)
def _environment() -> Any:
    return reports.html_environment("fivetimes.web")

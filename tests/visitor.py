"""Somebody with a browser before the review page, in a few lines."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import asgi
import builders_scan as made
from fivetimes import review
from fivetimes.model.candidates import Candidate
from fivetimes.model.decisions import Decision
from fivetimes.review.folder import ANYBODY
from fivetimes.review.waiting import WaitingRuns
from fivetimes.review.web.guard import Guard
from fivetimes.review.web.session import BrowserSession
from fivetimes.review.web.site import Site, app
from fivetimes.review.web.views import to_show

HOST = "127.0.0.1:8765"
HOSTS = (HOST, "localhost:8765")
NAME = "publish-post-3f9a"
Without = tuple[str, ...]


class Visitor:
    """Somebody with a browser before the page."""

    def __init__(
        self,
        folder: Path,
        *candidates: Candidate,
        people: tuple[str, ...] = ("ana", "bo"),
        by: str = "ana",
        approval: review.Approval = ANYBODY,
        runs: WaitingRuns | None = None,
    ) -> None:
        numbers = itertools.count()
        self.touches = 0
        self.folder = folder
        scan = made.scan(*(candidates or (made.friday(6)[0],)))
        context = review.ReviewContext(scan, folder / "c", folder / "home", {}, by, lambda: made.AT, approval)
        self.session = BrowserSession(lambda: f"secret{next(numbers)}", people, by)
        site = app(Site(to_show(scan, []), context, self.session, runs))
        self.app = Guard(site, session=self.session, hosts=HOSTS, touched=self._touched)
        self.cookie = ""

    def _touched(self) -> None:
        self.touches += 1

    def opened(self) -> Visitor:
        answer = self.get("open", query=f"token={self.session.opening}")
        assert answer.status == 303, answer.text
        self.cookie = answer.header("set-cookie").partition(";")[0]
        return self

    def headers(self, more: Mapping[str, str] | None = None, without: Without = ()) -> list[tuple[str, str]]:
        """What a browser sends with a request of the page's own."""
        own = {"host": HOST, "sec-fetch-site": "same-origin", "cookie": self.cookie} | dict(more or {})
        return [(name, value) for name, value in own.items() if name not in without and value]

    def get(
        self, *parts: str, query: str = "", more: Mapping[str, str] | None = None, without: Without = ()
    ) -> asgi.Answer:
        return asgi.ask(self.app, "GET", self.session.path(*parts), self.headers(more, without), query=query)

    def page(self, name: str = NAME) -> asgi.Page:
        answer = self.get("routine", name)
        assert answer.status == 200, answer.text
        return asgi.Page(answer.text)

    def post(
        self, path: str, body: bytes, *, more: Mapping[str, str] | None = None, without: Without = ()
    ) -> asgi.Answer:
        own = {"origin": f"http://{HOST}", "content-type": "application/x-www-form-urlencoded"} | dict(more or {})
        return asgi.ask(self.app, "POST", path, self.headers(own, without), body)

    def send(self, act: str, name: str = NAME, **typed: str) -> asgi.Answer:
        """Fill in a form of the page and send it: the one form of the review with a decision, `save` among them, or another."""
        if act in ("save", "approve", "reject", "defer"):
            whole = self.page(name).form("/review")
            return self.post(
                whole.action, whole.body(decision=act, **{key.replace("_", "-"): text for key, text in typed.items()})
            )
        chosen = {key: value for key, value in typed.items() if key in ("question", "constant", "form")}
        form = self.page(name).form(f"/{act}", **chosen)
        return self.post(form.action, form.body(**typed))

    def decisions(self) -> list[tuple[Decision, str, str]]:
        return [(entry.decision, entry.by, entry.why) for entry in review.read_ledger(self.folder / "c")]

    def written(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

"""The review page in a browser: decisions by hand and without JavaScript, for everybody, against hostile text and other pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import builders_scan as made
from chromium import Browser
from fivetimes import review
from fivetimes.model.candidates import Candidate
from fivetimes.model.decisions import Decision
from fivetimes.review import web
from fivetimes.review.waiting import Reply, WaitingRun, WaitingRuns
from fivetimes.review.web.server import listening, ready
from fivetimes.review.web.views import to_show
from hostile import PAYLOADS

NAME = "publish-post-3f9a"


@dataclass(frozen=True)
class Served:
    """A page that is served, and the folder in which its decisions stand."""

    address: str
    folder: Path
    browser: Browser
    end: Callable[[], None]  # stops the server, and waits until it has stopped

    def open(self, *, width: int = 1280, dark: bool = False) -> Served:
        """Open it as its owner does, and go to the routine."""
        screen = {"width": width, "height": 1600, "deviceScaleFactor": 1, "mobile": False}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        self.browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.browser.complaints()
        self.browser.requests()
        self.browser.visit(self.address)
        return self

    def routine(self) -> Served:
        self.browser.visit(self.browser.one(".queue a").get_attribute("href"))
        return self

    def send(self, act: str, fields: Mapping[str, str], *, saying: str) -> None:
        """Fill in the form of the review by hand, send it with one of its buttons, and wait for the sentence."""
        form = "form[action$='/review']"
        for selector, text in fields.items():
            field = self.browser.one(f"{form} {selector}")
            self.browser.run("for (let d = arguments[0].closest('details'); d; d = null) d.open = true", field)
            field.clear()
            field.send_keys(text)
        button = f"{form} button[value={act}]"
        self.browser.run("arguments[0].click()", self.browser.one(button))
        self.browser.wait(lambda: saying in self.text())

    def text(self) -> str:
        return str(self.browser.run("return document.body.innerText"))

    def decisions(self) -> list[Decision]:
        return [review.decision for review in review.read_ledger(self.folder / "c")]


class OneRun:
    """A run that waits until it is answered."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    def waiting(self) -> list[WaitingRun]:
        digest = f"blake2b:{64 * 'f'}"
        known = (("why", (f"ana began it ({digest}).",)), ("state", (f"title = {digest}",)), ("gate", ("Waiting.",)))
        one = WaitingRun(
            "r1", "Publish post", "s8:1:gate", "s8", "Is it ready?", "bo", "s3", f"git push {digest}", known, "m1"
        )
        return [] if self.replies else [one]

    def answer(self, run: str, key: str, reply: Reply) -> None:
        assert (run, key) == ("r1", "s8:1:gate")
        self.replies.append(reply)


@contextmanager
def served(
    folder: Path,
    browser: Browser,
    *candidates: Candidate,
    people: tuple[str, ...] = ("ana",),
    runs: WaitingRuns | None = None,
) -> Iterator[Served]:
    scan = made.scan(*(candidates or (made.friday(6)[0],)))
    context = review.ReviewContext(scan, folder / "c", folder / "home", {}, "", lambda: made.AT)
    with listening(0) as plug:
        server, address = ready(to_show(scan, []), context, people=people, plug=plug, runs=runs)
        thread = Thread(target=server.run, kwargs={"sockets": [plug]})
        thread.start()

        def end() -> None:
            server.should_exit = True
            thread.join(20)

        try:
            yield Served(address, folder, browser, end)
        finally:
            browser.visit("about:blank")
            end()


@contextmanager
def without_scripts(browser: Browser) -> Iterator[None]:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        yield
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_routine_is_answered_and_approved_and_that_survives_a_reload_and_a_restart(
    browser: Browser, tmp_path: Path
) -> None:
    with served(tmp_path, browser) as page:
        page.open()
        assert "token" not in browser.driver.current_url
        page.routine()
        browser.run("window.stays = 1")
        page.send("approve", {"input[name=why]": "it is right"}, saying="Not approved: q1 must be answered first.")
        page.send("save", {"textarea#answer-q1": "readers know"}, saying="Saved.")
        browser.wait(lambda: browser.run("return document.activeElement.innerText") == "Saved.")
        page.send("approve", {"input[name=why]": "it is right"}, saying="approved by ana")
        assert browser.run("return window.stays") == 1  # nothing was loaded anew
        refused = [said for said in browser.complaints() if "422" not in said]
        assert refused == []
        own = page.address.split("/open")[0]
        assert [url for url in browser.requests() if not url.startswith((own, "about:"))] == []
        browser.driver.refresh()
        assert "approved by ana" in page.text()
    with served(tmp_path, browser) as again:
        again.open().routine()
        assert "approved by ana on 2026-04-03: it is right" in again.text()
        # who answers the gates is written into the file first: the one who approves, who works alone here
        assert again.decisions() == [Decision.ANSWER, Decision.EDIT, Decision.APPROVE]


def test_the_page_opens_from_a_file_that_leads_to_it(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, browser) as page:
        leading = tmp_path / "leading.html"
        leading.write_text(web.leading_to(page.address))
        browser.visit(leading.as_uri())
        browser.wait(lambda: browser.driver.current_url.startswith(page.address.split("/open")[0]))
        browser.wait(lambda: "Publish post" in page.text())
        assert "token" not in browser.driver.current_url


def test_a_routine_is_rejected_and_taken_back(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, browser) as page:
        page.open().routine()
        page.send("reject", {"input[name=why]": "not ours"}, saying="rejected by ana")
        assert browser.all("button[value=approve]") == []
        page.send("defer", {"input[name=why]": "after all"}, saying="deferred by ana")
        assert browser.all("button[value=approve]") != []
        assert page.decisions() == [Decision.REJECT, Decision.DEFER]


def test_without_javascript_it_does_the_same(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, browser) as page:
        page.open().routine()
        with without_scripts(browser):
            browser.driver.refresh()
            field = browser.one("#why")
            field.send_keys("after the move")
            browser.one("button[value=defer]").click()
            browser.wait(lambda: page.decisions() == [Decision.DEFER])
        assert "deferred by ana" in page.text()


def test_a_page_that_has_ended_says_so(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, browser) as page:
        page.open().routine().end()
        page.send("defer", {"input[name=why]": "later"}, saying="Nothing was done: the review page has ended.")
        assert page.decisions() == []


# ---- other pages


@contextmanager
def elsewhere(text: str) -> Iterator[str]:
    """A page of somebody else's, on another port of this machine."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)  # a browser opens connections that it does not use
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("kind", ["form", "fetch"])
def test_a_form_of_another_page_is_refused_even_with_everything_but_its_origin(
    browser: Browser, tmp_path: Path, kind: str
) -> None:
    with served(tmp_path, browser) as page:
        page.open().routine()
        form = browser.one("form[action$='/review']")
        fields = {
            field.get_attribute("name"): field.get_attribute("value")
            for field in form.find_elements("css selector", "input")
        }
        fields |= {"why": "forged", "decision": "defer"}
        inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
        action = form.get_attribute("action")
        with elsewhere(f'<form method="post" action="{action}">{inputs}<button>go</button></form>') as other:
            browser.visit(other)
            if kind == "form":
                browser.one("button").click()
                browser.wait(lambda: "Refused" in page.text())
            else:
                said = browser.driver.execute_async_script(
                    "const done = arguments[1]; fetch(arguments[0], {method: 'POST', credentials: 'include',"
                    " body: new URLSearchParams(new FormData(document.forms[0]))}).then((r) => done(r.status), () => done(0))",
                    action,
                )
                assert said == 0  # no answer is let through to another origin
        assert page.decisions() == []
        page.open().routine()
        page.send("defer", {"input[name=why]": "mine"}, saying="deferred by ana")
        assert page.decisions() == [Decision.DEFER]


# ---- for everybody


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_serious_fault_and_nothing_runs_over_the_edge(
    browser: Browser, tmp_path: Path, width: int, dark: bool
) -> None:
    with served(tmp_path, browser) as page:
        page.open(width=width, dark=dark)
        for name in ("first", "routine", "refused"):
            if name == "routine":
                page.routine()
            if name == "refused":
                page.send("approve", {"input[name=why]": "x"}, saying="Not approved")
            browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            assert browser.run("return document.documentElement.scrollWidth") <= width
            assert browser.faults() == []
            browser.picture(f"review-{name}-{width}-{'dark' if dark else 'light'}")
            page.browser.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": 1600, "deviceScaleFactor": 1, "mobile": False},
            )


@pytest.mark.parametrize("width", [1280, 390])
def test_a_waiting_run_is_answered_with_a_click_and_its_page_is_for_everybody(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    runs = OneRun()
    with served(tmp_path, browser, runs=runs) as page:
        page.open(width=width)
        browser.visit(browser.one(".queue a[href*='/run/']").get_attribute("href"))
        browser.wait(lambda: browser.run("return document.documentElement.scrollWidth") <= width)
        assert browser.faults() == []
        browser.one("#why").send_keys("bo is away")
        browser.run("arguments[0].click()", browser.one("input[name=override]"))
        browser.run("arguments[0].click()", browser.one("button[value=back]"))
        browser.wait(lambda: "go on with it: fivetimes resume r1" in page.text())
        assert "Runs that wait" not in page.text()
    assert runs.replies == [Reply("back", "ana", "bo is away", override=True)]


# ---- hostile text


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), 50))
def test_no_payload_in_any_field_runs_even_without_the_policy(browser: Browser, tmp_path: Path, start: int) -> None:
    payload = " ".join(PAYLOADS[start : start + 50])
    candidate, _ = made.friday(6)
    steps = tuple(replace(step, action=payload) for step in candidate.steps)
    runs = tuple(replace(run, person=payload) for run in candidate.occurrences)
    hostile = replace(candidate, title=PAYLOADS[start], reasons=(payload,), steps=steps, occurrences=runs)
    others = [replace(candidate, id=f"other-{n}", title=title) for n, title in enumerate(PAYLOADS[start : start + 50])]
    told = {"source": "window.ran = 0; window.alert = () => { window.ran += 1; };"}
    watch = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", told)
    browser.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    try:
        with served(tmp_path, browser, hostile, *others, people=(payload,)) as page:
            page.open().routine()
            fill = "arguments[0].value = arguments[1]; arguments[0].form.querySelector(arguments[2]).click()"
            browser.run(fill, browser.one("#answer-q2"), payload, "button[value=save]")
            browser.wait(lambda: "Saved." in page.text())
            browser.run(fill, browser.one("#why"), payload, "button[value=defer]")
            browser.wait(lambda: "deferred by" in page.text())
            browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            browser.run("document.querySelectorAll('summary, label').forEach((e) => { e.focus(); e.click(); })")
            assert browser.run("return window.ran") == 0
            assert len(browser.all("script")) == 2
            assert browser.all("iframe, img, object, video, math, base, [onload], [onerror], [onfocus]") == []
            assert payload[:20] in browser.one("#answer-q2").get_attribute("value")
            browser.visit(page.address.split("/open")[0] + "/")
            assert len(browser.all(".queue a")) == 51
            assert browser.run("return window.ran") == 0
            assert page.decisions() == [Decision.ANSWER, Decision.DEFER]
    finally:
        browser.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})
        browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", watch)

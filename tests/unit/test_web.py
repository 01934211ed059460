"""The review page: what it does, what it refuses, and that nothing hostile in it acts."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import asgi
import builders_scan as made
from fivetimes import desk
from fivetimes.errors import RuleError
from fivetimes.model import Candidate, Decision
from fivetimes.web.guard import Guard
from fivetimes.web.session import Session
from fivetimes.web.site import Site, app
from fivetimes.web.views import reviewed

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
    ) -> None:
        numbers = itertools.count()
        self.touches = 0
        self.folder = folder
        scan = made.scan(*(candidates or (made.friday(6)[0],)))
        seat = desk.Seat(scan, folder / "c", folder / "home", {}, by, lambda: made.AT)
        self.session = Session(lambda: f"secret{next(numbers)}", people, by)
        site = app(Site(reviewed(scan, []), seat, self.session))
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
        """Fill in a form of the page and send it."""
        chosen = {key: value for key, value in typed.items() if key in ("question", "constant", "form")}
        form = self.page(name).form(f"/{act}", **chosen)
        return self.post(form.action, form.body(**typed))

    def decisions(self) -> list[tuple[Decision, str, str]]:
        return [(review.decision, review.by, review.why) for review in desk.ledger(self.folder / "c")]

    def written(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def ana(tmp_path: Path) -> Visitor:
    return Visitor(tmp_path).opened()


# ---- what a person does


def test_the_first_page_lists_what_waits_and_the_routine_its_card_and_questions(ana: Visitor) -> None:
    first = ana.get("").text
    assert "Waiting for a decision" in first
    assert "Publish post" in first
    page = ana.get("routine", NAME).text
    for said in ("proposed: nobody has decided yet", "What is this for", "Gate: step 8", "Needed before approval"):
        assert said in page
    assert ana.written() == ["home/key"]


@pytest.mark.parametrize(("act", "decision"), [("reject", Decision.REJECT), ("defer", Decision.DEFER)])
def test_a_decision_with_its_reason_is_a_line_of_the_ledger_and_nothing_else(
    ana: Visitor, act: str, decision: Decision
) -> None:
    answer = ana.send(act, why="not ours")
    assert (answer.status, answer.header("location")) == (303, ana.session.path("routine", NAME))
    assert ana.decisions() == [(decision, "ana", "not ours")]
    assert ana.written() == ["c/.gitattributes", "c/reviews.jsonl", "home/key"]


def test_approval_is_refused_in_a_sentence_until_the_required_question_is_answered(ana: Visitor) -> None:
    refused = ana.send("approve", why="it is right")
    assert refused.status == 422
    assert "Not approved: q1 must be answered first." in refused.text
    assert 'value="it is right"' in refused.text  # what was typed is not lost
    assert ana.decisions() == []
    assert ana.send("answer", question="q1", answer="readers know").status == 303
    assert ana.send("approve", why="it is right").status == 303
    assert [decision for decision, _, _ in ana.decisions()] == [Decision.ANSWER, Decision.APPROVE]
    document = yaml.safe_load((ana.folder / "c" / f"{NAME}.yaml").read_text())
    assert document["why"]["purpose"] == "readers know"
    assert "approved by ana" in ana.get("routine", NAME).text
    assert "Approved" in ana.get("").text


def test_what_was_decided_is_there_after_the_page_was_started_anew(ana: Visitor) -> None:
    ana.send("defer", why="after the move")
    again = Visitor(ana.folder).opened()
    assert "deferred by ana on 2026-04-03: after the move" in again.get("routine", NAME).text


def test_a_rejected_routine_has_no_draft_and_can_be_taken_back(ana: Visitor) -> None:
    ana.send("reject", why="not ours")
    page = ana.page()
    assert [form.action.rpartition("/")[2] for form in page.forms] == ["who", "reject", "defer"]
    ana.send("defer", why="it is after all")
    assert "Write these" in ana.get("routine", NAME).text


def test_a_sentence_says_what_was_done_once(ana: Visitor) -> None:
    ana.send("defer", why="later")
    assert "Deferred." in ana.get("routine", NAME).text
    assert "Deferred." not in ana.get("routine", NAME).text


def test_a_new_name_and_an_edited_text_are_in_the_file_and_in_the_ledger(ana: Visitor) -> None:
    ana.send("rename", title="The Friday post", why="that is what we say")
    page = ana.page()
    text = page.form("/edit").fields["text"]
    assert "answerer: null" in text
    ana.send("edit", text=text.replace("answerer: null", "answerer: the editor").replace("\n", "\r\n"), why="who asks")
    document = yaml.safe_load((ana.folder / "c" / f"{NAME}.yaml").read_text())
    assert document["title"] == "The Friday post"
    assert {step["gate"]["answerer"] for step in document["steps"] if "gate" in step} == {"the editor"}
    assert [entry["what"] for entry in document["history"]] == ["drafted", "renamed", "edited"]
    assert [decision for decision, _, _ in ana.decisions()] == [Decision.RENAME, Decision.EDIT]


def test_a_text_that_is_no_conductor_is_refused_and_still_in_the_field(ana: Visitor) -> None:
    refused = ana.send("edit", text="title: [unclosed", why="x")
    assert refused.status == 422
    assert asgi.Page(refused.text).form("/edit").fields["text"] == "title: [unclosed"
    assert ana.decisions() == []


def test_every_file_is_shown_before_it_is_written_and_only_the_chosen_one_is(ana: Visitor) -> None:
    shown = ana.get("routine", NAME).text
    for name in (f"{NAME}.yaml", f"{NAME}/SKILL.md", f"{NAME}.md", f"{NAME}.just", f"{NAME}.workflow.yaml"):
        assert f"/{name}</code>" in shown
    assert ana.send("files", form="runbook").status == 303
    assert [name for name in ana.written() if name.startswith("c/")] == [f"c/{NAME}.md", f"c/{NAME}.yaml"]
    assert "Nothing waits" not in shown


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("reject", {"why": "  "}),
        ("answer", {"question": "q1", "answer": " "}),
        ("rename", {"title": "", "why": "x"}),
        ("rename", {"title": "x", "why": ""}),
        ("files", {"form": "runbook\0"}),
        ("answer", {"question": "q1", "answer": ""}),
    ],
)
def test_nothing_is_done_when_nothing_was_said(ana: Visitor, act: str, typed: dict[str, str]) -> None:
    form = ana.page().form(f"/{act}")
    assert ana.post(form.action, form.body(**typed)).status == 422
    assert ana.decisions() == []


def test_a_draft_that_changed_meanwhile_is_shown_again_and_not_decided_on(ana: Visitor) -> None:
    shown = ana.page().form("/defer")
    ana.send("answer", question="q1", answer="readers know")
    answer = ana.post(shown.action, shown.body(why="later"))
    assert answer.status == 422
    assert "not what you were shown any more" in answer.text
    assert [decision for decision, _, _ in ana.decisions()] == [Decision.ANSWER]


# ---- who decides


def test_nobody_decides_before_they_say_who_they_are_and_it_is_somebody_of_the_configuration(tmp_path: Path) -> None:
    visitor = Visitor(tmp_path, by="").opened()
    assert "say who decides first" in visitor.send("defer", why="later").text
    form = visitor.page().form("/who")
    assert "is not in fivetimes.toml" in visitor.post(form.action, form.body(by="mallory")).text
    assert visitor.decisions() == []
    moved = visitor.post(form.action, form.body(by="bo"))
    assert (moved.status, moved.header("location")) == (303, visitor.session.path("routine", NAME))
    visitor.send("defer", why="later")
    assert visitor.decisions() == [(Decision.DEFER, "bo", "later")]


def test_without_a_configuration_anybody_says_their_own_name(tmp_path: Path) -> None:
    visitor = Visitor(tmp_path, people=(), by="").opened()
    form = visitor.page().form("/who")
    assert visitor.post(form.action, form.body(by=" ")).status == 422
    visitor.post(form.action, form.body(by="Ana Lima"))
    visitor.send("defer", why="later")
    assert visitor.decisions() == [(Decision.DEFER, "Ana Lima", "later")]


def test_where_there_is_one_person_it_is_they() -> None:
    assert Session(lambda: "x", ("ana",)).by == "ana"
    with pytest.raises(RuleError):
        Session(lambda: "x", ("ana",)).seat("bo")


# ---- forged requests: each is refused, and the same request unforged passes

FORGED: Mapping[str, tuple[str, dict[str, str], Without]] = {
    "a rebound name": ("POST", {"host": "evil.example:8765", "origin": "http://evil.example:8765"}, ()),
    "a form of another page": ("POST", {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, ()),
    "an origin of null": ("POST", {"origin": "null"}, ()),
    "a picture on another page": ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-dest": "image"}, ()),
    "no cookie": ("GET", {}, ("cookie",)),
    "another address of this machine": ("GET", {"host": "0.0.0.0:8765"}, ()),
    "no host": ("GET", {}, ("host",)),
    # and some more
    "no origin": ("POST", {}, ("origin",)),
    "only the origin is another": ("POST", {"origin": "http://127.0.0.1:9000"}, ()),
    "only the site is another": ("POST", {"sec-fetch-site": "same-site"}, ()),
    "another port": ("GET", {"host": "127.0.0.1:9000"}, ()),
    "a host without a port": ("GET", {"host": "127.0.0.1"}, ()),
    "a wrong cookie": ("GET", {"cookie": "fivetimes=secret9"}, ()),
    "a form without a cookie": ("POST", {}, ("cookie",)),
    "a page that is loaded ahead": ("GET", {"sec-purpose": "prefetch"}, ()),
    "an origin that reads": ("GET", {"origin": "https://evil.example"}, ()),
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_request_is_refused_and_the_same_request_unforged_is_not(ana: Visitor, case: str) -> None:
    method, more, without = FORGED[case]
    form = ana.page().form("/defer")
    before = ana.written()

    def request(changed: Mapping[str, str], left_out: Without) -> asgi.Answer:
        if method == "GET":
            return ana.get("routine", NAME, more=changed, without=left_out)
        return ana.post(form.action, form.body(why="later"), more=changed, without=left_out)

    forged = request(more, without)
    assert forged.status == 403
    assert "Publish post" not in forged.text
    assert ana.decisions() == []
    assert ana.written() == before
    assert request({}, ()).status == (200 if method == "GET" else 303)
    assert len(ana.decisions()) == (method == "POST")


def test_a_host_that_stands_twice_is_refused(ana: Visitor) -> None:
    headers = [*ana.headers(), ("host", "evil.example")]
    assert asgi.ask(ana.app, "GET", ana.session.path(""), headers).status == 403
    assert asgi.ask(ana.app, "GET", ana.session.path(""), headers[:-1]).status == 200


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"])
def test_other_methods_are_refused_and_no_other_origin_is_let_in(ana: Visitor, method: str) -> None:
    answer = asgi.ask(ana.app, method, ana.session.path(""), ana.headers({"origin": f"http://{HOST}"}))
    assert answer.status == 405
    assert not any(name.startswith("access-control") for name, _ in answer.headers)


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"token": ""}, 403), ({"token": "0" * 64}, 403), ({"seen": "none"}, 403), ({}, 303)],
    ids=["no token", "a wrong token", "for another draft", "as it stands"],
)
def test_a_form_needs_the_token_that_was_made_for_it(ana: Visitor, fields: dict[str, str], status: int) -> None:
    form = ana.page().form("/defer")
    assert ana.post(form.action, form.body(why="later", **fields)).status == status


def test_the_token_of_one_form_opens_no_other(ana: Visitor) -> None:
    form, other = ana.page().form("/defer"), ana.page().form("/reject")
    assert ana.post(other.action, form.body(why="x")).status == 403
    assert ana.post(form.action, form.body(why="x")).status == 303


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b'{"why": "x"}', 415),
        ("text/plain", b"why=x", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * (1 << 20), 413),
        ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 50), 400),
        ("application/x-www-form-urlencoded", b"why=%ff", 400),
    ],
)
def test_what_is_no_form_of_ours_is_refused(ana: Visitor, kind: str, body: bytes, status: int) -> None:
    assert ana.post(ana.session.path("routine", NAME, "defer"), body, more={"content-type": kind}).status == status
    assert ana.decisions() == []


def test_the_opening_address_is_good_once_and_leads_away_from_its_token(tmp_path: Path) -> None:
    visitor = Visitor(tmp_path)
    token = visitor.session.opening
    assert visitor.get("open", query="token=wrong").status == 403
    assert visitor.get("open").status == 403
    first = visitor.get("open", query=f"token={token}")
    assert first.status == 303
    assert first.header("location") == visitor.session.path("")
    assert token not in first.header("location")
    for said in ("HttpOnly", "SameSite=strict", f"Path={visitor.session.path()}"):
        assert said in first.header("set-cookie")
    assert visitor.get("open", query=f"token={token}").status == 403
    visitor.cookie = first.header("set-cookie").partition(";")[0]
    assert visitor.get("open", query=f"token={token}").status == 303  # who is in already just goes in


@pytest.mark.parametrize("parts", [("routine", "no-such"), ("static", "../guard.py"), ("static", "x"), ("x",)])
def test_there_are_no_other_pages(ana: Visitor, parts: tuple[str, ...]) -> None:
    assert ana.get(*parts).status == 404


def test_every_answer_has_the_headers_that_keep_others_out(ana: Visitor) -> None:
    for answer in (ana.get(""), ana.get("x"), ana.get("", without=("cookie",)), ana.get("static", "htmx.min.js")):
        policy = answer.header("content-security-policy")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.header("cache-control") == "no-store"
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "same-origin"


def test_a_refused_request_does_not_keep_the_page_alive(ana: Visitor) -> None:
    before = ana.touches
    ana.get("", without=("cookie",))
    ana.get("open", query="token=x", without=("cookie",))
    assert ana.touches == before
    ana.get("")
    assert ana.touches == before + 1


def test_a_fault_says_where_it_is_and_nothing_of_what_was_read(
    ana: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("hunter2")

    monkeypatch.setattr("fivetimes.web.views.lay_out", broken)
    answer = ana.get("routine", NAME)
    assert answer.status == 500
    assert "ZeroDivisionError" in answer.text
    assert "hunter2" not in answer.text + caplog.text


def test_a_ledger_that_was_tampered_with_is_named_and_nothing_is_added(ana: Visitor) -> None:
    ana.send("defer", why="one")
    ana.send("defer", why="two")
    path = ana.folder / "c" / "reviews.jsonl"
    path.write_text(path.read_text().replace('"one"', '"eins"'))
    before = path.read_bytes()
    assert "was changed or removed" in ana.get("").text
    assert "was changed or removed" in ana.send("reject", why="x").text
    assert path.read_bytes() == before
    path.write_text("{}\n")
    assert "no review" in ana.get("").text
    assert ana.get("routine", NAME).status == 422


# ---- hostile text

# a word alone in angle brackets is our own sign for a value, so none of these is one
PAYLOADS = [
    "<script x>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><svg onload=alert(1)>",
    "</title><script x>alert(1)</script>",
    "' onfocus=alert(1) autofocus x='",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "<b hx-get=/x hx-trigger=load>",
    "&lt;script&gt;&#x27;",
    "\x1b[2J\u202eabc",
    "<!--",
    "</pre><iframe srcdoc='<script x>1</script>'>",
]


def _said_everywhere(folder: Path, payload: str) -> str:
    """The pages with the payload as title, action, reason, person, answer, edit, new name and why; in and after a refusal."""
    candidate, _ = made.friday(6)
    steps = tuple(replace(step, action=payload) for step in candidate.steps)
    runs = tuple(replace(run, person=payload) for run in candidate.occurrences)
    hostile = replace(candidate, title=payload, reasons=(payload,), steps=steps, occurrences=runs)
    visitor = Visitor(folder, hostile, people=(payload,), by=payload).opened()
    visitor.send("answer", question="q1", answer=payload)
    shown = visitor.send("edit", text=payload, why=payload).text
    visitor.send("rename", title=payload, why=payload)
    visitor.send("reject", why=payload)
    shown += visitor.get("routine", NAME).text + visitor.get("").text
    visitor.send("defer", why=payload)
    return shown + visitor.get("routine", NAME).text + visitor.get("").text


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> asgi.Page:
    return asgi.Page(_said_everywhere(tmp_path_factory.mktemp("plain"), "plain words"))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_every_field_adds_no_element_and_no_attribute(
    payload: str, plain: asgi.Page, tmp_path: Path
) -> None:
    text = _said_everywhere(tmp_path, payload)
    page = asgi.Page(text)
    assert page.tags == plain.tags
    assert page.attributes == plain.attributes
    assert "49" not in [form.fields.get("title") for form in page.forms]
    said = [json.loads(line)["why"] for line in (tmp_path / "c" / "reviews.jsonl").read_text().splitlines()]
    assert said[-1] == payload  # it did get there


def test_the_page_has_no_script_and_no_style_but_files_of_our_own(ana: Visitor) -> None:
    text = ana.get("routine", NAME).text
    page = asgi.Page(text)
    assert page.tags.count("script") == 2
    assert text.count("<script src=") == 2
    assert "style" not in page.tags
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
    for name in ("htmx.min.js", "review.js", "review.css", "report.css", "icon.svg"):
        assert ana.get("static", name).status == 200

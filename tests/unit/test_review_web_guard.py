"""The review page: what it refuses, and that nothing hostile in it acts."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import asgi
import builders_scan as made
from visitor import HOST, NAME, Visitor, Without


@pytest.fixture
def ana(tmp_path: Path) -> Visitor:
    return Visitor(tmp_path).opened()


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
    form = ana.page().form("/review")
    before = ana.written()

    def request(changed: Mapping[str, str], left_out: Without) -> asgi.Answer:
        if method == "GET":
            return ana.get("routine", NAME, more=changed, without=left_out)
        return ana.post(form.action, form.body(why="later", decision="defer"), more=changed, without=left_out)

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
    form = ana.page().form("/review")
    assert ana.post(form.action, form.body(why="later", decision="defer", **fields)).status == status


def test_the_token_of_one_form_opens_no_other(ana: Visitor) -> None:
    form, other = ana.page().form("/review"), ana.page().form("/edit")
    assert ana.post(other.action, form.body(why="x", decision="defer")).status == 403
    assert ana.post(form.action, form.body(why="x", decision="defer")).status == 303


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b'{"why": "x"}', 415),
        ("text/plain", b"why=x", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * (1 << 20), 413),
        ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 1_001), 400),
        ("application/x-www-form-urlencoded", b"why=%ff", 400),
    ],
)
def test_what_is_no_form_of_ours_is_refused(ana: Visitor, kind: str, body: bytes, status: int) -> None:
    assert ana.post(ana.session.path("routine", NAME, "review"), body, more={"content-type": kind}).status == status
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


@pytest.mark.parametrize(("user", "status"), [(os.getuid() + 1, 403), (os.getuid(), 200), (0, 200), (None, 200)])
def test_another_user_of_the_machine_is_refused_whatever_they_know(
    ana: Visitor, monkeypatch: pytest.MonkeyPatch, user: int | None, status: int
) -> None:
    monkeypatch.setattr("fivetimes.review.web.guard.user_of", lambda *_ends: user)
    assert ana.get("routine", NAME).status == status  # with the right cookie


def test_another_user_does_not_use_up_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor(tmp_path)
    token = f"token={visitor.session.opening}"
    with monkeypatch.context() as patch:
        patch.setattr("fivetimes.review.web.guard.user_of", lambda *_ends: os.getuid() + 1)
        assert visitor.get("open", query=token).status == 403
    assert visitor.get("open", query=token).status == 303


def test_who_comes_from_our_file_is_led_on_by_a_page_and_has_the_cookie(tmp_path: Path) -> None:
    visitor = Visitor(tmp_path)
    found = visitor.get("open", query=f"token={visitor.session.opening}", more={"sec-fetch-site": "cross-site"})
    assert found.status == 200
    assert f"url={visitor.session.path('')}" in found.text
    assert "SameSite=strict" in found.header("set-cookie")
    assert visitor.get("", more={"sec-fetch-site": "cross-site"}).status == 403


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

    monkeypatch.setattr("fivetimes.review.web.views.look_up", broken)
    answer = ana.get("routine", NAME)
    assert answer.status == 500
    assert "ZeroDivisionError" in answer.text
    assert "hunter2" not in answer.text + caplog.text


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
    visitor.send("save", answer_q1=payload)
    shown = visitor.send("edit", text=payload, why=payload).text
    visitor.send("save", title=payload, why=payload)
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

"""The report in a browser: it asks for nothing, folds and sorts by keyboard, is accessible, and says what report.json says."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

import builders_scan as made
from chromium import Browser
from fivetimes.model.candidates import Tier
from fivetimes.model.changes import Changes, Gone, Promotion
from fivetimes.model.conductors import ConductorEffect
from fivetimes.model.decisions import Decision, Review, Standing, Status
from fivetimes.model.scans import Scan
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.redaction import show
from fivetimes.reports import document, report_html
from hostile import PAYLOADS, drafts_of, hostile, live_of

_LATER = Standing(
    Status.DEFERRED, Review("release-version-77c1", Decision.DEFER, "ana", made.AT, "later", None, 8, "blake2b:00")
)


@dataclass(frozen=True)
class Written:
    """A report as files: the page and the document beside it."""

    page: Path
    document: dict[str, Any]


def _scan() -> Scan:
    found = [made.friday(13), made.release(8), made.review(4)]
    candidates = [replace(c, confidence=replace(c.confidence, sentences=("q 0.001 of 40 tried",))) for c, _ in found]
    candidates[1] = replace(candidates[1], standing=_LATER)
    return replace(
        made.scan(*candidates),
        suppressed=tuple(
            Suppressed((f"make target-{n}", "vim <file>"), 1_000 + n, SuppressionRule.TWO_STEPS) for n in range(9)
        ),
        changes=Changes(
            new=(candidates[2].id,),
            promoted=(Promotion(candidates[0].id, Tier.EXTRACT, Tier.CANONICAL),),
            gone=(Gone("old-1234", "An old one", 12, "part of another: Publish post", candidates[0].id),),
        ),
    )


def _written(folder: Path, scan: Scan, **more: Any) -> Written:
    drafts = drafts_of(made.friday(13), made.release(8))
    told = document(scan, drafts=drafts)
    page = folder / "report.html"
    page.write_text(report_html(scan, at=made.AT, drafts=drafts, **more), encoding="utf-8")
    return Written(page, json.loads(json.dumps(told)))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return _written(tmp_path_factory.mktemp("report"), _scan())


def _of_many(number: int) -> tuple[Scan, list[ConductorEffect]]:
    """A week with this many routines, and with as many changes and effects as such a week has at most."""
    made_of = (made.friday, made.release, made.review)
    candidates = [
        replace(made_of[n % 3](max(2, 16 - n // 2))[0], id=f"routine-of-the-week-{n:04x}", title=f"Publish edition {n}")
        for n in range(number)
    ]
    third = number // 3
    changes = Changes(
        new=tuple(c.id for c in candidates[:third]),
        promoted=tuple(Promotion(c.id, Tier.EXTRACT, Tier.CANONICAL) for c in candidates[third : 2 * third]),
        gone=tuple(
            Gone(f"old-{n:04x}", f"An old one {n}", 12, "fewer than three different steps") for n in range(third)
        ),
        since=made.AT - timedelta(days=7),
    )
    effects = [
        ConductorEffect(
            f"done-{n:04x}", f"Rotate certificate {n}", 20, 60.0, 2, 40.0, 9, "in use; the conductor does it"
        )
        for n in range(third)
    ]
    return replace(made.scan(*candidates), changes=changes), effects


@pytest.fixture(scope="module", params=[3, 11, 30])
def week(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    scan, effects = _of_many(request.param)
    page = tmp_path_factory.mktemp("week") / "report.html"
    page.write_text(report_html(scan, at=made.AT, drafts={}, effects=effects), encoding="utf-8")
    return Written(page, json.loads(json.dumps(document(scan, drafts={}, effects=effects))))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The owner's own report, with rows by alias and live lines."""
    live = {candidate.id: text for candidate, text in (made.friday(13), made.release(8), made.review(4))}
    return _written(tmp_path_factory.mktemp("own"), _scan(), people=True, live=live)


# ---- alone


def test_the_page_opens_without_a_complaint_and_asks_for_nothing_else(browser: Browser, report: Written) -> None:
    browser.open(report.page)
    assert browser.run("return document.querySelectorAll('details.card').length") == 3
    assert browser.complaints() == []
    assert browser.requests() == [report.page.as_uri()]


def test_the_policy_stops_any_script_that_is_not_the_pages_own(browser: Browser, report: Written) -> None:
    browser.open(report.page)
    browser.run(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s);"
        "document.body.setAttribute('onclick', 'window.ran = 1'); document.body.click();"
    )
    assert browser.run("return window.ran") is None
    assert any("Content Security Policy" in said for said in browser.complaints())


# ---- by keyboard


def _type(browser: Browser, selector: str, key: str) -> None:
    browser.run("arguments[0].focus()", browser.one(selector))
    browser.driver.switch_to.active_element.send_keys(key)


def _open_cards(browser: Browser) -> list[str | None]:
    return [card.get_attribute("id") for card in browser.all("details.card[open]")]


def test_on_a_narrow_screen_cards_fold_and_unfold_below_the_table(browser: Browser, report: Written) -> None:
    browser.open(report.page, width=800)
    _type(browser, "#card-2 > summary", Keys.ENTER)
    browser.wait(lambda: _open_cards(browser) == ["card-1", "card-2"])
    _type(browser, "#card-1 > summary", Keys.SPACE)
    browser.wait(lambda: _open_cards(browser) == ["card-2"])


def test_on_a_wide_screen_one_routine_stands_beside_the_table(browser: Browser, report: Written) -> None:
    browser.open(report.page)
    assert _open_cards(browser) == ["card-1"]
    _type(browser, ".index a[href='#card-2']", Keys.ENTER)
    browser.wait(lambda: _open_cards(browser) == ["card-2"])
    assert browser.one("tr[aria-current]").get_attribute("data-card") == "card-2"
    table, card = browser.one(".index").rect, browser.one("#card-2").rect
    assert card["x"] >= table["x"] + table["width"]


def test_the_table_is_filtered_by_words_and_by_decision(browser: Browser, report: Written) -> None:
    shown = (
        "return [...document.querySelectorAll('.index tbody tr')].filter((r) => !r.hidden).map((r) => r.dataset.card)"
    )
    browser.open(report.page)
    browser.one("#filter").send_keys("RELEASE")
    browser.wait(lambda: browser.run(shown) == ["card-2"])
    assert browser.one("#notice").get_attribute("textContent") == "1 of 3 routines"
    browser.one("#filter").send_keys(*[Keys.BACKSPACE] * 7)
    browser.one("#decision").send_keys("proposed")
    browser.wait(lambda: browser.run(shown) == ["card-1", "card-3"])


@pytest.mark.parametrize(("head", "key", "reverse"), [("Times", "count", True), ("Took", "hours", True)])
def test_the_overview_and_the_cards_sort_by_keyboard(
    browser: Browser, report: Written, head: str, key: str, reverse: bool
) -> None:
    values = [{"count": c["count"], "hours": c["cost"]["hours"]}[key] for c in report.document["candidates"]]
    ordered = [f"card-{1 + n}" for n in sorted(range(3), key=lambda n: values[n], reverse=reverse)]
    browser.open(report.page, width=1000)
    heads = [th.text for th in browser.all(".index th[scope=col]")]
    column = heads.index(head) + 1
    for turn, wanted in (("descending", ordered), ("ascending", ordered[::-1])):
        _type(browser, f".index th:nth-child({column}) button", Keys.ENTER)
        said = f"Sorted by {head}, {turn}"
        browser.wait(lambda said=said: browser.one("#notice").get_attribute("textContent") == said)  # type: ignore[misc]
        assert browser.one(f".index th:nth-child({column})").get_attribute("aria-sort") == turn
        assert [row.get_attribute("data-card") for row in browser.all(".index tbody tr")] == wanted
        assert [card.get_attribute("id") for card in browser.all("details.card")] == wanted


def test_the_tab_key_reaches_every_card_and_every_heading_that_sorts(browser: Browser, report: Written) -> None:
    browser.open(report.page)
    stops = "summary, th button, a, input, select, [tabindex]"
    wanted = browser.run(
        "return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility()).length", stops
    )
    reached = set()
    for _ in range(wanted + 5):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        if browser.run("return document.activeElement.matches(arguments[0])", stops):
            reached.add(browser.driver.switch_to.active_element.id)
    assert len(reached) == wanted > 25


# ---- for everybody


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_no_serious_fault(browser: Browser, own: Written, width: int, dark: bool) -> None:
    browser.open(own.page, width=width, dark=dark)
    browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert browser.faults() == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_runs_over_the_edge(browser: Browser, own: Written, width: int, dark: bool) -> None:
    browser.open(own.page, width=width, dark=dark)
    browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.picture(f"report-{width}-{'dark' if dark else 'light'}").stat().st_size > 10_000


def test_on_paper_stand_the_summary_and_the_index_alone(browser: Browser, report: Written) -> None:
    browser.open(report.page)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = "return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility()).length"
    try:
        assert browser.run(shown, ".friday, .index") == 2
        assert browser.run(shown, ".card, .part, .filter") == 0
        pages = base64.b64decode(browser.driver.execute_cdp_cmd("Page.printToPDF", {})["data"])
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pages)) <= 2
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


# ---- one screen, two sheets


def test_the_week_is_one_screen_and_two_sheets_however_many_routines_there_are(browser: Browser, week: Written) -> None:
    browser.open(week.page, width=1280, height=900)
    boxes = browser.run(
        "return [...document.querySelectorAll('.friday .box')].map((b) => b.getBoundingClientRect().bottom)"
    )
    assert len(boxes) == 3
    assert max(boxes) <= 900
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    a4 = {"paperWidth": 8.27, "paperHeight": 11.69}
    pages = base64.b64decode(browser.driver.execute_cdp_cmd("Page.printToPDF", a4)["data"])
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pages)) <= 2


def test_what_is_folded_has_its_count_and_unfolds(browser: Browser, week: Written) -> None:
    browser.open(week.page, width=1280, height=900)
    changes = week.document["changes"]
    told = {
        ".decide > li": week.document["week"]["to_decide"] + len(week.document["effects"]),
        ".moved dd:not(:has(details)), .moved li": sum(len(changes[name]) for name in ("promoted", "new", "gone")),
    }
    browser.run("document.querySelectorAll('.rest').forEach((d) => { d.open = true; })")
    for selector, number in told.items():
        assert (
            sum(one.is_displayed() for one in browser.all(f".friday {selector}".replace(", ", ", .friday "))) == number
        )
    texts = [(text, at) for text, at, _ in browser.run(_TEXTS) if at is not None]
    assert [(text, at) for text, at in texts if not _says(" ".join(text.split()), _at(week.document, at), at)] == []
    assert browser.faults() == []


# ---- the numbers

_TEXTS = """
const found = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walk.nextNode(); node; node = walk.nextNode()) {
  const where = node.parentElement;
  if (!/[0-9]/.test(node.data) || where.closest('script, code, time:not([data-at])')) continue;
  const told = where.closest('[data-at]');
  found.push([told ? told.textContent : node.data, told ? told.dataset.at : null, where.className]);
}
return found;
"""
_SECONDS = {"s": 1, "min": 60, "h": 3600}


def _at(told: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        told = told[int(key)] if isinstance(told, list) else told[key]
    return told


def _says(text: str, value: Any, at: str) -> bool:
    """Whether a text says a value of the document, as exactly as it is written."""
    if isinstance(value, dict):
        return str(value["extract"]) in text
    if isinstance(value, list):  # how many there are
        value = len(value)
    if isinstance(value, str):
        return text == show(value) or text == _dated(value, text)
    seconds = re.fullmatch(r"(?:(\d+) h)? ?(?:(\d+) (min|s))?", text)
    if seconds and text:
        said = int(seconds[1] or 0) * 3600 + int(seconds[2] or 0) * _SECONDS.get(seconds[3], 0)
        exact = value * (3600 if "/duration/" not in at else 1)
        return abs(said - exact) <= (0.5 if seconds[3] == "s" else 30 if seconds[3] else 1800) + 1e-6
    if text == "always":
        return value >= 0.995
    share = re.fullmatch(r"(\d+) %", text)
    if share:
        return abs(int(share[1]) - value * 100) <= 0.5 + 1e-9
    change = re.fullmatch(r"[+−±](\d+)", text)
    if change:
        return int(change[1]) * (-1 if text[0] == "−" else 1) == value
    number = re.match(r"(?:at least )?([\d,]+)", text)
    return number is not None and int(number[1].replace(",", "")) == round(value)


def _dated(value: str, text: str) -> str | None:
    """A moment as the page writes it: the minute, the day, or the day in words."""
    try:
        time = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    forms = (f"{time:%Y-%m-%d %H:%M} UTC", f"{time:%Y-%m-%d}", f"{time.day} {time:%B %Y}")
    return text if text in forms and (time.tzinfo in (UTC, None) or time.utcoffset() is not None) else None


def test_every_number_on_the_page_is_that_of_report_json(browser: Browser, own: Written) -> None:
    browser.open(own.page)
    told = browser.run(_TEXTS)
    pointed = [(text, at) for text, at, _ in told if at is not None]
    assert len(pointed) > 200
    wrong = [(text, at) for text, at in pointed if not _says(" ".join(text.split()), _at(own.document, at), at)]
    assert wrong == []


def test_no_number_on_the_page_stands_without_its_place_in_report_json(browser: Browser, own: Written) -> None:
    browser.open(own.page)
    reasons = {f"unreadable: {reason}" for kept in own.document["readers"] for reason in kept["bad"]}
    bare = [text.strip() for text, at, _ in browser.run(_TEXTS) if at is None and text.strip() not in reasons]
    ordinal = re.compile(r"Gate: step \d+ \w+, a person is asked first|\d+|in steps? \d+(, \d+)*")
    assert [text for text in bare if not ordinal.fullmatch(text)] == []
    rows = browser.run(
        "return [...document.querySelectorAll('.flow')].map((flow) => [...flow.querySelectorAll('.n')].map((n) => n.textContent))"
    )
    assert rows == [[str(n + 1) for n in range(len(c["steps"]))] for c in own.document["candidates"]]


# ---- hostile text


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), 20))
def test_no_payload_in_any_field_runs_even_without_the_policy(browser: Browser, tmp_path: Path, start: int) -> None:
    payloads = PAYLOADS[start : start + 20]
    scan, drafts = hostile(*payloads)
    page = tmp_path / "report.html"
    live = live_of(scan, *payloads)
    page.write_text(report_html(scan, at=made.AT, drafts=drafts, people=True, live=live), encoding="utf-8")
    told = {"source": "window.ran = 0; window.alert = () => { window.ran += 1; };"}
    watch = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", told)
    browser.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    try:
        browser.open(page)
        browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        browser.run("document.querySelectorAll('th button, summary, a').forEach((e) => { e.focus(); e.click(); })")
        assert browser.run("return window.ran") == 0
        assert browser.requests() == [page.as_uri()]
        assert len(browser.all("script")) == 1
        unwanted = "iframe, img, object, video, math, base, input:not(#filter), textarea, [onload], [onerror]"
        assert browser.all(unwanted) == []
        shown = browser.run("return [...document.querySelectorAll('details.card h3')].map((h) => h.textContent)")
        assert len(shown) == len(payloads)
    finally:
        browser.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})
        browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", watch)

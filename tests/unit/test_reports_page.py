"""Pages: nothing hostile acts, nothing private shows, the numbers are those of the scan."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import builders_scan as made
from fivetimes.model.candidates import Tier
from fivetimes.model.changes import Changes, Gone, Promotion
from fivetimes.model.conductors import Conductor, ConductorEffect
from fivetimes.model.decisions import Decision, Review, Standing, Status
from fivetimes.model.scans import Scan
from fivetimes.reports import candidate_document, document, report_digest, report_html, report_markdown
from fivetimes.reports.pictures import SPARK_HEIGHT, SPARK_WIDTH, TIMELINE_WIDTH, spark, timeline
from hostile import PAYLOADS, drafts_of, hostile, live_of, sample


class _Seen(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links.extend(value or "" for name, value in attrs if name in ("href", "src", "xlink:href"))


def seen(page: str) -> _Seen:
    parser = _Seen()
    parser.feed(page)
    return parser


# ---- hostile text

# a label's typed placeholder (`<path>`, a `*` alone) is our own sign, and a draft makes a named value of it
PLACEHOLDER = re.compile(r"<[a-z]+[\w.]*>|(?<=\s)\*(?=\s|$)")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_every_field_adds_no_element_and_no_attribute(payload: str) -> None:
    plain, text = _plain(_own_page), _own_page(payload)
    page = seen(text)
    if PLACEHOLDER.search(payload):  # the draft names a value in it, which adds places to a list
        assert set(page.tags) - set(plain.tags) <= {"b"}
        assert page.tags.count("script") == 1
    else:
        assert page.tags == plain.tags
    assert page.attributes == plain.attributes
    assert payload not in text or html.escape(payload) == payload


def test_there_are_two_hundred_payloads_all_different() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) == 200


# what loads, is sent, or runs; a draft may well name a value or a file that a text holds (`a >b`), in more words of its own
ACTIVE = frozenset("button embed form iframe img input link meta object script style".split())


@settings(deadline=None, max_examples=50)
@given(st.text(min_size=1, max_size=60))
@example("0000>0000")
@example("a <path> <img src=x onerror=y> b")
def test_any_text_in_every_field_adds_none_of_its_own_elements(text: str) -> None:
    page, plain = seen(_shared_page(text)), _plain(_shared_page)
    assert set(page.tags) <= {*plain.tags, "b"}
    assert [tag for tag in page.tags if tag in ACTIVE] == [tag for tag in plain.tags if tag in ACTIVE]
    assert page.attributes <= plain.attributes
    assert page.links == plain.links


@pytest.mark.parametrize(
    "payload", [*PAYLOADS[:10], "a | b", "# title", "- item", "[x](javascript:alert(1))", "line\n\n## two"]
)
def test_a_payload_in_every_field_makes_no_structure_in_markdown(payload: str) -> None:
    text = report_markdown(hostile(payload)[0], at=made.AT, drafts=hostile(payload)[1])
    plain = report_markdown(hostile("plain words")[0], at=made.AT, drafts=hostile("plain words")[1])
    assert len(text.splitlines()) == len(plain.splitlines())
    assert not re.search(r"(?<!\\)<\w|(?<!\\)\]\(", text)
    assert sum(line.startswith("#") for line in text.splitlines()) == sum(
        line.startswith("#") for line in plain.splitlines()
    )


def _own_page(payload: str) -> str:
    """The owner's own page, which shows more than any other."""
    scan, drafts = hostile(payload)
    return report_html(scan, at=made.AT, drafts=drafts, people=True, live=live_of(scan, payload))


def _shared_page(payload: str) -> str:
    return _page(hostile(payload))


@cache
def _plain(page_of: Callable[[str], str]) -> _Seen:
    """What is seen on such a page of harmless words."""
    return seen(page_of("plain words"))


def _page(scanned: tuple[Scan, dict[str, Conductor]]) -> str:
    return report_html(scanned[0], at=made.AT, drafts=scanned[1])


# ---- self-contained


def test_the_page_needs_nothing_else_and_runs_only_its_own_script() -> None:
    page = _page(sample())
    found = seen(page)
    assert found.tags.count("script") == 1
    assert "src" not in found.attributes
    assert not [name for name in found.attributes if name.startswith("on")]
    assert not [link for link in found.links if not link.startswith("#")]
    assert "style" not in found.attributes
    assert "url(" not in page
    assert "@import" not in page


@pytest.mark.parametrize("tag", ["style", "script"])
def test_the_policy_carries_the_hash_of_the_very_style_and_script(tag: str) -> None:
    page = _page(sample())
    match = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    assert match is not None
    digest = base64.b64encode(hashlib.sha256(match[1].encode()).digest()).decode()
    assert f"{tag}-src 'sha256-{digest}'" in page
    assert "content=\"default-src 'none'; " in page


def test_thirty_routines_stay_under_a_megabyte() -> None:
    candidate, live = made.friday(30)
    scan = made.scan(*(replace(candidate, id=f"{candidate.id}-{n}") for n in range(30)))
    drafts = {found.id: draft_ for found in scan.candidates for draft_ in drafts_of((candidate, live)).values()}
    assert len(report_html(scan, at=made.AT, drafts=drafts)) < 1_000_000


def test_thirty_routines_done_hundreds_of_times_stay_under_a_megabyte_too() -> None:
    candidate, _ = made.friday(13)
    often = tuple(candidate.occurrences[n % 13] for n in range(600))
    spread = tuple(
        replace(o, start=made.START + timedelta(hours=4 * n), end=made.START + timedelta(hours=4 * n + 1))
        for n, o in enumerate(often)
    )
    busy = replace(candidate, occurrences=spread, count=600)
    scan = made.scan(*(replace(busy, id=f"{candidate.id}-{n}") for n in range(30)))
    drafts = {found.id: made.drafted(candidate, None) for found in scan.candidates}
    assert len(report_html(scan, at=made.AT, drafts=drafts)) < 1_000_000


def test_the_same_scan_gives_the_same_bytes() -> None:
    assert _page(sample()) == _page(sample())


# ---- private


@pytest.mark.parametrize("form", [report_html, report_markdown])
def test_a_report_shows_no_place_and_no_person(form: object) -> None:
    scan, drafts = sample()
    text = form(scan, at=made.AT, drafts=drafts)  # type: ignore[operator]
    for private in ("people/ana", "zsh_history", "repos/site", "bash_history", "00000000"):
        assert private not in text
    assert not re.search(r"\bana\b|\bp1\b", text)


def test_rows_by_alias_come_only_when_asked_for() -> None:
    scan, drafts = sample()
    page = report_html(scan, at=made.AT, drafts=drafts, people=True)
    assert ">p1</span></th>" in page
    assert not re.search(r"\bana\b", page)


# ---- what it says


def test_the_page_says_the_counts_of_the_scan() -> None:
    scan, drafts = sample()
    page = _page((scan, drafts))
    for candidate in scan.candidates:
        assert f">{candidate.count} times</span>" in page
    assert "13,083" in page  # records of both sources
    assert re.sub(r"<.*?>", "", page.partition("On the ladder: ")[2].partition("</p>")[0]) == (
        "1 canonical (10 times or more), 1 extract (5 times or more), 1 noticed (2 times or more)."
    )
    assert "looks like browsing" in page
    assert ">1 source</span> could not be read" in page
    assert page.count("Gate: step") == 3
    assert "What is this for" in page


def test_the_page_says_what_moved_since_the_last_report() -> None:
    scan, drafts = sample()
    post, release, _ = scan.candidates
    changes = Changes(
        new=(release.id,),
        promoted=(Promotion(post.id, Tier.EXTRACT, Tier.CANONICAL),),
        gone=(Gone("old-1234", "Old routine", 12, "part of another: Publish post", post.id),),
    )
    page = _page((replace(scan, changes=changes), drafts))
    moved = page.partition('id="moved-title"')[2].partition("</section>")[0]
    text = [html.unescape(re.sub(r"<.*?>", "", found)) for found in re.findall(r"<dt>.*?</dt>|<dd>.*?</dd>", moved)]
    assert text == [
        "climbed",
        "Publish post, extract → canonical",
        "new",
        "Release version",
        "gone",
        "Old routine: part of another: Publish post",
    ]
    assert re.findall(r'href="#(.*?)"', moved) == ["card-1", "card-2", "card-1"]
    assert "No routine is new" in _page((replace(scan, changes=Changes()), drafts))
    assert "Nothing to compare with" in _page((scan, drafts))


def test_a_card_says_how_it_stands_and_not_who_said_so() -> None:
    scan, drafts = sample()
    said = Review(scan.candidates[0].id, Decision.APPROVE, "ana", made.AT, "because", None, 13, "blake2b:00")
    approved = replace(scan.candidates[0], standing=Standing(Status.APPROVED, said))
    page = report_html(replace(scan, candidates=(approved, *scan.candidates[1:])), at=made.AT, drafts=drafts)
    assert ">approved</span> on " in page
    assert ">3 April 2026</span>" in page
    assert page.count("nobody has decided yet") == 2
    assert not re.search(r"\bana\b", page)


def test_a_scan_that_found_nothing_says_so() -> None:
    empty = replace(made.scan(), suppressed=(), sources=(), redactions={}, skipped=())
    assert "No sequence was repeated often enough" in _page((empty, {}))
    assert "No sequence was repeated often enough" in report_markdown(empty, at=made.AT, drafts={})


def test_a_routine_without_times_has_no_dots_and_says_so() -> None:
    candidate, _ = made.review(4)
    undated = tuple(replace(occurrence, start=None, end=None) for occurrence in candidate.occurrences)
    timeless = replace(candidate, occurrences=undated, duration=None, first=None, last=None, cost=None)
    page = _page((made.scan(timeless), {}))
    assert ">4</span> without a time" in page
    assert 'class="dots' not in page


@given(st.lists(st.integers(0, 400), min_size=12, max_size=12))
def test_each_week_with_a_run_is_a_bar_inside_the_picture(weeks: list[int]) -> None:
    bars = spark(weeks)
    assert len(bars) == sum(count > 0 for count in weeks)
    assert all(0 < x < SPARK_WIDTH and 0 < height <= SPARK_HEIGHT for x, height in bars)
    assert max((height for _, height in bars), default=SPARK_HEIGHT) == SPARK_HEIGHT


def _week(scan: Scan, at: datetime) -> str:
    page = report_html(scan, at=at, drafts={})
    return html.unescape(re.sub(r"<.*?>", "", page.partition('class="lead">')[2].partition("</p>")[0]))


def test_the_first_line_has_the_runs_of_the_last_seven_days_and_what_waits() -> None:
    scan = made.scan(made.friday(13)[0], made.release(14)[0], made.review(4)[0])
    assert _week(scan, made.AT) == "This week: 1 run (−1), about 25 min; 2 need your decision."
    put_off = replace(scan.candidates[0], standing=Standing(Status.DEFERRED))
    known = replace(scan.candidates[1], already="release", standing=Standing(Status.APPROVED))
    later = replace(scan, candidates=(put_off, known, scan.candidates[2]))
    assert _week(later, made.AT + timedelta(days=7)) == (
        "Week to 3 April 2026: 1 run (−1), about 25 min; nothing needs your decision."
    )


def test_what_waits_stands_at_the_top_with_the_command_that_reviews_it() -> None:
    page = html.unescape(_page(sample())).partition('id="decide-title"')[2].partition("</section>")[0]
    assert re.findall(r"<code[^>]*>(.*?)</code>", page) == [
        "fivetimes review publish-post-3f9a",
        "fivetimes review release-version-77c1",
    ]


def test_the_effect_of_a_conductor_is_how_often_it_is_done_by_hand_before_and_since() -> None:
    effect = ConductorEffect("x-1", "Send mail", 12, 84.0, 1, 28.0, 3, "used, by hand 1 of 4 times")
    scan, drafts = sample()
    page = report_html(scan, at=made.AT, drafts=drafts, effects=[effect, replace(effect, days_since=3.0)])
    text = re.sub(r"<.*?>", "", page.partition('id="effect-title"')[2].partition("</section>")[0])
    assert "Send mail 4 → 1; 3 runs used, by hand 1 of 4 times" in " ".join(text.split())
    assert "Send mail 4 → too short to say; 3 runs" in " ".join(text.split())


def test_a_digest_has_at_most_fifteen_lines_whatever_happened() -> None:
    cast = [replace(made.friday(13)[0], id=f"x-{n}", title=f"Routine {n}") for n in range(30)]
    ids = tuple(one.id for one in cast)
    gone = tuple(Gone(f"old-{n}", f"Old {n}", 12, "part of another", ids[0]) for n in range(9))
    climbed = tuple(Promotion(name, Tier.NOTICED, Tier.EXTRACT) for name in ids[:9])
    scan = replace(made.scan(*cast), changes=Changes(ids[9:20], climbed, gone, made.AT))
    effects = [ConductorEffect(name, name, 12, 84.0, 1, 28.0, 3, "used") for name in ids]
    text = report_digest(scan, at=made.AT, drafts={}, effects=effects)
    assert 10 <= len(text.splitlines()) <= 15
    assert text.splitlines()[0].startswith("**This week: ")
    assert "- Decide: 27 more (fivetimes review)" in text
    assert "- Climbed: Routine 0, noticed → extract; " in text
    assert "; and 6 more" in text
    assert len([line for line in text.splitlines() if line.startswith("- Effect: ")]) == 3


def test_occasional_steps_are_folded_and_one_that_goes_out_never_is() -> None:
    post, _ = made.friday(13)
    steps = tuple(replace(step, share=0.3 if n in (1, 7, 8) else 1.0) for n, step in enumerate(post.steps))
    page = _page((made.scan(replace(post, steps=steps)), {}))
    assert "<summary>1 occasional step</summary>" in page
    folded = page.partition("<summary>1 occasional step</summary>")[2].partition("</details>")[0]
    assert re.findall(r'class="n">(\d+)<', folded) == ["2"]


@given(st.lists(st.integers(0, 400), max_size=60))
@example([0] * 7)
def test_every_dated_occurrence_is_a_dot_inside_the_picture(days: list[int]) -> None:
    first = datetime(2025, 1, 1, tzinfo=UTC)
    times = [first + timedelta(days=day) for day in days]
    picture = timeline([*times, None], first, first + timedelta(days=400))
    assert len({x for x, _ in picture.dots}) == len(set(days))
    assert len(picture.dots) == len(times) or len(times) > 6  # on one spot no more than six are told apart
    assert picture.undated == 1
    assert all(0 <= x <= TIMELINE_WIDTH and 0 <= y <= picture.height for x, y in picture.dots)


# ---- report.json


def test_the_document_names_every_place_of_every_occurrence() -> None:
    scan, _ = sample()
    found = document(scan)
    json.dumps(found)
    events = found["candidates"][0]["occurrences"][1]["events"]
    assert {"path": "people/bo/.zsh_history", "line": 101} in events
    assert any(event.get("commit") and event["path"] == "repos/site" and "line" not in event for event in events)
    assert [len(c["occurrences"]) for c in found["candidates"]] == [c["count"] for c in found["candidates"]]


def test_the_document_has_aliases_times_in_utc_and_the_conservation_law() -> None:
    found = document(sample()[0])
    first = found["candidates"][0]["occurrences"][0]
    assert first["person"] == "p1"
    assert first["start"] == "2026-01-02T14:00:00Z"
    source = found["sources"][0]
    counted = [source["events"], source["duplicates"], source["held_back"]]
    spent = sum([*counted, *source["ignored"].values(), *source["bad"].values()])
    assert source["records"] == spent
    assert found["suppressed"][0] == {"steps": ["git status", "git diff"], "count": 240, "rule": "looks like browsing"}


def test_work_habits_stand_apart_from_what_was_not_proposed() -> None:
    scan, drafts = sample()
    found = document(scan)
    assert found["habits"] == [{"steps": ["vim <file>", "python <file.py>"], "count": 61, "rule": "two steps only"}]
    assert ["vim <file>", "python <file.py>"] not in [one["steps"] for one in found["suppressed"]]
    page, markdown = _page((scan, drafts)), report_markdown(scan, at=made.AT, drafts=drafts)
    assert 'data-at="/habits/0/count">61<' in page
    assert (
        page.index("Work habits</h3>") < page.index("vim &lt;file&gt; → python") < page.index("What was not proposed")
    )
    assert (
        markdown.index("## Work habits") < markdown.index("python &lt;file.py&gt;") < markdown.index("## What was not")
    )
    without = replace(scan, suppressed=scan.not_proposed)
    assert "Work habits" not in _page((without, drafts)) + report_markdown(without, at=made.AT, drafts=drafts)


def test_one_candidate_is_documented_as_in_the_report() -> None:
    scan, _ = sample()
    assert candidate_document(scan.candidates[0]) == document(scan)["candidates"][0]


def test_a_report_that_proposes_nothing_says_why_with_figures_of_the_document() -> None:
    scan = made.nothing_proposed()
    page, markdown = _page((scan, {})), report_markdown(scan, at=made.AT, drafts={})
    assert 'fewer than three steps hold together (<span data-at="/by_rule/no-core">8 sequences</span>)' in page
    assert "fewer than three steps hold together (8 sequences)." in markdown
    at = document(scan)["suppressed"].index(
        {"steps": ["git pull", "make", "./run"], "count": 9, "rule": "explained by chance"}
    )
    assert f'git pull → make → ./run</code>, <span data-at="/suppressed/{at}/count">9 times</span>' in page
    assert "- git pull → make → ./run, 9 times: explained by chance" in markdown
    assert document(scan)["by_rule"]["no-core"] == 8
    assert "Nearest to one" not in _page(sample())


def test_the_page_of_a_merged_bundle_says_each_thing_once() -> None:
    scan, drafts = sample()
    merged = replace(scan, merged=True, sources=(), suppressed=(), skipped=())
    for shown in (merged, replace(merged, candidates=())):
        page = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", _page((shown, drafts)), flags=re.DOTALL)
        lead = re.sub(r"<.*?>", "", page.partition('<p class="lead">')[2].partition("</p>")[0])
        assert re.sub(r"<.*?>", "", page).count(lead) == 1
        assert "Read more history" not in page


def test_what_bots_alone_did_is_said_so_in_every_form_and_the_document_keeps_its_number() -> None:
    scan = made.scan(replace(made.friday(13)[0], people=0, by=(0.0, 0.0, 1.0)))
    page, markdown = report_html(scan, at=made.AT, drafts={}), report_markdown(scan, at=made.AT, drafts={})
    for text in (page, markdown, report_digest(scan, at=made.AT, drafts={})):
        assert "by bots alone" in text
        assert "0 people" not in re.sub(r"<[^>]*>", "", text)
    assert "for bots did all of it" in page
    assert document(scan)["candidates"][0]["people"] == 0

"""report.json and its types: every key of the document is a key of its type, and the page of the report lists every fact."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import builders_scan as made
from fivetimes.model.candidates import Tier
from fivetimes.model.changes import Changes, Gone, Promotion
from fivetimes.model.reliability import Unready
from fivetimes.model.scans import Chance, Composition
from fivetimes.reports import candidate_document, document, sources_document
from fivetimes.reports.cards import FACTS
from fivetimes.reports.document import ReportDocument
from fivetimes.reports.routine_document import CandidateDocument
from fivetimes.reports.source_document import SourcesDocument

ROOT = Path(__file__).parents[2]


def wrong(value: Any, kind: Any, at: str = "") -> Iterator[str]:
    """Where a value is not of its type."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if all(list(wrong(value, part, at)) for part in parts):
            yield f"{at}: {value!r} is none of {parts}"
    elif is_typeddict(kind):
        yield from _wrong_keys(value, kind, at)
    elif origin in (list, dict):
        for key, item in value.items() if origin is dict else enumerate(value):
            yield from wrong(item, parts[-1], f"{at}/{key}")
    elif kind is not Any and not isinstance(value, (float, int) if kind is float else kind):
        yield f"{at}: {value!r} is no {kind.__name__}"


def _wrong_keys(value: Any, kind: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: {value!r} is no object"
        return
    hints = get_type_hints(kind, include_extras=True)
    required = {key for key, hint in hints.items() if get_origin(hint) is not NotRequired}
    yield from (f"{at}/{key}: not in {kind.__name__}" for key in value.keys() - hints.keys())
    yield from (f"{at}/{key}: missing" for key in required - value.keys())
    for key in value.keys() & hints.keys():
        yield from wrong(value[key], get_type_hints(kind)[key], f"{at}/{key}")


def test_a_report_has_the_keys_and_types_that_its_type_names() -> None:
    post, release = made.friday(13)[0], made.release(8)[0]
    scan = made.scan(post, release, made.review(4)[0])
    found = document(scan, drafts={post.id: made.drafted(*made.friday(13))})
    assert list(wrong(found, ReportDocument)) == []
    assert found["candidates"][0].keys() >= {"draft", "standing"}


def test_the_rarer_parts_of_a_report_have_the_keys_of_their_types() -> None:
    post = replace(made.friday(6)[0], unready=(Unready(1, "skill:x", 3, 3, 2, "failed"),))
    scan = replace(
        made.scan(post),
        changes=Changes(
            (post.id,),
            (Promotion(post.id, Tier.NOTICED, Tier.EXTRACT),),
            (Gone("x-1", "X", 11, "part of another", post.id),),
        ),
        compositions=(Composition("week", 2, 4, (("post", 4),)),),
        chance=(Chance("shuffled", 5, 1.0, 0.5, 0.0),),
    )
    assert list(wrong(document(scan), ReportDocument)) == []


def test_one_candidate_and_the_sources_have_the_keys_of_their_types() -> None:
    scan = made.scan(made.friday(6)[0])
    assert list(wrong(candidate_document(scan.candidates[0]), CandidateDocument)) == []
    advice = [["Set it."]] * len(scan.sources)
    assert list(wrong(sources_document(scan.sources, advice, ("x: no such file.",)), SourcesDocument)) == []


def test_every_fact_of_a_card_is_listed_on_the_page_of_the_report() -> None:
    page = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    assert [label for label, _ in FACTS if f"\n| {label} | " not in page] == []

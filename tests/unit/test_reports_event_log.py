"""The runs of a routine as XES: every step of every run in its order, and nothing that tells who, where or with what."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

import pytest

import builders_scan as made
import xes_rules
from fivetimes.reports import xes


def test_a_run_is_a_case_and_each_step_of_it_an_event_with_its_time() -> None:
    candidate, _ = made.friday(6)
    cases = ElementTree.fromstring(xes(candidate)).findall("trace")
    assert len(cases) == 6
    for case, occurrence in zip(cases, candidate.occurrences, strict=True):
        events = [{each.get("key"): each.get("value") for each in event} for event in case.findall("event")]
        done = [moment for moment in occurrence.moments if moment.step is not None]
        assert [event["concept:name"] for event in events] == [candidate.steps[moment.step].action for moment in done]
        assert [datetime.fromisoformat(str(event["time:timestamp"])) for event in events] == [one.time for one in done]
        assert {event["lifecycle:transition"] for event in events} == {"complete"}


def test_a_log_is_as_the_standard_demands() -> None:
    candidate, _ = made.friday(6)
    assert xes_rules.broken(xes(candidate)) == []


@pytest.mark.parametrize(
    ("written", "instead", "why"),
    [
        ('xes.version="1849.2016"', 'xes.version="1849-2016"', "decimal"),
        ("<trace>", "<case>", "case"),
        ('key="lifecycle:transition" value="complete"', 'key="concept:name" value="x"', "two attributes of one key"),
        ('prefix="time"', 'prefix="tme"', "no declared extension"),
        ('<string key="lifecycle:transition" value="complete" />\n    </event>', "</event>", "which are global"),
        ('keys="concept:name"', 'keys="org:resource"', "a classifier of keys"),
        ('key="time:timestamp" value="2', 'key="time:timestamp" value="on 2', "dateTime"),
    ],
)
def test_the_rules_of_the_standard_are_such_that_a_log_can_break_them(written: str, instead: str, why: str) -> None:
    candidate, _ = made.friday(6)
    text = xes(candidate)
    assert written in text
    spoilt = text.replace(written, instead).replace("</trace>", "</case>" if instead == "<case>" else "</trace>")
    assert why in " ".join(xes_rules.broken(spoilt))


def test_nobody_and_no_place_is_in_it_and_no_text_makes_an_element() -> None:
    candidate, _ = made.friday(6)
    occurrences = [replace(each, person="zora") for each in candidate.occurrences]
    text = xes(replace(candidate, title='</log><log title="x">\n', occurrences=tuple(occurrences)))
    assert len(ElementTree.fromstring(text).findall("trace")) == 6
    assert not [word for word in ("zora", "zsh_history", "amber-notes", "repos/site") if word in text]


def test_what_has_no_time_or_is_no_step_has_none_in_the_log() -> None:
    candidate, _ = made.friday(6)
    first = candidate.occurrences[0]
    untimed, between, *rest = first.moments
    moments = (replace(untimed, time=None), replace(between, step=None), *rest)
    log = ElementTree.fromstring(xes(replace(candidate, occurrences=(replace(first, moments=moments),))))
    events = log.findall("trace/event")
    assert len(events) == len(first.moments) - 1
    assert [event.find("date") is None for event in events] == [True, *[False] * len(rest)]

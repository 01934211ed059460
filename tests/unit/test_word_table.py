"""What of a word ties it to another: one version, day or ticket is one value, however it is written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import logs
from fivetimes.actions import normalise
from fivetimes.eventlog.word_table import identifiers

numbers = st.lists(st.integers(0, 999), min_size=2, max_size=4)
FORMS = ("{}", "v{}", "release/{}", "app-{}.tar.gz", "store_{}", "version:{}")


@given(numbers, st.sampled_from(".-_"), st.sampled_from(FORMS))
def test_a_version_is_one_value_however_it_is_written(found, joint, form):
    plain = ".".join(map(str, found))
    assert plain in set(identifiers(form.format(joint.join(map(str, found)))))


@given(st.lists(numbers, min_size=2, max_size=2, unique_by=tuple), st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_two_versions_have_nothing_in_common(found, form, other):
    one, two = (".".join(map(str, version)) for version in found)
    assert not set(identifiers(form.format(one))) & set(identifiers(other.format(two)))


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_a_day_is_one_value_with_and_without_signs(day):
    assert set(identifiers(f"notes-{day:%Y-%m-%d}.md")) & set(identifiers(f"log_{day:%Y%m%d}.gz")) == {
        f"{day:%Y.%m.%d}"
    }


@given(st.from_regex(r"[A-Z]{2,6}", fullmatch=True), st.integers(1, 99999), st.integers(1, 99999))
def test_a_ticket_is_one_value_in_a_branch_a_message_and_a_file(project, number, other):
    assume(number != other)
    written = f"{project}-{number}", f"fix/{project.lower()}-{number}-login", f"{project}_{number}.md"
    assert all(f"{project.lower()}{number}" in set(identifiers(text)) for text in written)
    assert not set(identifiers(written[0])) & set(identifiers(f"{project}-{other}"))


@pytest.mark.parametrize("text", ["", "src", "main.py", "two words", "-", "1", "..", "a/b/c"])
def test_what_has_no_number_of_its_own_names_no_one_thing(text):
    assert list(identifiers(text)) == []


def test_a_release_and_its_tag_share_a_value_in_a_history():
    versions = "2.5.10", "2.6.0", "3.0.0"
    typed = [
        line
        for one in versions
        for line in (f"fastlane release version:{one}", f"git tag store-{one.replace('.', '-')}")
    ]
    actions = normalise(logs.log_of(logs.shell(typed)))
    start, values = actions.value_start, actions.values
    held = [set(values[start[at] : start[at + 1]].tolist()) for at in range(len(typed))]
    shared = [[bool(one & other) for other in held[1::2]] for one in held[::2]]
    assert shared == [[True, False, False], [False, True, False], [False, False, True]]

"""Values of an input in the runs -> the command that prints what the next run would take: a date, a week, the next version.

A proposal is made where nearly every run had just that value: what the calendar showed when it began, or the version of the run
before, raised in one of its parts. A person may give another value all the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from fivetimes.conductor_document import ConductorDocument, Reference, template_parts
from fivetimes.conductors.alternatives import NEARLY_ALL
from fivetimes.conductors.outputs import tags_made
from fivetimes.model.occurrences import Occurrence

# What a calendar shows, as `date` and `strftime` write it alike: days, weeks after ISO 8601, months, years.
_CALENDAR = "%Y-%m-%d %Y%m%d %d.%m.%Y %y%m%d %G-W%V %GW%V %Y-%m %Y%m %V %m %Y".split()
# Hours by which the clocks that people live by differ from UTC, in which runs are known. Nobody lives in the zones west of these.
_ZONES = range(-10, 15)
_TWICE = 2  # values that differ, and pairs of runs, from which a rule shows: one may fit by chance
_VERSION = re.compile(r"\d+(?:\.\d+){1,3}")
_TAG = re.compile(r"[A-Za-z0-9_/-]*")  # what stands before the version in a tag, of letters that no pattern reads


def calendar_command(values: Mapping[int, str], runs: Sequence[Occurrence]) -> str | None:
    """The command that prints what nearly all runs had, if that was the day, the week, the month or the year of the run.

    Args:
        values: by the number of the run.
        runs: of the routine. Each person lives by one clock, which is not known: the one that fits most of their runs.
    """
    starts = {number: (runs[number].person, runs[number].start) for number in values}
    known = [(person, start, values[number]) for number, (person, start) in starts.items() if start is not None]
    if len({value for _, _, value in known}) < _TWICE:
        return None
    return next((f"date +{form}" for form in _CALENDAR if _is_calendar(form, known)), None)


def _is_calendar(form: str, known: Sequence[tuple[str, datetime, str]]) -> bool:
    fitting: dict[str, Counter[int]] = defaultdict(Counter)
    left = len(known)  # that may still fit
    for person, start, value in known:
        hours = [hours for hours in _ZONES if (start + timedelta(hours=hours)).strftime(form) == value]
        fitting[person].update(hours)
        left -= not hours
        if left < NEARLY_ALL * len(known):
            return False
    return sum(max(hours.values(), default=0) for hours in fitting.values()) >= NEARLY_ALL * len(known)


def raised_part(values: Mapping[int, str], runs: Sequence[Occurrence]) -> int | None:
    """The part of a version, from 1, that nearly every run raised by one above the run before, with all behind it at 0.

    Args:
        values: by the number of the run.
        runs: of the routine.

    Example:
        >>> from datetime import UTC, datetime
        >>> runs = [Occurrence("ana", datetime(2026, 1, day, tzinfo=UTC), None, 0, 0.0, ()) for day in (1, 2, 3, 4)]
        >>> raised_part({0: "1.4.2", 1: "1.5.0", 2: "1.6.0", 3: "1.7.0"}, runs)
        2
        >>> raised_part({0: "1.4.2", 1: "1.4.4", 2: "2.0.1", 3: "1.7.0"}, runs) is None
        True
    """
    began = [(start, values[number]) for number in values if (start := runs[number].start) is not None]
    steps = [_raised(before, after) for (_, before), (_, after) in pairwise(sorted(began))]
    part, times = Counter(steps).most_common(1)[0] if steps else (None, 0)
    return part if times >= max(_TWICE, NEARLY_ALL * len(steps)) else None


def _raised(before: str, after: str) -> int | None:
    if not _VERSION.fullmatch(before) or not _VERSION.fullmatch(after):
        return None
    old, new = (list(map(int, text.split("."))) for text in (before, after))
    for part in range(len(old)):
        if new == [*old[:part], old[part] + 1, *([0] * (len(old) - part - 1))]:
            return part + 1
    return None


def next_version_command(part: int, parts: int, before: str) -> str:
    """The command that raises the highest version among the tags of a repository; it prints nothing where there is none.

    Args:
        part: that is raised, from 1.
        parts: of a version.
        before: what stands before the version in a tag.

    Example:
        >>> print(next_version_command(2, 3, "v"))
        git tag --list 'v[0-9]*' --sort=-version:refname | sed -n '1s|^v||p' | awk -F. -v OFS=. '{ $2 = $2 + 1; $3 = 0; print }'
    """
    zero = "".join(f" ${behind} = 0;" for behind in range(part + 1, parts + 1))
    raised = f"'{{ ${part} = ${part} + 1;{zero} print }}'"
    newest = f"git tag --list '{before}[0-9]*' --sort=-version:refname | sed -n '1s|^{before}||p'"
    return f"{newest} | awk -F. -v OFS=. {raised}"


def propose(document: ConductorDocument, values: Mapping[str, Mapping[int, str]], runs: Sequence[Occurrence]) -> None:
    """Write into the inputs of a draft from where their next values can be found out, where the runs show it.

    A version is only proposed where the routine itself tags it: else the tags of the repository may be of something else.

    Args:
        document: of a draft; its inputs are changed.
        values: of each input, by the number of the run.
        runs: of the routine.
    """
    for name, entry in document["inputs"].items():
        own = values.get(name, {})
        if command := calendar_command(own, runs):
            entry["source"], entry["proposal"] = "calendar", command
        elif command := _from_tags(name, own, runs, document):
            entry["source"], entry["proposal"] = "repository", command


def _from_tags(
    name: str, values: Mapping[int, str], runs: Sequence[Occurrence], document: ConductorDocument
) -> str | None:
    part = raised_part(values, runs)
    if part is None:
        return None
    for text in (text for step in document["steps"] for text in tags_made(step)):
        before, *rest = ["", *template_parts(text)][-2:]
        if rest == [Reference("inputs", name)] and len(template_parts(text)) <= _TWICE and _TAG.fullmatch(str(before)):
            return next_version_command(
                part, 1 + Counter(map(_dots, values.values())).most_common(1)[0][0], str(before)
            )
    return None


def _dots(version: str) -> int:
    return version.count(".")

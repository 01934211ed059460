"""SCOWL's lists of common English words -> src/fivetimes/redaction/english.txt.gz.

    python tools/build_english.py FOLDER

`FOLDER` is SCOWL's folder of lists (`final/`, or `/usr/share/dict/scowl` of Debian's package `scowl`). Taken are lower-case
words of its sizes up to 50, which it calls medium. Left out is whatever its lists of names up to that size have too (`rose`,
`bridges`): first names and surnames are what the list is there to tell words from. The commonest words stay all the same
(`day`, `white`): they give nobody away. Added are the days and months, and words of offices and software that such a list does
not have. Attribution stands in src/fivetimes/redaction/ATTRIBUTION.txt.
"""

from __future__ import annotations

import argparse
import calendar
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src" / "fivetimes" / "redaction" / "english.txt.gz"
SIZE = 50  # a larger one has words that are also what somebody's firm is called, and few that name a piece of work
COMMONEST = 10  # SCOWL's smallest size: 4,000 words
OFFICE = """
admins api async backend backlog backoffice changelog checkin checklist checkout codegen config configs crm css csv dashboard
dataset dedupe dev devops diff dns docs dropdown ebook embeddings epub faq faqs figma frontend github gitlab gpu gui hotfix hr
html http invoicing ios iso javascript jira jpg json kanban kickoff kpi kpis lint linter localhost lookup metadata monorepo
namespace offboarding okr okrs onboarding outbound outreach pdf png podcast postmortem preview printout prod qa readme rebase
rebrand recap refactor repo repos retro retrospective roadmap rollback rollout rsvp runbook salesforce schema screenshot sdk seo
signoff signup sitemap slack slideshow spreadsheet sprint sql standup storyboard subtitle subtitles svg teardown thumbnail
timesheet timesheets todo todos transcode typescript typo url urls ux vat vlog voiceover vpn wiki wikipedia workflow workspace
writeup xml yaml youtube zendesk zip
"""
_LIST = re.compile(r"(?:english|american|british)-(words|proper-names|upper)\.(\d+)")


def listed(folder: Path, *, kinds: tuple[str, ...], size: int) -> Iterator[str]:
    """The entries of all lists of some kinds up to a size, without a possessive ending."""
    for path in sorted(folder.iterdir()):
        found = _LIST.fullmatch(path.name)
        if found is not None and found[1] in kinds and int(found[2]) <= size:
            yield from (word.removesuffix("'s") for word in path.read_text("latin-1").split())


def main() -> None:
    """Write the list."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    names = {name.lower() for name in listed(folder, kinds=("proper-names", "upper"), size=SIZE)}
    commonest = set(listed(folder, kinds=("words",), size=COMMONEST))
    days = {name.lower() for name in (*calendar.day_name, *calendar.month_name)}
    found = set(listed(folder, kinds=("words",), size=SIZE)) - names | commonest | days | set(OFFICE.split())
    words = sorted(word for word in found if re.fullmatch("[a-z]{2,}", word))
    TARGET.write_bytes(gzip.compress(" ".join(words).encode(), 9, mtime=0))
    print(f"{len(words)} words, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()

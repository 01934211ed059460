"""Scan -> the text of a report, in the form that is asked for, without names that one person alone has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fivetimes.columns import SessionLog
from fivetimes.model.conductors import Conductor, ConductorEffect
from fivetimes.model.live_text import LiveText
from fivetimes.model.scans import Scan
from fivetimes.redaction import OwnNames
from fivetimes.reports.document import document
from fivetimes.reports.event_log import csv_of, xes_of
from fivetimes.reports.page import report_digest, report_html, report_markdown
from fivetimes.reports.passed_on import passed_on, passed_on_effects
from fivetimes.reports.persons import aliases


@dataclass(frozen=True, slots=True)
class ReportExtras:
    """What a report shows besides the scan.

    Attributes:
        names: which names may be passed on, and what stands for the others.
        drafts: by id.
        effects: what approved conductors changed.
        sessions: all work, for an event log.
        people: whether the owner's own page has persons.
        live: for that page, the lines behind each routine.
    """

    names: OwnNames
    drafts: Mapping[str, Conductor] = field(default_factory=dict)
    effects: tuple[ConductorEffect, ...] = ()
    sessions: SessionLog | None = None
    people: bool = False
    live: Mapping[str, LiveText] | None = None


class ReportForm(StrEnum):
    """In what form a report is written."""

    HTML = "html"
    MARKDOWN = "md"
    DIGEST = "digest"
    JSON = "json"
    XES = "xes"
    CSV = "csv"


def report(scan: Scan, *, form: ReportForm, extras: ReportExtras, at: datetime) -> str:
    """The report as text, without names that one person alone has; the page with live lines is its owner's, and has them.

    Args:
        scan: what was found.
        form: the page, Markdown or JSON; XES or CSV: all work as an event log, a case for each session.
        extras: what is shown besides the scan; persons and live lines on the page alone; an event log needs the sessions.
        at: when it is written.
    """
    if form in (ReportForm.XES, ReportForm.CSV):
        return _event_log(scan, form=form, extras=extras)
    is_owners = form is ReportForm.HTML and extras.live is not None
    drafts, effects = extras.drafts, extras.effects
    if not is_owners:
        scan, drafts = passed_on(scan, drafts, extras.names)
        effects = passed_on_effects(effects, extras.names)
    if form is ReportForm.JSON:
        return json.dumps(document(scan, drafts=drafts, effects=effects), indent=1)
    if form is ReportForm.DIGEST:
        return report_digest(scan, at=at, drafts=drafts, effects=effects)
    if form is ReportForm.MARKDOWN:
        return report_markdown(scan, at=at, drafts=drafts, effects=effects)
    return report_html(scan, at=at, drafts=drafts, effects=effects, people=extras.people, live=extras.live)


def _event_log(scan: Scan, *, form: ReportForm, extras: ReportExtras) -> str:
    if extras.sessions is None:
        raise ValueError("an event log is made of the sessions: give ReportExtras the sessions")
    from fivetimes.reports import frames  # which loads pandas, for no other form

    alias = aliases(scan, extras.sessions.actions.events.persons)
    table = frames.session_log(frames.events(extras.sessions, scan, alias))
    done = "concept:name"
    table[done] = table[done].map({label: extras.names.label(label) for label in table[done].unique()})
    return xes_of("sessions", table) if form is ReportForm.XES else csv_of(table)

"""Scan -> report: one HTML page, Markdown, JSON, and what a terminal shows. In the order in which they act:

- `figures`: what a report computes from the routines, and how a figure is written so that it can be looked up;
- `persons`: the aliases by which a report calls people;
- `routine_document`, `source_document`, `search_document`: a routine, a source, and what became of sequences, in plain values;
- `document`: everything that was found in plain values, as report.json holds it;
- `pictures`: the geometry of weeks, timeline, trend and graph;
- `cards`: one routine in words;
- `page`: the HTML page and the Markdown, by their templates;
- `passed_on`: a scan and its drafts without names that one person alone has, for a report that others may read;
- `forms`: the report as text, in the form that is asked for;
- `terminal`: the ladder, one routine and the sources at a terminal;
- `event_log`: the runs of one routine, or all sessions, as an event log (XES, CSV), for programs of process mining;
- `frames`: the same facts as pandas tables for a notebook.
"""

import lazy_loader

# what is exported stands in the stub beside this file, and is imported when it is first asked for: a command pays for what it uses
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

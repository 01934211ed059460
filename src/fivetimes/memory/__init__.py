"""Sources -> what is remembered of them, redacted: `collect`, `remembered`, `forget`, `kept`.

Shells keep the last few hundred lines and agents delete their transcripts after a month. Memory keeps what the event log would hold
of each record: labels, placeholders, times, and keyed digests by which a text is recognised again; no text of any source. It exists
from the first `fivetimes collect` on.

The modules, from what is asked for down to what is stored:

- `collecting`: what is new in the sources, found by `eventlog.reconcile`;
- `parts`: rows as Parquet files, written whole;
- `manifest`: which parts count, and what is known of each file; one transaction makes both true.
"""

import lazy_loader

# what is exported stands in the stub beside this file, and is imported when it is first asked for: a command pays for what it uses
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""One history over many files, in random overlaps, formats and orders: a scan counts every act once.

`make overlaps` tries 1,000 plans; without OVERLAPS a few are tried.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from fivetimes import ingest
from fivetimes.columns import EventLog
from fivetimes.eventlog import deduplicate, redact
from fivetimes.model.sources import Balance, RawBatch
from overlaps import Plan, by_text, expected, plans, unsure, written

PLANS = int(os.environ.get("OVERLAPS", "60"))
# Lines that stand just behind what two files share, and happen to be the same in both: text alone cannot tell them apart.
EDGE = 3


def counted(paths: Sequence[Path]) -> tuple[Counter[str], EventLog]:
    """How often a scan of these files counts each line, and its events."""
    found, missing = ingest.named(paths)
    assert missing == []
    batches: list[RawBatch] = []
    text: dict[tuple[str, int], str] = {}
    for source in found:
        for batch in ingest.READERS[source.reader](source, Balance()):
            batches.append(batch)
            text |= {(batch.origin, line): one for line, one in zip(batch.line or (), batch.text, strict=True)}
    log = deduplicate(redact(batches, key=b"a key for tests only", identify=lambda _owner, _record: "ana"))
    places = zip(log.columns["origin"].tolist(), log.columns["line"].tolist(), strict=True)
    return Counter(text[log.origins[origin], line] for origin, line in places), log


@settings(max_examples=PLANS, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(plans())
def test_every_act_counts_once_over_whatever_files_it_lies(plan: Plan) -> None:
    with tempfile.TemporaryDirectory() as folder:
        count, log = counted(written(plan, Path(folder)))
    whole = expected(plan)
    more, fewer = (count - whole).total(), (whole - count).total()
    if not by_text(plan):
        assert (more, fewer) == (0, 0)
    assert more <= unsure(plan)
    assert fewer <= EDGE or log.deduplicated  # then the report says "at least"

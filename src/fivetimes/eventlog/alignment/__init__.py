"""EventLog -> EventLog: histories without times set beside the same person's timed records: `align`."""

from fivetimes.eventlog.alignment.placing import align

__all__ = ["align"]

"""RawBatch -> EventLog: redacted, one row per event, one order in time."""

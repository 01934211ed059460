"""One file per source: how it is recognised, where it lies, what its program loses, `read`. The table is `ingest/registry.py`."""

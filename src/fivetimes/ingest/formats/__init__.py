"""Bytes of a source -> its records, for the formats that several readers share.

- `budget`: what reading a source may cost, counted where bytes come in;
- `files`: blocks of whole records, folders of files, compressed files;
- `values`: what is written in a field, as a value;
- `records`: records with named fields -> `RawBatch`;
- `text_history`: the histories of shells and consoles -> `RawBatch`;
- `json_objects`: JSON lines and JSON documents;
- `tables`: CSV and Parquet;
- `sqlite`, `sqlite_journals`: databases, also those in use;
- `agent_calls`: the transcripts of agents -> `RawBatch`;
- `repository`: what git prints of a repository.
"""

"""Formats that several sources share: text histories, JSON, SQLite, CSV and Parquet, agents' calls, git."""

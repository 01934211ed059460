"""For every test: no network, also in what it starts (see functional/conftest.py); and the longest begin first."""

import pytest

import offline.sitecustomize  # noqa: F401  # blocks as soon as it is imported


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a minute, as each notebook does, begins first: at the end, one process would work on it alone."""
    items.sort(key=lambda item: item.path.suffix != ".ipynb" and item.get_closest_marker("slow") is None)

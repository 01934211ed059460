"""One browser for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chromium import Browser, start


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A window with a profile of its own."""
    window = start(tmp_path_factory.mktemp("profile"))
    yield window
    window.driver.quit()

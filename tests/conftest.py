"""For every test: no network. What the tests start as a process of its own loads the same file (see functional/conftest.py)."""

import offline.sitecustomize  # noqa: F401  # blocks as soon as it is imported

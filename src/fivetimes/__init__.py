"""fivetimes: what do we keep doing by hand, and which of it should become a conductor?

`scan` and `ScanResult` are what Python programs and notebooks use, `__version__` is the installed version (`docs/python.md`). Each
is looked up when it is first asked for: the import alone costs nothing, and the command line starts with it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fivetimes.results import ScanResult, scan

    __version__: str

__all__ = ["ScanResult", "__version__", "scan"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("fivetimes")
    if name in ("ScanResult", "scan"):
        from fivetimes import results

        return getattr(results, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

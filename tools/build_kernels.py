"""`kernels.c` -> `kernels.wasm`, the compiled loops of the search as they are shipped.

    make kernels

Compiles with the C compiler of the package `ziglang`, which stands in an environment of its own and whose version the Makefile
pins, so that the same source gives the same bytes on every machine. It ends with a section that holds the digest of the source:
`tests/unit/test_webassembly.py` sees a source that was changed and not compiled.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "fivetimes" / "kernels" / "kernels.c"
OPTIONS = ["-target", "wasm32-wasi", "-mexec-model=reactor", "-O3", "-Wall", "-Wextra", "-Werror"]
LINKED = ["-Wl,--no-entry", "-Wl,--strip-all", "-Wl,--export=__heap_base", "-Wl,--export=top", "-Wl,--export=arguments"]
SECTION = b"source"


def signed(module: bytes, source: bytes) -> bytes:
    """A module with one more section, which programs that run it pass over: the digest of its source."""
    content = bytes([len(SECTION)]) + SECTION + hashlib.sha256(source).digest()
    return (
        module + bytes([0, len(content)]) + content
    )  # 0: a custom section; its length takes one byte, as it is below 128


def main() -> None:
    """Compile."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "kernels.wasm"
        subprocess.run(
            [sys.executable, "-m", "ziglang", "cc", *OPTIONS, *LINKED, "-o", str(out), str(SOURCE)], check=True
        )
        module = out.read_bytes()
    SOURCE.with_suffix(".wasm").write_bytes(signed(module, SOURCE.read_bytes()))


if __name__ == "__main__":
    main()

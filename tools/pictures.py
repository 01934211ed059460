"""The sample team's report and ladder -> the pictures of the README: `make pictures`.

The terminal's picture is Rich's own SVG without the fonts that it would fetch; the pages are taken by a headless Chromium and
reduced to 64 colours, so that each stays small.
"""

from __future__ import annotations

import base64
import io
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console

from chromium import start
from fivetimes import pipeline
from fivetimes.reports import terminal

_WIDTH = 150  # columns of the terminal
# (name, the first and the last element of the report that it shows)
_PAGES = (("report", "header", "section[aria-labelledby=trend-title]"), ("routine", "#card-2", "#card-2 .flow"))
_EDGE = 24  # pixels around


def ladder(config: Path) -> str:
    """What `fivetimes scan` prints on a wide terminal, as SVG."""
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print("[bold]$ fivetimes scan[/bold]", highlight=False)
    console.print(terminal.ladder(pipeline.scan_team(config), width=_WIDTH), highlight=False)
    svg = console.export_svg(title="fivetimes scan", unique_id="ladder")
    svg = re.sub(r"<!-- .*? -->", "", svg)
    return re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)


def pages(report: Path, folder: Path) -> None:
    """Parts of the report as PNG."""
    with tempfile.TemporaryDirectory() as profile:
        window = start(Path(profile))
        window.open(report, width=1180, height=4000)
        for name, first, last in _PAGES:
            window.run("arguments[0].open = true", window.one("#card-2"))
            top, bottom = window.one(first).rect, window.one(last).rect
            left, width = min(top["x"], bottom["x"]), max(top["width"], bottom["width"])
            height = bottom["y"] + bottom["height"] - top["y"]
            clip = {"x": left - _EDGE, "y": top["y"] - _EDGE, "width": width + 2 * _EDGE, "height": height + 2 * _EDGE}
            taken = window.driver.execute_cdp_cmd(
                "Page.captureScreenshot", {"clip": {**clip, "scale": 1}, "captureBeyondViewport": True}
            )
            _save(taken["data"], folder / f"{name}.png")
        window.driver.quit()


def _save(data: str, path: Path) -> None:
    picture = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    picture.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """`pictures.py CONFIG REPORT FOLDER`."""
    config, report, folder = map(Path, sys.argv[1:4])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "terminal.svg").write_text(ladder(config), encoding="utf-8")
    pages(report.absolute(), folder)


if __name__ == "__main__":
    main()

"""The sample team's report, ladder and Friday run -> the pictures of the README: `make pictures`.

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
from functional.test_friday import Friday, play

_WIDTH = 150  # columns of the terminal
_NARROW = 100  # columns of the terminal of `status`
_RUN_PAGE = 1150  # pixels: the questions up to the trail
# (name, the first and the last element of the report that it shows)
_PAGES = (("report", "header", ".index"), ("routine", "#card-2", "#card-2 .flow"))
_EDGE = 24  # pixels around


def ladder(config: Path) -> str:
    """What `fivetimes scan` prints on a wide terminal, as SVG."""
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print("[bold]$ fivetimes scan[/bold]", highlight=False)
    console.print(terminal.ladder(pipeline.scan_team(config), width=_WIDTH), highlight=False)
    return _plain(console.export_svg(title="fivetimes scan", unique_id="ladder"))


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


def friday(folder: Path) -> None:
    """How the conductors stand while the run of docs/friday.md waits at its gate, and the page of that run."""
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as profile:
        played = Friday(Path(made))
        shown, _ = play(played)
        (folder / "status.svg").write_text(_svg("fivetimes status", shown["status"]), encoding="utf-8")
        window = start(Path(profile))
        window.open(played.machine.here / "run.html", width=1180, height=_RUN_PAGE)
        _save(window.driver.get_screenshot_as_base64(), folder / "run.png")
        window.driver.quit()


def _svg(command: str, text: str) -> str:
    console = Console(record=True, width=_NARROW, file=io.StringIO(), force_terminal=True)
    console.print(f"[bold]$ {command}[/bold]", highlight=False)
    console.print(text.rstrip(), highlight=False, markup=False)
    return _plain(console.export_svg(title=command, unique_id="status"))


def _plain(svg: str) -> str:
    """Without fonts that would be fetched."""
    return re.sub(r"@font-face \{.*?\}", "", re.sub(r"<!-- .*? -->", "", svg), flags=re.DOTALL)


def _save(data: str, path: Path) -> None:
    picture = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    picture.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """`pictures.py CONFIG REPORT FOLDER`."""
    config, report, folder = map(Path, sys.argv[1:4])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "terminal.svg").write_text(ladder(config), encoding="utf-8")
    pages(report.absolute(), folder)
    friday(folder)


if __name__ == "__main__":
    main()

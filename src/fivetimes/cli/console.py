"""Text -> the terminal of a person: wide lines, a pager, a progress bar, an editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fivetimes.errors import FivetimesError

if TYPE_CHECKING:
    from rich.console import Console

    from fivetimes.model.scans import Scan
    from fivetimes.pipeline import Tick


def console() -> Console:
    """The console: as wide as the terminal; to a pipe, plain lines of any length."""
    from rich.console import Console

    return Console(soft_wrap=not sys.stdout.isatty(), highlight=False)


def say(renderable: object) -> None:
    """Print for a person; to a pipe, plain lines of any length."""
    console().print(renderable)


def page(renderable: object) -> None:
    """Print for a person what may be long: on a terminal that it does not fit, in a pager, as git does.

    The pager is the one of PAGER, else `less` or `more`; none where PAGER is empty or `cat`, which is what
    `--no-pager` makes of it.
    """
    screen, pager = console(), _pager()
    if pager is None:
        screen.print(renderable)
        return
    with screen.capture() as captured:
        screen.print(renderable)
    text = captured.get()
    if text.count("\n") >= screen.size.height and _shown_in(pager, text):
        return
    sys.stdout.write(text)


def _pager() -> list[str] | None:
    if not sys.stdout.isatty():
        return None
    words = shlex.split(os.environ.get("PAGER", shutil.which("less") or shutil.which("more") or ""))
    return None if words in ([], ["cat"]) else words


def _shown_in(pager: list[str], text: str) -> bool:
    """Whether a person saw the text in the pager; not where it cannot be started."""
    # colours, ends by itself where one screen holds all, leaves the text on the screen: what git sets
    environment = {"LESS": "FRX", **os.environ}
    try:
        subprocess.run(pager, input=text, text=True, encoding="utf-8", env=environment, check=False)
    except OSError:
        return False
    return True


def next_step(words: str) -> None:
    """What a person may do next, as the last line; on the standard error, so that the output holds the answer alone."""
    typer.echo(shown(f"Next: {words}"), err=True)


def tell(renderable: object) -> None:
    """Print for a person beside the output: on the standard error, so that the output can be read by a program."""
    from rich.console import Console

    Console(stderr=True, soft_wrap=not sys.stderr.isatty(), highlight=False).print(renderable)


def say_first(scan: Scan, print_it: Callable[[object], None] = say) -> None:
    """What stands before everything else that is printed of a scan: what could not be read, and its span."""
    from fivetimes.reports import terminal

    for line in terminal.reservations(scan):
        print_it(line)


def shown(text: str) -> str:
    """Lines unchanged but for control characters, which a terminal would obey."""
    from fivetimes.redaction import show

    return "\n".join(show(line) for line in text.split("\n"))


@contextmanager
def progress() -> Iterator[Tick]:
    """A progress bar with the name of the stage, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("reading", total=1.0)
        yield lambda stage, share: bar.update(task, description=stage, completed=share)


def edit(text: str) -> str | None:
    """Open a text in the person's own editor; None when they left it as it was.

    Raises:
        FivetimesError: there is no editor, or it ended with an error.
    """
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "conductor.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*editor, str(path)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise FivetimesError(f"{editor[0]}: this editor did not work. Name another one in EDITOR.") from error
        made = path.read_text(encoding="utf-8", errors="replace")
    return None if made == text else made

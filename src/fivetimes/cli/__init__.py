"""Words typed -> one call of the pipeline or of the review -> what is printed.

Exit codes: 0 done, 1 a stated problem, 2 wrong usage. Each command is a function of one module here, whose docstring and options
are its help; `COMMANDS` lists them in the order of `fivetimes --help`. What a command needs is imported when it is called, so that
the help stays quick.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from copy import copy
from functools import partial
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from fivetimes.cli import (
    agents,
    draft,
    explain,
    export,
    follow,
    memory,
    patterns,
    records,
    report,
    review,
    run,
    scan,
    sharing,
    sources,
)
from fivetimes.cli.answers import answer_error, called, complain, json_alone, json_words

COMMANDS: tuple[Callable[..., None], ...] = (
    sources.init,
    scan.scan,
    scan.show,
    explain.explain,
    draft.draft,
    report.report,
    memory.collect,
    memory.forget,
    sources.doctor,
    sources.names,
    sources.sources,
    draft.schema,
    patterns.patterns,
    draft.verify,
    review.review,
    review.decide,
    review.status,
    export.export,
    export.install,
    export.uninstall,
    run.run,
    run.answer,
    run.resume,
    run.runs,
    run.ask,
    follow.follow,
    follow.revise,
    records.record,
    follow.catalogue,
    records.bundle,
    records.verify_bundle,
    sharing.share,
    sharing.merge,
    agents.mcp,
)

app = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="What do we keep doing by hand, and which of it should become a conductor?",
)


def _version(asked: bool) -> None:
    if asked:
        from fivetimes import __version__

        typer.echo(f"fivetimes {__version__}")
        raise typer.Exit


@app.callback()
def _every(
    debug: Annotated[bool, typer.Option("--debug", hidden=True)] = False,
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Print long answers without a pager.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version  # `_version` has seen it
    if no_pager:
        os.environ["PAGER"] = ""
    if debug:
        logging.getLogger("fivetimes").setLevel(logging.DEBUG)


for _command in COMMANDS:
    app.command()(_command)


def json_options(commands: Mapping[str, Any]) -> dict[str, bool]:
    """Of each command with `--json` whether it takes a file there, as `json_words` wants it."""
    return {
        name: not option.is_flag
        for name, command in commands.items()
        for option in command.params
        if "--json" in option.opts
    }


def main() -> None:
    """Run the command line; a stated problem is one sentence and exit code 1, a fault of ours another."""
    # when Python ends it looks for cycles among all that is left, which takes a tenth of a call and frees nothing that matters then
    atexit.register(gc.freeze)
    # and it looks each 700 new objects, though nearly all that a scan makes lives until it ends: a thirtieth of its time
    gc.set_threshold(100_000)
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, TextIOWrapper
        ):  # a pipe of Windows has an alphabet of 250 letters: what it lacks becomes `?`
            stream.reconfigure(errors="replace")
    command_line: Any = typer.main.get_command(_for(sys.argv[1:]))
    words, alone = json_words(sys.argv[1:], json_options(command_line.commands))
    with json_alone() if alone else nullcontext():
        code = _called(partial(command_line.main, args=words, standalone_mode=False))
        answer_error("nothing", "nothing was done", code)  # as after a no to a question
    if code:
        sys.exit(code)


def _for(words: Sequence[str]) -> typer.Typer:
    """What is needed of the command line for these words: the command that they name, else everything.

    Looking at the parameters of all commands takes some 0.03 s, whatever is called (decision 81).
    """
    name = called(words)
    named = [one for one in app.registered_commands if one.callback and _name_of(one.callback) == name]
    needed = copy(app)
    needed.registered_commands = named or app.registered_commands
    return needed


def _name_of(command: Callable[..., Any]) -> str:
    return command.__name__.replace("_", "-")


_UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # what typer does not export: wrong options and arguments


def _called(command: Callable[[], object]) -> int:
    """Carry out a command; its exit code."""
    try:
        code = command()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except typer.Abort:
        typer.echo("Aborted!", err=True)
        answer_error("aborted", "aborted", 1)
        return 1
    except _UsageError as error:
        error.show()  # type: ignore[attr-defined]  # see above
        answer_error("usage", error.format_message(), 2)  # type: ignore[attr-defined]
        return 2
    except Exception as error:  # entry point: a traceback as Python prints it may quote what was read
        complain(error)
        return 1
    return code if isinstance(code, int) else 0

"""A command line -> program, subcommand path, script, flags and values, wrappers looked through: `parse`."""

from fivetimes.shell.line import parse

__all__ = ["parse"]

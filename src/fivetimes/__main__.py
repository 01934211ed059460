"""Words typed -> the command line; a hook that has nothing to do ends before the command line is imported.

Prompts start `fivetimes collect --every 15 --quiet` again and again: what parses options costs ten times what this answer does.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence


def main() -> None:
    """Run the command line, but for a collection that is not due."""
    if _not_due(sys.argv[1:]):
        return
    from fivetimes import cli

    cli.main()


def _not_due(words: Sequence[str]) -> bool:
    """Whether these are the words of a hook, and something was collected so recently; all others are parsed as usual."""
    others = {word for word in words[4:] if word.startswith("-")}
    if (
        [*words[:2], *words[3:4]] != ["collect", "--every", "--quiet"]
        or not words[2].isdecimal()
        or others - {"--config"}
    ):
        return False
    from fivetimes.config import collected_within, home

    return collected_within(home(os.environ), float(words[2]), now=time.time())


if __name__ == "__main__":
    main()

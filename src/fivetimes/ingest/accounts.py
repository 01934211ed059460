"""A recorded author -> whether it is a machine's account or an agent."""

from __future__ import annotations

import re

# A machine's account: the mark that a host gives it, or a name whose last word says so, or a known one that does not.
_BOT = re.compile(
    r"\[bot\]$|(?:^|[\W_])(?:ro)?bot\d*$|^(?:dependabot|renovate|greenkeeper|github-actions|weblate|travis ci)\b", re.I
)
# Co-authors that are programs: what they commit for a person, the person let them do
_AGENT = re.compile(
    r"@(?:anthropic|openai|cursor)\.com$|@(?:aider\.chat|devin\.ai)$|\[bot\]@|^(?:aider|cursoragent|codex|gemini-cli)@"
    r"|(?:^|\+)copilot@",
    re.I,
)


def is_bot(name: str, mail: str) -> bool:
    """Whether a recorded author is a machine's account.

    Example:
        >>> is_bot("renovate[bot]", "29139614+renovate[bot]@users.noreply.example"), is_bot("Ann Abbot", "abbot@example.net")
        (True, False)
    """
    return bool(_BOT.search(name.strip()) or _BOT.search(mail.partition("@")[0]))


def is_agent(mail: str) -> bool:
    """Whether a co-author's address is an agent's.

    Example:
        >>> is_agent("noreply@anthropic.com"), is_agent("claude.monet@example.net")
        (True, False)
    """
    return bool(_AGENT.search(mail.strip()))

"""The name and address of an author, as a record has them -> whether it is an agent's or a machine's account, or a person's.

An account is known by the form that its host or its maker gives it: the mark `[bot]`, the address from which an agent commits, a
last word `bot`. A name alone is no sign of an agent, for people are called Claude and Devin.
"""

from __future__ import annotations

import re

# A machine's account: the mark that a host gives it, or a name whose last word shows it, or a known one that does not.
_BOT = re.compile(
    r"\[bot\]$|(?:^|[\W_])(?:ro)?bot\d*$"
    r"|^(?:dependabot|renovate|greenkeeper|github[ -]actions|weblate|travis ci|pre-commit[ .-]ci|semantic-release)\b"
    r"|^(?:gitlab[ -]ci|circleci|jenkins|azure pipelines?|buildkite)$",
    re.I,
)
_BOT_ADDRESS = re.compile(r"^actions@github\.com$", re.I)  # as the documentation of GitHub's own action has it

# what agents are called in the addresses and accounts from which they commit
_AGENT_NAME = r"(?:claude|codex|copilot|cursoragent|cursor|devin|aider|jules|openhands|opencode|gemini|goose|amp|sweep|droid|kiro)"
# An agent's address: one that its maker gives it, `noreply` at a maker's, or its account at a host.
_AGENT = re.compile(
    rf"^(?:no-?reply|{_AGENT_NAME}(?:[-_.+][\w.+-]*)?)@(?:[\w.-]+\.)?"
    r"(?:anthropic\.com|openai\.com|cursor\.com|aider\.chat|devin\.ai|cognition\.ai|all-hands\.dev|openhands\.dev|opencode\.ai"
    r"|ampcode\.com|factory\.ai)$"
    r"|^(?:aider|cursoragent|codex|gemini-cli)@"
    rf"|^(?:\d+\+)?(?:google-labs-)?{_AGENT_NAME}(?:-[\w-]*)?\[bot\]@"
    r"|(?:^|\+)copilot@users\.noreply\.",
    re.I,
)
_MAKER = re.compile(r"@(?:anthropic|openai|cursor)\.com$|@(?:aider\.chat|devin\.ai)$|\[bot\]@", re.I)

# agents as programs write down who had a command run: their command's or product's name
_AGENT_PROGRAM = re.compile(rf"(?:{_AGENT_NAME}|cline|roo|kilo|kimi|qwen|pi)(?:[-_ ](?:code|cli|agent))?", re.I)


def is_bot(name: str, mail: str) -> bool:
    """Whether a recorded author is a machine's account, and no agent's.

    Example:
        >>> is_bot("renovate[bot]", "29139614+renovate[bot]@users.noreply.example"), is_bot("Ann Abbot", "abbot@example.net")
        (True, False)
    """
    if is_agent(mail):
        return False
    return bool(_BOT.search(name.strip()) or _BOT.search(mail.partition("@")[0]) or _BOT_ADDRESS.match(mail.strip()))


def is_agent(mail: str) -> bool:
    """Whether an author's address is an agent's.

    Example:
        >>> is_agent("noreply@anthropic.com"), is_agent("198982749+Copilot@users.noreply.github.com")
        (True, True)
        >>> is_agent("claude.monet@example.net"), is_agent("jane@anthropic.com")
        (False, False)
    """
    return bool(_AGENT.search(mail.strip()))


def is_co_author_agent(mail: str) -> bool:
    """Whether a co-author's address is an agent's: there programs name themselves, and any address of a maker is one.

    Example:
        >>> is_co_author_agent("claude@anthropic.com"), is_co_author_agent("ana@example.net")
        (True, False)
    """
    return is_agent(mail) or bool(_MAKER.search(mail.strip()))


def is_agent_program(name: str) -> bool:
    """Whether a name is that of an agent, where a program wrote down who had a command run.

    Example:
        >>> is_agent_program("claude-code"), is_agent_program("Ana Roe")
        (True, False)
    """
    return _AGENT_PROGRAM.fullmatch(name.strip()) is not None

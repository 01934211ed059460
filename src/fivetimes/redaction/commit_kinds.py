"""The word before the colon of a commit's subject -> is it a kind of commit, or may it be anything?"""

from fivetimes.redaction.vocabulary import public

_CONVENTIONAL = frozenset(
    "build bump chore ci deps docs feat fix hotfix merge perf post refactor release revert style test tests wip".split()
)


def is_commit_kind(word: str) -> bool:
    """Whether a word is a conventional type of commit or a public word; any other may be part of what the subject says.

    Example:
        >>> is_commit_kind("feat"), is_commit_kind("zqhunter")
        (True, False)
    """
    return word in _CONVENTIONAL or public().is_word(word)

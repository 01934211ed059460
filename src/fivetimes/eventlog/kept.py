"""What memory keeps of a record whose source may forget it: its form, redacted, as one line of JSON (`KeptForm`).

It holds what the event log holds, and tags in the place of what the log knows for its run alone: keyed digests of 40 bits, by
which a text is recognised again. A word in a secret position, and one that looks like a token, have none.
"""

from __future__ import annotations

import msgspec


class KeptWord(msgspec.Struct, array_like=True, frozen=True):
    """A word: the label that may be kept, its role, whether it is a known flag or a name of several words, and the tags of its
    text and of its pieces (0 and none: it is not recognised again)."""

    label: str
    role: int
    known: bool
    tag: int
    pieces: tuple[int, ...] = ()


class KeptAction(msgspec.Struct, array_like=True, frozen=True):
    """One action of a form, as `Forms` has it."""

    kind: int
    effect: int
    via: tuple[str, ...]
    words: tuple[KeptWord, ...]
    fed: tuple[KeptWord, ...] = ()


class KeptMeaning(msgspec.Struct, array_like=True, frozen=True):
    """What a record was: its actions, and the tags of a commit's subject and of the git tag that it made (0: none)."""

    actions: tuple[KeptAction, ...]
    subject: int = 0
    tag: int = 0


class KeptQuestion(msgspec.Struct, array_like=True, frozen=True):
    """What a line may have meant, where all lines decide it: by a slip of the fingers, or by `public` aliases.

    word: tag of its first word. program: the public program that would be meant. digest: of the line that would be meant, under the
    local key.
    """

    meant: KeptMeaning
    word: int
    program: str
    digest: int
    public: tuple[str, ...] = ()


class KeptForm(msgspec.Struct, array_like=True, frozen=True):
    """The form of a record. `expanded` is the tag of the line that it stands for by its person's aliases, 0 without any."""

    typed: KeptMeaning
    expanded: int = 0
    question: KeptQuestion | None = None


_FORM, _WORD = msgspec.json.Decoder(KeptForm), msgspec.json.Decoder(KeptWord)


def written(kept: KeptForm | KeptWord) -> str:
    """A kept record as JSON.

    Example:
        >>> written(KeptWord("git", 0, False, 7))
        '["git",0,false,7,[]]'
    """
    return msgspec.json.encode(kept).decode()


def form_of(text: str) -> KeptForm:
    """The form that `written` wrote.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return _FORM.decode(text)


def word_of(text: str) -> KeptWord:
    """The word that `written` wrote.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return _WORD.decode(text)

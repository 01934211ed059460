"""A word with its role -> may it be written, and what stands for it where it may not; what a command does to the world.

In come words that `shell` cut out of a command, names that a log declares, and what is known of the machine; out come yes or no,
placeholders, pseudonyms and effects. `eventlog.redact` calls these for every record, and what writes a file calls them again.
Nothing here reads a source or keeps a word.

The modules, in the order in which they act:

- `vocabulary`: the closed vocabulary of public programs, subcommands, flags and words: `public`
- `detector`: what looks like a secret: `secret_looking` by its shape, `flagged` by known rules
- `effects`: what a command or a name does to the world: `effect_of`, `effect_of_name`
- `pseudonyms`: keyed digests of names and of records: `Pseudonyms`, `Tags`, `digest`
- `numbers`: which numbers everybody has, and which digits side by side are somebody's
- `placeholders`: what stands for a value and in labels; `show` for terminals
- `own_names`: what stands for a name that one person alone has, in what is passed on: `OwnNames`
- `commits`: which types of commits may be kept, and which kinds of files a commit edited
- `harmless`: whether a word may stand in a file: `harmless`, `declared`, `is_activity`
"""

from fivetimes.redaction.commits import edits_of, is_commit_kind
from fivetimes.redaction.detector import flagged, secret_looking
from fivetimes.redaction.effects import effect_of, effect_of_name
from fivetimes.redaction.harmless import Known, declared, harmless, is_activity, is_local_name, reason
from fivetimes.redaction.numbers import digit_groups, is_harmless_number, numbers_in, without_digit_groups, without_keys
from fivetimes.redaction.own_names import OwnNames, own_pieces, without_own
from fivetimes.redaction.placeholders import (
    placeholder,
    portable_label,
    public_label,
    show,
)
from fivetimes.redaction.pseudonyms import Pseudonyms, Tags, canonical, digest, is_pseudonym, scalar
from fivetimes.redaction.vocabulary import Vocabulary, is_sign, public

__all__ = [
    "Known",
    "OwnNames",
    "Pseudonyms",
    "Tags",
    "Vocabulary",
    "canonical",
    "declared",
    "digest",
    "digit_groups",
    "edits_of",
    "effect_of",
    "effect_of_name",
    "flagged",
    "harmless",
    "is_activity",
    "is_commit_kind",
    "is_harmless_number",
    "is_local_name",
    "is_pseudonym",
    "is_sign",
    "numbers_in",
    "own_pieces",
    "placeholder",
    "portable_label",
    "public",
    "public_label",
    "reason",
    "scalar",
    "secret_looking",
    "show",
    "without_digit_groups",
    "without_keys",
    "without_own",
]

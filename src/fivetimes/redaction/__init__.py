"""What may be kept and shown: vocabulary, effects, placeholders, pseudonyms, harmless words, `show`."""

from fivetimes.redaction.commits import is_commit_kind, touched
from fivetimes.redaction.detector import flagged, secret_looking
from fivetimes.redaction.effects import effect_of, effect_of_name
from fivetimes.redaction.harmless import Known, declared, harmless, is_activity, is_local_name, reason
from fivetimes.redaction.placeholders import closed, digit_groups, everywhere, show, typed, without_digit_groups
from fivetimes.redaction.pseudonyms import Pseudonyms, canonical, digest, is_pseudonym, scalar
from fivetimes.redaction.vocabulary import Vocabulary, is_sign, public

__all__ = [
    "Known",
    "Pseudonyms",
    "Vocabulary",
    "canonical",
    "closed",
    "declared",
    "digest",
    "digit_groups",
    "effect_of",
    "effect_of_name",
    "everywhere",
    "flagged",
    "harmless",
    "is_activity",
    "is_commit_kind",
    "is_local_name",
    "is_pseudonym",
    "is_sign",
    "public",
    "reason",
    "scalar",
    "secret_looking",
    "show",
    "touched",
    "typed",
    "without_digit_groups",
]

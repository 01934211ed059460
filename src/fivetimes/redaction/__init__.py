"""What may be kept and shown: vocabulary, effects, placeholders, pseudonyms, harmless words, `show`."""

from fivetimes.redaction.activities import is_activity
from fivetimes.redaction.commit_kinds import is_commit_kind
from fivetimes.redaction.declared import declared, secret_looking
from fivetimes.redaction.detector import flagged
from fivetimes.redaction.digests import canonical, digest, scalar
from fivetimes.redaction.digits import digit_groups, without_digit_groups
from fivetimes.redaction.effects import effect_of, effect_of_name
from fivetimes.redaction.harmless import Known, harmless, is_local_name, reason
from fivetimes.redaction.labels import closed, everywhere
from fivetimes.redaction.placeholders import typed
from fivetimes.redaction.pseudonyms import Pseudonyms, is_pseudonym
from fivetimes.redaction.screen import show
from fivetimes.redaction.touched import touched
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

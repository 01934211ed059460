"""What may be kept and shown: vocabulary, effects, placeholders, pseudonyms, harmless words, `show`."""

from fivetimes.privacy.activities import is_activity
from fivetimes.privacy.commit_kinds import is_commit_kind
from fivetimes.privacy.declared import declared, secret_looking
from fivetimes.privacy.detector import flagged
from fivetimes.privacy.digests import canonical, digest, scalar
from fivetimes.privacy.digits import digit_groups, without_digit_groups
from fivetimes.privacy.effects import effect_of, effect_of_name
from fivetimes.privacy.harmless import Known, harmless, is_local_name, reason
from fivetimes.privacy.labels import closed, everywhere
from fivetimes.privacy.placeholders import typed
from fivetimes.privacy.pseudonyms import Pseudonyms, is_pseudonym
from fivetimes.privacy.screen import show
from fivetimes.privacy.touched import touched
from fivetimes.privacy.vocabulary import Vocabulary, is_sign, public

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

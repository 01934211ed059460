"""SessionLog -> Candidate: the few routines that people really repeat."""

from fivetimes.candidates.continuing import changes, continued
from fivetimes.candidates.propose import propose

__all__ = ["changes", "continued", "propose"]

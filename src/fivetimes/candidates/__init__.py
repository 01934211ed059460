"""SessionLog -> Candidate: the few routines that people really repeat."""

from fivetimes.candidates.propose import propose

__all__ = ["propose"]

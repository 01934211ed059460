"""SessionLog -> Candidate: the few routines that people really repeat."""

from fivetimes.candidates.chance import Calibration, calibrate, judged
from fivetimes.candidates.composing import compositions
from fivetimes.candidates.continuing import changes, continued
from fivetimes.candidates.propose import propose

__all__ = ["Calibration", "calibrate", "changes", "compositions", "continued", "judged", "propose"]

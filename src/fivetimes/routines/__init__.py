"""SessionLog -> Candidate: the few routines that people really repeat."""

from fivetimes.routines.chance import Calibration, calibrate, judged
from fivetimes.routines.composing import compositions
from fivetimes.routines.continuing import changes, continued
from fivetimes.routines.propose import propose

__all__ = ["Calibration", "calibrate", "changes", "compositions", "continued", "judged", "propose"]

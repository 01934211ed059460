"""SessionLog -> Candidate: the few routines that people really repeat."""

from fivetimes.routines.compositions import compositions
from fivetimes.routines.continuity import changes, continued
from fivetimes.routines.search import propose
from fivetimes.routines.significance import Calibration, calibrate, judged

__all__ = ["Calibration", "calibrate", "changes", "compositions", "continued", "judged", "propose"]

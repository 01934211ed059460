"""Scans of several people -> one report, while every history stays where it is.

Each person shares a bundle, a text with profiles of their routines; `merge` joins the profiles of a team. In the order in which the
modules act:

- `labels`: what of a step's label may leave this machine, and by what two people's steps are compared
- `profiles`: Scan -> RoutineProfiles: `profiles_of`
- `document`: RoutineProfiles <-> the text of a bundle: `text_of`, `read`, `read_all`
- `joining`: which profiles are one routine, and their steps side by side: `join`
- `release`: what a merged report may show, and when one may be made: `merge`, `released`
- `report`: what may be shown as a scan, for reports and drafts: `as_scan`
- `sharing`: the bundle that an owner may say yes to: `prepared`, `agree`, `write`; and a team's scan of bundles: `merged_scan`
"""

from fivetimes.bundles.document import Bundle, BundleError, read, read_all, text_of
from fivetimes.bundles.joining import JoinedRoutine, SharedProfile, join
from fivetimes.bundles.profiles import CountRange, RoutineProfile, profiles_of
from fivetimes.bundles.release import Merged, SharedRoutine, merge, release_of, released, shown
from fivetimes.bundles.report import as_scan
from fivetimes.bundles.sharing import Choice, Sharing, agree, merged_scan, prepared, write

__all__ = [
    "Bundle",
    "BundleError",
    "Choice",
    "CountRange",
    "JoinedRoutine",
    "Merged",
    "RoutineProfile",
    "SharedProfile",
    "SharedRoutine",
    "Sharing",
    "agree",
    "as_scan",
    "join",
    "merge",
    "merged_scan",
    "prepared",
    "profiles_of",
    "read",
    "read_all",
    "release_of",
    "released",
    "shown",
    "text_of",
    "write",
]

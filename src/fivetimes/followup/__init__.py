"""Approved conductors and later work -> what became of each: used, bypassed, drifting, worked around, and what it changed.

The modules, from what is asked for down to what is compared:

- `follow`: reads conductors, ledger, records and work, and puts the findings together; what `fivetimes follow` prints.
- `pages`: a run as a page for its owner, and the catalogue of conductors for outsiders.
- `revision`: what the conductor would be with its drift, as a proposal to accept or decline.
- `findings`: what is found of one conductor, and by which test.
- `alignment`: where a run differs from its conductor. It defines skipped, added and swapped.
"""

import lazy_loader

# what is exported stands in the stub beside this file, and is imported when it is first asked for: a command pays for what it uses
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

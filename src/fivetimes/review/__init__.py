"""Candidates of the last scan -> conductors, decisions on them, and how they stand.

`pipeline.py` leads from sources to candidates; this package leads from candidates to decisions. What a person does here adds
lines to the ledger and writes conductor files. The modules, in the order in which they act:

- `ledger`: lines of the ledger -> reviews -> standings;
- `folder`: the folder with the conductor files and the ledger;
- `drafting`: a candidate -> a draft, with the live text behind it;
- `decisions`: a decision or a revision -> the ledger and the file;
- `overview`: the queue, the status of each conductor;
- `verification`: whether the evidence of a conductor still holds;
- `status_table`: how conductors stand, as a terminal shows it;
- `exporting`: an approved conductor in the format of another program, in a folder or installed for an agent;
- `waiting`: what is shown of a run that waits for an answer, and the answer;
- `terminal`: the queue at a terminal, card after card;
- `web`: the same in a browser of this machine.
"""

import lazy_loader

# what is exported stands in the stub beside this file, and is imported when it is first asked for: a command pays for what it uses
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

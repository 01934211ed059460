"""The records and protocols that pass between packages. Nothing here reads, counts or decides.

The few (candidates, conductors) are frozen records; the many (events, actions) are columns, and stand in `columns.py`. Times are
seconds since the epoch, UTC, as float64, NaN when unknown. What only one package needs belongs there.

The modules, in the order of the data's way:

- `events`: kind, author and effect of what was done;
- `command_lines`: a parsed command line;
- `sources`: what readers yield, and what was read;
- `occurrences`: one time that a routine was done;
- `reliability`: how often a skill, tool or program failed;
- `decisions`: what people decided, and how a conductor stands;
- `candidates`: a routine as a person sees it;
- `suppression`: the rules by which a sequence is not proposed;
- `trace`: what became of each sequence;
- `changes`: what a routine is recognised by, and what differs from an earlier report;
- `spans`: the days that a scan is confined to;
- `scans`: everything that one scan found;
- `live_text`: raw text, for the owner alone;
- `conductors`: a conductor, and what makes files of it.

Our own code imports from these modules. The package itself exports what code outside of this project uses: readers and exporters of
other packages, and programs that take what `fivetimes.scan` gives.
"""

import lazy_loader

# what is exported stands in the stub beside this file, and is imported when it is first asked for: a command pays for what it uses
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

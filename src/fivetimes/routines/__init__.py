"""SessionLog -> Candidate: the few routines that people really repeat. Public: `find_routines`.

Read in the order in which the modules act; `docs/how-routines-are-found.md` explains each step with a picture.

- `search`: the whole order on one page.
- `database`: what can be a step at all, laid out for fast look-ups, and what of it is claimed.
- `pattern`: a routine as probabilities (`Profile`): steps, presence, order, gaps, links.
- `seeds`: pairs of actions that stand together more than chance gives.
- `growth`: a seed with one step more, or fewer.
- `matching`: every occurrence of a profile. It defines the count.
- `developing`: a seed grown, collected, parted from others, looked for on other things.
- `cover`: seed, grow, collect, accept, claim, until nothing is left; and what an engine is.
- `fixed`: a baseline, frequent sequences as they stand.
- `merging`: variants of one routine become one.
- `significance`: against chance, in later time, completion; made-up histories.
- `assign`: every row of every occurrence decided anew.
- `alternatives`: which tokens are one step, which are ways of doing one step.
- `measures`: days, people, hours, boundaries, rhythm, reliability.
- `describe`: the candidate that a person sees, and its reasons.
- `suppression`: the rules that keep a routine away.
- `ranking`: the criteria of the score, and the order.
- `trace`: what became of every sequence.
- `known`: every time that a routine was done whose steps somebody has written down.
- `compositions`: which skill calls which.
- `partitions`: the search in several partitions of the work, and one ranking of all.
"""

import lazy_loader

# what is exported stands in the stub beside this file, and is imported when it is first asked for: a command pays for what it uses
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""Steps, and what was known before -> what a routine is called, and which one it is. Public: `identity`, `recognised`.

What looks at a kept scan needs this and no search: no module loads numpy.

- `program_words`: what public programs do, in the words that people say.
- `phrases`: steps -> what each does, and to what.
- `titles`: steps -> the title of a routine.
- `ids`: steps -> its id; what a routine is recognised by.
- `continuity`: the same routine keeps its id; what has changed since a report, and why what is gone is gone.
"""

from fivetimes.identity.continuity import baseline, compared, continued, recognised
from fivetimes.identity.ids import identity

__all__ = ["baseline", "compared", "continued", "identity", "recognised"]

"""Steps, and what was known before -> what a routine is called, and which one it is. Public: `identity`, `recognised`.

What looks at a kept scan needs this and no search: neither module loads numpy.

- `naming`: steps -> title and id; what a routine is recognised by.
- `continuity`: the same routine keeps its id; what has changed since a report, and why what is gone is gone.
"""

from fivetimes.identity.continuity import baseline, compared, continued, recognised
from fivetimes.identity.naming import identity

__all__ = ["baseline", "compared", "continued", "identity", "recognised"]

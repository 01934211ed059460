"""EventLog -> ActionLog: which commands count as the same step."""

from fivetimes.actions.normalising import normalise

__all__ = ["normalise"]

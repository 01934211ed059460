"""EventLog -> ActionLog: which commands count as the same action, at five granularities.

The modules, in the order in which they act:

    distinct    each different thing done, once
    aliases     a person's own name for a program is read as the program
    places      (of aliases) where on the timelines a name stands
    tokenize    tokens at LEVELS granularities; which words are values is learnt here
    normalise   all actions on each person's timeline; values, effects, navigation
"""

from fivetimes.actions.normalise import normalise

__all__ = ["normalise"]

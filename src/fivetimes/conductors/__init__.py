"""Candidate -> Conductor: draft what people repeat as a definition that a person finishes.

In comes a routine with the text of its commands, read again just now; out goes a typed document
(`fivetimes.conductor_document`). The modules, in the order in which they act:

- `invocations`: the text of each moment -> words with their roles
- `alternatives`: the invocations of a step -> the ways in which it is done, and the positions at which words vary
- `data_flow`: those positions -> templates, with the values that run through several steps as parameters
- `parameter_names`: where a value stands -> its name
- `templates`: all of these -> the text of each step, in which only harmless words stand
- `outputs`: the steps -> what one of them makes and a later one uses
- `proposals`: the values of an input -> the command that prints the next one
- `approval_gates`: a step's effect -> the gate before it
- `questions`: what was seen -> what only a person can say; how reliable each step was
- `document`: the schema, reading a file, digests, what a new draft keeps of an old one
- `replay`: the steps and what was typed -> which lines come out of the steps again
- `draft`: everything -> the conductor
- `locks`: a draft is made again until nothing in it looks like a secret; and drafts without any local name
"""

import lazy_loader

# what is exported stands in the stub beside this file, and is imported when it is first asked for: a command pays for what it uses
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

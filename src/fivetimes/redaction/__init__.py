"""A word with its role -> may it be written, and what stands for it where it may not; what a command does to the world.

In come words that `shell` cut out of a command, names that a log declares, and what is known of the machine; out come yes or no,
placeholders, pseudonyms and effects. `eventlog.redact` calls these for every record, and what writes a file calls them again.
Nothing here reads a source or keeps a word.

The modules, in the order in which they act:

- `vocabulary`: the closed vocabulary of public programs, subcommands, flags and words: `public`
- `detector`: what looks like a secret: `secret_looking` by its shape, `flagged` by known rules
- `effects`: what a command or a name does to the world: `effect_of`, `effect_of_name`
- `pseudonyms`: keyed digests of names and of records: `Pseudonyms`, `Tags`, `digest`
- `numbers`: which numbers everybody has, and which digits side by side are somebody's
- `placeholders`: what stands for a value and in labels; `show` for terminals
- `own_names`: what stands for a name that one person alone has, in what is passed on: `OwnNames`
- `commits`: which types of commits may be kept, and which kinds of files a commit edited
- `harmless`: whether a word may stand in a file: `harmless`, `declared`, `is_activity`
"""

import lazy_loader

# what is exported stands in the stub beside this file, and is imported when it is first asked for: a command pays for what it uses
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

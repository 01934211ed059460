"""Conductor -> text: each format in a module of its own, which has its name as `FORMAT` and one function `export`.

In the order of reading: `base` (what formats share: file names, gates, sentences), `shell_words` (templates as lines of bash),
`plan` (what formats for machines share), then the formats and `formats`, their table. docs/contributing/add-an-export.md shows how
to add one.
"""

import lazy_loader

# what is exported stands in the stub beside this file, and is imported when it is first asked for: a command pays for what it uses
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

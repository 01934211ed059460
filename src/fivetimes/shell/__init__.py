"""str -> CommandLine: what a command line runs: `parse`. Secrets by the names of their keys: `is_secret_key`, `names_secret`.

str -> str: the name of a program, however it was typed: `name_of`.

str -> Clause: how a command line is written, for those who write it again: `clauses`.

In comes one entry of a history, as text; out come its simple commands, wrappers (`sudo`, `ssh host`) looked through, each word
with its role. A word in the position of a secret is marked, whatever it looks like. Nothing here reads a file or keeps a word.

The modules, in the order in which they act:

- `lexer`: a line without syntax, or one that the grammar lost -> simple commands
- `syntax_tree`: any other line -> simple commands, by the grammar of tree-sitter-bash
- `programs`: the first word -> the name of its program; which programs run a script or make a target
- `wrappers`: a simple command -> those that it runs
- `secret_positions`: where programs take secrets, and which names announce one
- `roles`: the words of a simple command -> the same with their roles
- `parser`: all of it, for one line
- `clauses`: a line -> what stands between `&&` and `;`, with its pipes, redirections and quotes
- `template_words`: a template -> its words, split as a shell splits them
"""

import lazy_loader

# what is exported stands in the stub beside this file, and is imported when it is first asked for: a command pays for what it uses
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

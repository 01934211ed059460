"""A value or a label -> the same with placeholders for what may not be kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from fivetimes.model.events import LABEL_PREFIX, Kind
from fivetimes.redaction.pseudonyms import Pseudonyms, is_pseudonym
from fivetimes.redaction.vocabulary import public

# ---- values

# Extensions that say what kind of work a file is; another one may be a part of a name and is not kept.
EXTENSIONS = frozenset(
    """adoc aiff awk bai bam bash bat bcf bed bib bmp bz2 c cc cfg class cmake conf cpp cram crt cs css csv cxx
    dart db dbf deb diff doc docx dot drawio dvi eps epub erb ex exs fa faa fai fasta fastq feather fig fish
    flac fna fs gcode geojson gff gff3 gif go gpg gpkg gpx gradle graphql gtf gz h h5 haml hbs hcl hdf5 heic
    hpp hs html ico ics idml ini ipynb iso jar java jinja jl jpeg jpg js json jsonl jsonld jsx key kml kmz
    kt lock log lua m m4a make marcxml md mdx mjs mk ml mov mp3 mp4 mpg mrc mzml nf nix nlogo npy npz nwk
    odp ods odt ogg onnx org orig otf parquet patch pbs pdf pem php pkl pl pm png po ppt pptx properties
    proto ps ps1 psd pub puml py pyi qmd qml r rar raw rb rdata rdf rds rmd rpm rs rst rtf sam sas sass sav
    scala scm scpt scss sdlxliff sh shp shx smk sql sqlite srt srx step stl sub svelte svg swf swift sys tar
    tbx tex tf tfvars tgz tif tiff tmx toml ts tsv tsx ttf txt vb vcf vtt vue war wasm wav webm webp whl wmv
    woff woff2 xcf xhtml xlf xliff xls xlsx xml xsd xsl xz yaml yml zig zip zsh zst""".split()
)

_NUMBER = r"[+\-]?\d+(?:\.\d+)?(?:%|ms|s|m|h|d|[kKMGT]i?[bB]?)?"
_SHAPES: Mapping[str, re.Pattern[str]] = {
    # the first that fits; the order is part of the meaning: a date is a version to a careless eye
    "<url>": re.compile(r"(?a:[A-Za-z][A-Za-z0-9+.\-]*://\S*|[\w.\-]+@[\w.\-]+:[\w./~\-]+)"),
    "<email>": re.compile(r"(?:[^@<>]*<)?[^@\s<>]+@[^@\s<>]+\.[A-Za-z]{2,}>?"),
    "<date>": re.compile(
        r"\d{4}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?:[T _]\d\d:?\d\d.*)?"
        r"|\d{4}-(?:0[1-9]|1[0-2])|\d{4}-?W\d\d(?:-\d)?|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])[./]\d{4}"
    ),
    "<num>": re.compile(_NUMBER),
    "<sha>": re.compile(r"(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)(?:[0-9a-f]{7,40}|[0-9a-f]{64})|sha(?:1|256|512):[0-9a-f]+"),
    "<version>": re.compile(r"v?\d+(?:\.\d+){1,3}(?:[-+.]?(?:a|b|c|rc|alpha|beta|dev|pre|post)[.\-]?\d*)?|v\d+"),
    "<glob>": re.compile(r"(?=[^\s'\"]*[*?\[{])(?=.*[*?]|.*\[[^\]]*\]|.*\{[^}]*,[^}]*\})[^\s'\"$;&|()<>]+"),
}  # fmt: skip
_LONGEST = 4096  # characters; a longer value is content, and its shape is not asked
# one alternative after the other, as the table has them, in one pass
_ANY_SHAPE = re.compile("|".join(f"(?P<{name.strip('<>')}>{shape.pattern})" for name, shape in _SHAPES.items()))
_FILE = re.compile(r"(?:[^\s]*/)?[^\s/]+\.(?P<extension>[A-Za-z0-9]{1,10})")
_DIRECTORY = re.compile(r"\.{1,2}|~|[^\s]*/")
_PATH = re.compile(r"(?:~|\.{1,2}|\$\{?\w+\}?)?/[^\s]*|[\w.@~+\-]+(?:/[\w.@~+\-:]+)+")


def placeholder(value: str) -> str:
    """Return the placeholder for a value: its shape, and nothing else.

    Example:
        >>> [placeholder(v) for v in ("src/app.py", "docs/", "https://a.example", "1.4.2", "2024-05-03", "3f9a1c2", "*.png", "Ana")]
        ['<file.py>', '<dir>', '<url>', '<version>', '<date>', '<sha>', '<glob>', '<str>']
        >>> placeholder("notes.hunter2"), placeholder("/srv/www/current"), placeholder("42"), placeholder("ana@example.net")
        ('<str>', '<path>', '<num>', '<email>')
    """
    if len(value) > _LONGEST or value.isalpha():  # letters alone have no shape
        return "<str>"
    shape = _ANY_SHAPE.fullmatch(value)
    return _file_placeholder(value) if shape is None else f"<{shape.lastgroup}>"


def _file_placeholder(value: str) -> str:
    """Return the placeholder of what may be a file's name."""
    if _DIRECTORY.fullmatch(value) is not None:
        return "<dir>"
    file = _FILE.fullmatch(value)
    if file is not None and file["extension"].lower() in EXTENSIONS:
        return f"<file.{file['extension'].lower()}>"
    return "<path>" if _PATH.fullmatch(value) is not None else "<str>"


# ---- labels of steps

# what stands between the brackets of our placeholders
SHAPES = frozenset(name.strip("<>") for name in _SHAPES) | frozenset(
    {"str", "dir", "file", "path", "prog", "script", "flag", "key", "name", "request", "secret"}
)
_NO_NAME = re.compile(r"<[a-z0-9.]+>|\*|-|--")
PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
TOOL_PREFIXES = frozenset({"mcp"})  # how tools of a server are called


def portable_label(label: str, *, kind: Kind) -> str:
    """Return the label with a placeholder for each program and script that is in no public vocabulary.

    It is the same on every machine, whatever is installed or was approved there. Declared names stay as they are.

    Args:
        label: of a step, its words divided by blanks.
        kind: of the step; only of a shell command's label each word is judged.

    Example:
        >>> [portable_label(label, kind=Kind.SHELL) for label in ("acmectl deploy <path>", "make site", "tar -xzf *")]
        ['<prog> deploy <path>', 'make site', 'tar -xzf *']
        >>> portable_label("skill:zephyrise", kind=Kind.SKILL), portable_label("python script-3f9a1c", kind=Kind.SHELL)
        ('skill:zephyrise', 'python <script>')
    """
    words = label.split(" ")
    if kind is not Kind.SHELL:
        return " ".join(f"<{word.partition('-')[0]}>" if is_pseudonym(word) else word for word in words)
    first = words[0] if public().is_program(words[0]) or _NO_NAME.fullmatch(words[0]) else "<prog>"
    known = (word if is_public_word(word) or public().is_flag(words[0], word) else "<script>" for word in words[1:])
    return " ".join([first, *known])


def typed_labels(command: str, *, pseudonyms: Pseudonyms) -> tuple[str, str]:
    """Return what the label of a command may be, as it is typed: with pseudonyms for the program and scripts that are not public.

    A word that some program has may be somebody's own where it stands (`git st`): in the second label no word is public.

    Args:
        command: a program and what tells it apart: subcommands, a script, a target.
        pseudonyms: of this machine.

    Example:
        >>> names = Pseudonyms(bytes(32))
        >>> typed_labels("acme-sync --all", pseudonyms=names)
        ('prog-4e4def --all', 'prog-4e4def --all')
        >>> typed_labels("git st", pseudonyms=names)
        ('git st', 'git script-45e3ff')
    """
    first, *rest = command.split()
    program = first if public().is_program(first) else pseudonyms.of(first, kind="prog")
    own = [word if word.startswith("-") else pseudonyms.of(word, kind="script") for word in rest]
    known = [word if is_public_word(word) else name for word, name in zip(rest, own, strict=True)]
    return " ".join([program, *known]), " ".join([program, *own])


def public_label(label: str, *, kind: Kind) -> str:
    """Return the label with nothing beyond the closed vocabulary; of a declared name all pieces must be in it.

    Args:
        label: of a step, its words divided by blanks.
        kind: of the step; what its labels begin with stays. A plugin's skill has the plugin in its name, which is judged too.

    Example:
        >>> public_label("skill:publish-report", kind=Kind.SKILL), public_label("skill:zephyrise text", kind=Kind.SKILL)
        ('skill:publish-report', 'skill:<name> text')
        >>> public_label("skill:zephyr:report", kind=Kind.SKILL)
        'skill:<name>'
    """
    if kind is Kind.SHELL:
        return portable_label(label, kind=kind)
    name = label.removeprefix(LABEL_PREFIX.get(kind, ""))
    front = label[: len(label) - len(name)]
    return front + " ".join(word if _is_public_name(word) else "<name>" for word in name.split(" "))


@lru_cache(maxsize=1 << 14)
def is_public_word(word: str) -> bool:
    """Whether a word is in the closed vocabulary in any role, or a placeholder that labels have.

    Example:
        >>> is_public_word("git"), is_public_word("--amend"), is_public_word("<path>"), is_public_word("hunter2")
        (True, True, True, False)
    """
    grammar = public()
    known = (grammar.is_word, grammar.is_program, grammar.is_subcommand_word, grammar.is_any_flag)
    return _NO_NAME.fullmatch(word) is not None or any(is_known(word) for is_known in known)


def _is_public_name(word: str) -> bool:
    if is_public_word(word):
        return True
    pieces = [piece.lower() for piece in PIECE.findall(word)]
    whole = not any(letter.isalnum() for letter in PIECE.sub("", word))  # letters that are no piece are not judged
    return whole and bool(pieces) and all(piece in TOOL_PREFIXES or is_public_word(piece) for piece in pieces)


# ---- what a terminal prints

# control, format (bidirectional marks), surrogate, private use and unassigned, line and paragraph separators
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _escaped(letter: str) -> str:
    code = ord(letter)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def show(text: str) -> str:
    r"""Return the text with everything escaped that moves a cursor, hides or turns around what stands beside it.

    Newlines and tabs are escaped too: one value is one line. Showing what was shown changes nothing more.

    Example:
        >>> show("a\x1b[2Jb\u202ec"), show("naïve ✓")
        ('a\\x1b[2Jb\\u202ec', 'naïve ✓')
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(letter) if unicodedata.category(letter) in _HIDDEN else letter for letter in text)

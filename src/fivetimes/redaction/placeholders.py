"""A value -> the placeholder that stands for it, by its shape alone."""

import re
from collections.abc import Mapping

# Extensions that say what kind of work a file is; another one may be a part of a name and is not kept.
EXTENSIONS = frozenset(
    """adoc awk bam bash bat bed bib bmp bz2 c cc cfg class cmake conf cpp crt cs css csv cxx dart db deb diff
    doc docx dot drawio dvi eps epub erb ex exs fa fasta fastq feather fig fish flac fs gcode geojson gif go
    gpg gpx gradle graphql gz h haml hbs hcl heic hpp hs html ico ics ini ipynb iso jar java jinja jl jpeg jpg
    js json jsonl jsx key kml kt lock log lua m m4a make md mdx mjs mk ml mov mp3 mp4 mpg nf nix nlogo npy npz
    odp ods odt ogg org orig otf parquet patch pbs pdf pem php pkl pl pm png po ppt pptx properties proto ps
    ps1 psd pub puml py pyi qmd qml r rar raw rb rds rmd rpm rs rst rtf sam sas sass sav scala scm scpt scss
    sh shp smk sql sqlite srt step stl sub svelte svg swf swift sys tar tex tf tfvars tgz tif tiff toml ts tsv
    tsx ttf txt vb vcf vue war wasm wav webm webp whl wmv woff woff2 xcf xhtml xls xlsx xml xsd xsl xz yaml
    yml zig zip zsh zst""".split()
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
# one alternative after the other, as the table has them, in one pass
_ANY_SHAPE = re.compile("|".join(f"(?P<{name.strip('<>')}>{shape.pattern})" for name, shape in _SHAPES.items()))
_FILE = re.compile(r"(?:[^\s]*/)?[^\s/]+\.(?P<extension>[A-Za-z0-9]{1,10})")
_DIRECTORY = re.compile(r"\.{1,2}|~|[^\s]*/")
_PATH = re.compile(r"(?:~|\.{1,2}|\$\{?\w+\}?)?/[^\s]*|[\w.@~+\-]+(?:/[\w.@~+\-:]+)+")


def typed(value: str) -> str:
    """Return a placeholder that says of what shape a value is and nothing else.

    Example:
        >>> [typed(v) for v in ("src/app.py", "docs/", "https://a.example", "1.4.2", "2024-05-03", "3f9a1c2", "*.png", "Ana")]
        ['<file.py>', '<dir>', '<url>', '<version>', '<date>', '<sha>', '<glob>', '<str>']
        >>> typed("notes.hunter2"), typed("/srv/www/current"), typed("42"), typed("ana@example.net")
        ('<str>', '<path>', '<num>', '<email>')
    """
    if len(value) > 4096 or value.isalpha():  # letters alone have no shape
        return "<str>"
    shape = _ANY_SHAPE.fullmatch(value)
    return _place(value) if shape is None else f"<{shape.lastgroup}>"


def _place(value: str) -> str:
    """Return the placeholder of what may be a file's name."""
    if _DIRECTORY.fullmatch(value) is not None:
        return "<dir>"
    file = _FILE.fullmatch(value)
    if file is not None and file["extension"].lower() in EXTENSIONS:
        return f"<file.{file['extension'].lower()}>"
    return "<path>" if _PATH.fullmatch(value) is not None else "<str>"

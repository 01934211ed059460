from .base import slug as slug
from .formats import EXPORTERS as EXPORTERS
from .formats import Format as Format
from .formats import exporters as exporters
from .yaml_file import render as render

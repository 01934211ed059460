from .collecting import Collected as Collected
from .collecting import Kept as Kept
from .collecting import collect as collect
from .collecting import forget as forget
from .collecting import kept as kept
from .collecting import remembered as remembered
from .manifest import begun as begun
from .manifest import mark as mark

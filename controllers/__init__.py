# profit
from . import export

"""The bench of uketsuke from Python. What computes is C++ (uketsuke._core)."""

from uketsuke import _core
from uketsuke.results import Result, Results, Step, Summary, Text, Verdict

__version__ = _core.version

__all__ = ["Result", "Results", "Step", "Summary", "Text", "Verdict", "__version__"]

"""The bench of uketsuke from Python. What computes is C++ (uketsuke._core)."""

from uketsuke import _core

__version__ = _core.version

__all__ = ["__version__"]

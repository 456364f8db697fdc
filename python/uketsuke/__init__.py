"""The bench of uketsuke from Python. What computes is C++ (uketsuke._core)."""

from uketsuke import _core
from uketsuke.bench import Bench, Journal, Record
from uketsuke.errors import (BenchError, Deviation, Error, Inconclusive, Livelock, NotApplicable,
                             Problem, ScenarioError, StepError)
from uketsuke.exploration import (Disagreement, Exploration, Finding, Played, Walk,
                                  explore)
from uketsuke.results import Result, Results, Step, Summary, Text, Verdict
from uketsuke.scenarios import Scenario, load, run

__version__ = _core.version

__all__ = ["Bench", "BenchError", "Deviation", "Disagreement", "Error", "Exploration", "Finding",
           "Inconclusive", "Journal", "Livelock", "NotApplicable", "Played", "Problem", "Record",
           "Result", "Results", "Scenario", "ScenarioError", "Step", "StepError", "Summary",
           "Text", "Verdict", "Walk", "__version__", "explore", "load", "run"]

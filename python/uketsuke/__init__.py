"""The bench of uketsuke from Python. What computes is C++ (uketsuke._core)."""

from uketsuke import _core
from uketsuke.bench import Bench, Journal, Record
from uketsuke.cards import Card, Response
from uketsuke.errors import (ArgumentError, BenchError, Deviation, Error, Inconclusive, Livelock,
                             NotApplicable, Problem, ScenarioError, StepError, TransferError)
from uketsuke.exploration import (Disagreement, Exploration, Finding, Played, Walk,
                                  explore)
from uketsuke.panels import Display, Impossible, Panel, Undecided
from uketsuke.raw import Message
from uketsuke.results import Result, Results, Step, Summary, Text, Verdict
from uketsuke.scenarios import Scenario, load, run
from uketsuke.words import Control, messages, Screen, screens

__version__ = _core.version

__all__ = ["ArgumentError", "Bench", "BenchError", "Card", "Control", "Deviation",
           "Disagreement", "Display", "Error", "Exploration", "Finding", "Impossible",
           "Inconclusive", "Journal", "Livelock", "Message", "NotApplicable", "Panel", "Played",
           "Problem", "Record", "Response", "Result", "Results", "Scenario", "ScenarioError",
           "Screen", "Step", "StepError", "Summary", "Text", "TransferError", "Undecided",
           "Verdict", "Walk", "__version__", "explore", "load", "messages", "run", "screens"]

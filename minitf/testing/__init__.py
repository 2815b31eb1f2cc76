"""Instruments for tests: numeric checks of gradients, and the comparison of graphs."""

from minitf.testing.gradient_check import GradientError, check_gradients
from minitf.testing.graph_compare import Difference, compare_graph_defs, describe

__all__ = ["Difference", "GradientError", "check_gradients", "compare_graph_defs", "describe"]

"""tf.train: optimizers, and what training needs besides."""

from minitf.global_step import (
    assert_global_step, create_global_step, get_global_step, get_or_create_global_step, global_step)
from minitf.summary.reader import summary_iterator
from minitf.train.adam import AdamOptimizer
from minitf.train.gradient_descent import GradientDescentOptimizer
from minitf.train.optimizer import Optimizer

__all__ = [
    "AdamOptimizer", "GradientDescentOptimizer", "Optimizer", "assert_global_step",
    "create_global_step", "get_global_step", "get_or_create_global_step", "global_step",
    "summary_iterator"]

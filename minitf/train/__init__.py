"""tf.train: optimizers, and what training needs besides."""

from minitf.global_step import (
    assert_global_step, create_global_step, get_global_step, get_or_create_global_step, global_step)
from minitf.summary.reader import summary_iterator
from minitf.train.adadelta import AdadeltaOptimizer
from minitf.train.adagrad import AdagradOptimizer
from minitf.train.adagrad_da import AdagradDAOptimizer
from minitf.train.adam import AdamOptimizer
from minitf.train.ftrl import FtrlOptimizer
from minitf.train.gradient_descent import GradientDescentOptimizer
from minitf.train.learning_rate_decay import (
    cosine_decay, cosine_decay_restarts, exponential_decay, inverse_time_decay, linear_cosine_decay,
    natural_exp_decay, noisy_linear_cosine_decay, piecewise_constant, piecewise_constant_decay,
    polynomial_decay)
from minitf.train.momentum import MomentumOptimizer
from minitf.train.moving_averages import ExponentialMovingAverage
from minitf.train.optimizer import Optimizer
from minitf.train.proximal_adagrad import ProximalAdagradOptimizer
from minitf.train.proximal_gradient_descent import ProximalGradientDescentOptimizer
from minitf.train.rmsprop import RMSPropOptimizer

# Protobuf messages are real ones; they are loaded when they are first asked for.
_MESSAGES = frozenset([
    "BytesList", "ClusterDef", "Example", "Feature", "FeatureList", "FeatureLists", "Features",
    "FloatList", "Int64List", "JobDef", "SaverDef", "SequenceExample", "ServerDef"])


def __getattr__(name):
    if name in _MESSAGES:
        from minitf.framework import protos

        return getattr(protos, name)
    raise AttributeError(f"module 'minitf.train' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_MESSAGES])

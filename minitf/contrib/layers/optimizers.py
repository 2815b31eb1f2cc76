"""optimize_loss: gradients, clipping, summaries and the training step in one call."""

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import GraphKeys, get_collection
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.global_step import assert_global_step, get_global_step
from minitf.initializers import constant_initializer
from minitf.ops import check_ops, clip_ops, control_flow_ops, math_ops, random_ops
from minitf.train.adagrad import AdagradOptimizer
from minitf.train.adam import AdamOptimizer
from minitf.train.ftrl import FtrlOptimizer
from minitf.train.gradient_descent import GradientDescentOptimizer
from minitf.train.momentum import MomentumOptimizer
from minitf.train.optimizer import Optimizer
from minitf.train.rmsprop import RMSPropOptimizer
from minitf.variable_scope import get_variable, variable_scope
from minitf.variables import trainable_variables

OPTIMIZER_CLS_NAMES = {
    "Adagrad": AdagradOptimizer, "Adam": AdamOptimizer, "Ftrl": FtrlOptimizer,
    "Momentum": lambda learning_rate: MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": RMSPropOptimizer, "SGD": GradientDescentOptimizer}
OPTIMIZER_SUMMARIES = ["learning_rate", "loss", "gradients", "gradient_norm",
                       "global_gradient_norm"]


def optimize_loss(loss, global_step, learning_rate, optimizer, gradient_noise_scale=None,
                  gradient_multipliers=None, clip_gradients=None, learning_rate_decay_fn=None,
                  update_ops=None, variables=None, name=None, summaries=None,
                  colocate_gradients_with_ops=False, increment_global_step=True):
    """The loss, such that evaluating it takes a training step.

    Args:
      loss: a scalar.
      global_step: the global step; None for the graph's, if there is one.
      learning_rate: a float, which becomes a variable, or a scalar tensor; or None.
      optimizer: a name of OPTIMIZER_CLS_NAMES, an Optimizer or a class of them, or a function of
        the learning rate that returns one (without arguments, when there is no learning rate).
      gradient_noise_scale: adds truncated normal noise of this scale to gradients.
      gradient_multipliers: a dictionary from variables, or their names, to factors of gradients.
      clip_gradients: the greatest global norm, a float; or a function of pairs (gradient, variable)
        that returns such.
      learning_rate_decay_fn: a function of the learning rate and the global step.
      update_ops: operations to run before; by default those of GraphKeys.UPDATE_OPS.
      variables: what to train; by default all trainable variables.
      name: the variable scope, by default "OptimizeLoss".
      summaries: names of OPTIMIZER_SUMMARIES; by default the loss, the learning rate and the
        global norm of the gradients.
      colocate_gradients_with_ops: see ``compute_gradients``.
      increment_global_step: whether the step counts.

    Returns:
      The loss, evaluated before the step.

    Raises:
      ValueError: arguments that do not fit.
    """
    loss = convert_to_tensor(loss)
    check_ops.assert_scalar(loss)
    if global_step is None:
        global_step = get_global_step()
    else:
        assert_global_step(global_step)
    with variable_scope(name, "OptimizeLoss", [loss, global_step]):
        if update_ops is None:
            update_ops = dict.fromkeys(get_collection(GraphKeys.UPDATE_OPS))
        if update_ops:
            loss = control_flow_ops.with_dependencies(list(update_ops), loss)
        rate = _learning_rate(learning_rate)
        summaries = _checked_summaries(summaries)
        if rate is not None and learning_rate_decay_fn is not None:
            if global_step is None:
                raise ValueError("global_step is required for learning_rate_decay_fn.")
            rate = learning_rate_decay_fn(rate, global_step)
            _summarize("scalar", "learning_rate", rate, "learning_rate" in summaries)
        optimizer = _optimizer(optimizer, rate)
        pairs = optimizer.compute_gradients(
            loss, trainable_variables() if variables is None else variables,
            colocate_gradients_with_ops=colocate_gradients_with_ops)
        if gradient_noise_scale is not None:
            pairs = _noisy(pairs, gradient_noise_scale)
        if gradient_multipliers is not None:
            pairs = _multiplied(pairs, gradient_multipliers)
            if not pairs:
                raise ValueError("Empty list of (gradient, var) pairs encountered. This is most "
                                 "likely to be caused by an improper value of "
                                 "gradient_multipliers.")
        wants_norm = "global_gradient_norm" in summaries or "gradient_norm" in summaries
        if wants_norm:
            _summarize_norm("global_norm/gradient_norm", pairs)
        pairs = _clipped(pairs, clip_gradients)
        _summarize("scalar", "loss", loss, "loss" in summaries)
        _summarize_gradients(pairs, summaries)
        if clip_gradients is not None and wants_norm:
            _summarize_norm("global_norm/clipped_gradient_norm", pairs)
        step = global_step if increment_global_step else None
        update = optimizer.apply_gradients(pairs, global_step=step, name="train")
        return control_flow_ops.with_dependencies([update], loss)


def _learning_rate(learning_rate):
    if learning_rate is None:
        return None
    if isinstance(learning_rate, Tensor) and learning_rate.shape.ndims == 0:
        return learning_rate
    if isinstance(learning_rate, float):
        if learning_rate < 0.0:
            raise ValueError("Invalid learning_rate %s.", learning_rate)
        return get_variable("learning_rate", [], trainable=False,
                            initializer=constant_initializer(learning_rate))
    raise ValueError("Learning rate should be 0d Tensor or float. "
                     f"Got {learning_rate} of type {type(learning_rate)}")


def _checked_summaries(summaries):
    if summaries is None:
        return ["loss", "learning_rate", "global_gradient_norm"]
    for item in summaries:
        if item not in OPTIMIZER_SUMMARIES:
            raise ValueError(f"Summaries should be one of [{', '.join(OPTIMIZER_SUMMARIES)}], you "
                             f"provided {item}.")
    return summaries


def _optimizer(optimizer, rate):
    """An Optimizer from what ``optimize_loss`` takes."""
    if isinstance(optimizer, str):
        if rate is None:
            raise ValueError("Learning rate is None, but should be specified if optimizer is "
                             f"string ({optimizer}).")
        if optimizer not in OPTIMIZER_CLS_NAMES:
            raise ValueError("Optimizer name should be one of "
                             f"[{', '.join(OPTIMIZER_CLS_NAMES)}], you provided {optimizer}.")
        return OPTIMIZER_CLS_NAMES[optimizer](learning_rate=rate)
    if isinstance(optimizer, Optimizer):
        return optimizer
    if isinstance(optimizer, type) and issubclass(optimizer, Optimizer):
        if rate is None:
            raise ValueError("Learning rate is None, but should be specified if optimizer is "
                             f"class ({optimizer}).")
        return optimizer(learning_rate=rate)
    if callable(optimizer):
        made = optimizer() if rate is None else optimizer(rate)
        if not isinstance(made, Optimizer):
            raise ValueError("Unrecognized optimizer: function should return subclass of "
                             f"Optimizer. Got {made}.")
        return made
    raise ValueError("Unrecognized optimizer: should be string, subclass of Optimizer, instance of "
                     "subclass of Optimizer or function with one argument. "
                     f"Got {optimizer}.")


def _noisy(pairs, scale):
    def noisy(gradient):
        if gradient is None:
            return None
        shape = (gradient.dense_shape if isinstance(gradient, IndexedSlices) else gradient.shape)
        return gradient + random_ops.truncated_normal(shape) * scale

    return [(noisy(gradient), variable) for gradient, variable in pairs]


def _multiplied(pairs, multipliers):
    result = []
    for gradient, variable in pairs:
        key = variable if variable in multipliers else variable.name
        if gradient is not None and key in multipliers:
            factor = multipliers[key]
            if isinstance(gradient, IndexedSlices):
                gradient = IndexedSlices(gradient.values * factor, gradient.indices,
                                         gradient.dense_shape)
            else:
                gradient *= math_ops.cast(factor, gradient.dtype)
        result.append((gradient, variable))
    return result


def _clipped(pairs, clip_gradients):
    if clip_gradients is None:
        return pairs
    if isinstance(clip_gradients, float):
        gradients, variables = zip(*pairs)
        clipped, _ = clip_ops.clip_by_global_norm(gradients, clip_gradients)
        return list(zip(clipped, variables))
    if callable(clip_gradients):
        return clip_gradients(pairs)
    raise ValueError(f"Unknown type {type(clip_gradients)} for clip_gradients")


def _summarize(kind, name, value, wanted=True):
    from minitf import summary

    if wanted:
        getattr(summary, kind)(name, value)


def _summarize_norm(name, pairs):
    _summarize("scalar", name, clip_ops.global_norm([gradient for gradient, _ in pairs]))


def _summarize_gradients(pairs, summaries):
    for gradient, variable in pairs:
        values = gradient.values if isinstance(gradient, IndexedSlices) else gradient
        if values is None:
            continue
        name = variable.name.replace(":", "_")
        _summarize("histogram", f"gradients/{name}", values, "gradients" in summaries)
        if "gradient_norm" in summaries:
            _summarize("scalar", f"gradient_norm/{name}", clip_ops.global_norm([values]))

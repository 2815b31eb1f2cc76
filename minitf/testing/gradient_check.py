"""Numeric checks of gradients: central differences in float64 against ``minitf.gradients``.

A function of tensors is made a scalar by projecting its outputs on random weights,
``s(x) = sum_k sum(w_k * f_k(x))``, so one pass of the analytic gradient covers all outputs. Each
element checked is then compared with ``(s(x + h e) - s(x - h e)) / 2h``. The second order is the
same check of the function ``x -> ds/dx``.
"""

import numpy as np

import minitf as tf

_STEP = 1e-5


class GradientError(AssertionError):
    """An analytic gradient and its numeric value differ; the message shows where."""


def check_gradients(function, inputs, order=2, rtol=1e-6, atol=1e-7, max_elements=25, seed=0):
    """Checks the gradients of a function of tensors against central differences.

    Example::

        check_gradients(lambda a, b: tf.matmul(a, b), [np.ones((2, 3)), np.ones((3, 2))])

    Args:
      function: takes as many tensors as there are inputs and returns a tensor or a list of them,
        all float64. It is called in a new graph.
      inputs: float64 arrays at which to check, away from points where ``function`` has no
        derivative.
      order: 1 checks the gradients, 2 their gradients too, and so on.
      rtol, atol: a gradient may be off by ``atol + rtol * abs(numeric)``.
      max_elements: how many elements of each input are checked, chosen at random when it has more.
      seed: of the random weights and choices.

    Raises:
      GradientError: a gradient differs; the message has the function, the inputs, and the argument,
        index and values of the worst element.
      TypeError: an input or an output is not float64.
    """
    arrays = [np.array(value) for value in inputs]
    for i, array in enumerate(arrays):
        if array.dtype != np.float64:
            raise TypeError(f"input {i} is {array.dtype.name}; gradients are checked in float64")
    random = np.random.default_rng(seed)
    name = getattr(function, "__name__", repr(function))
    for level in range(1, order + 1):
        where = f"{name} (order {level})"
        function = _check_once(function, arrays, where, rtol, atol, max_elements, random)
        if function is None:
            return


def _check_once(function, arrays, where, rtol, atol, max_elements, random):
    """Checks one order; returns the gradient as a function of tensors, None where it is zero."""
    project = _projection(random)

    def gradient(*tensors):
        scalar = project(function(*tensors))
        return [grad for grad in tf.gradients(scalar, list(tensors)) if grad is not None]

    with tf.Graph().as_default(), tf.Session() as session:
        tensors = [tf.placeholder(tf.float64, array.shape) for array in arrays]
        scalar = project(function(*tensors))
        grads = tf.gradients(scalar, tensors)
        evaluate = session.make_callable(scalar, tensors)
        fetched = session.run([grad for grad in grads if grad is not None],
                              dict(zip(tensors, arrays)))
        analytic = iter(fetched)
        for argument, (array, grad) in enumerate(zip(arrays, grads)):
            got = np.zeros(array.shape) if grad is None else next(analytic)
            if got.shape != array.shape:
                raise GradientError(f"{where}: argument {argument} has shape {array.shape}, "
                                    f"its gradient {got.shape}")
            _compare(evaluate, arrays, argument, got, where, rtol, atol, max_elements, random)
    return gradient if fetched else None


def _projection(random):
    """A function that makes outputs a scalar, with the same random weights at every call."""
    weights = []

    def project(outputs):
        if not isinstance(outputs, (list, tuple)):
            outputs = [outputs]
        terms = []
        for i, output in enumerate(outputs):
            if output.dtype != tf.float64:
                raise TypeError(
                    f"output {i} is {output.dtype.name}; gradients are checked in float64")
            if len(weights) == i:
                weights.append(random.uniform(0.5, 1.5, output.shape.as_list()))
            terms.append(tf.reduce_sum(output * tf.constant(weights[i], tf.float64)))
        return tf.add_n(terms)

    return project


def _compare(evaluate, arrays, argument, got, where, rtol, atol, max_elements, random):
    """Raises GradientError for the worst element whose numeric gradient is not the analytic one."""
    size = got.size
    chosen = range(size)
    if size > max_elements:
        chosen = random.choice(size, max_elements, replace=False)
    worst = None
    for flat in chosen:
        index = tuple(int(i) for i in np.unravel_index(flat, got.shape))
        expected = _central_difference(evaluate, arrays, argument, index)
        error = abs(got[index] - expected) / (atol + rtol * abs(expected))
        if not error <= 1 and (worst is None or not error <= worst[0]):
            worst = error, index, expected
    if worst is not None:
        _, index, expected = worst
        texts = [np.array2string(array, threshold=20, prefix="  input 0: ") for array in arrays]
        shown = "\n".join(f"  input {i}: {text}" for i, text in enumerate(texts))
        raise GradientError(
            f"gradient of {where} is wrong\n{shown}\n  argument: {argument}\n"
            f"  index:    {list(index)}\n  got:      {got[index]!r}\n  expected: {expected!r}")


def _central_difference(evaluate, arrays, argument, index):
    values = []
    for step in (_STEP, -_STEP):
        moved = list(arrays)
        moved[argument] = arrays[argument].copy()
        moved[argument][index] += step
        values.append(evaluate(*moved))
    return (values[0] - values[1]) / (2 * _STEP)

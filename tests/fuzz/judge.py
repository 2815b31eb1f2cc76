"""Judges of fuzzed programs: the real TensorFlow, or numeric gradients."""

import numpy as np

import minitf
from fuzz.runner import difference, input_array, record, without_failed_steps
from minitf.testing import GradientError, check_gradients


def against_tensorflow(program, oracle, reach=None):
    """What differs from TensorFlow, as a text, or None; ``reach`` is told of the graph."""
    theirs = oracle.record(program)
    if theirs is None:
        return None
    with np.errstate(all="ignore"):
        mine = record(minitf, program, known=theirs["known"])
    if reach is not None:
        reach.add(mine["graph"])
    found = difference(program, mine, theirs)
    if found or not any(theirs["errors"]) or all(theirs["errors"]):
        return found
    return against_tensorflow(without_failed_steps(program, theirs["errors"]), oracle,
                              reach)


def _last_output(program, tensors):
    names = {"tf": minitf, "np": np}
    # Gradients of a product are dense, those of tf.gather would be slices.
    names.update({spec["name"]: tensor * 1.0 for spec, tensor in zip(program["inputs"], tensors)})
    result = tensors[0] * 1.0
    for step in program["steps"]:
        target, _, expression = step.partition(" = ")
        names[target] = eval(expression, names)
        if isinstance(names[target], minitf.Tensor):
            result = names[target]
    return result


def against_differences(program):
    """What differs from central differences in float64, as a text, or None."""
    arrays = [input_array(minitf, spec) / 3 for spec in program["inputs"]]

    def function(*tensors):
        return _last_output(program, tensors)

    with minitf.Graph().as_default(), minitf.Session() as session, np.errstate(all="ignore"):
        value = session.run(function(*[minitf.constant(array) for array in arrays]))
    if not value.size or not np.all(np.isfinite(value)) or np.abs(value).max() > 1e3:
        return None
    try:
        check_gradients(function, arrays, order=1, rtol=1e-4, atol=1e-5, max_elements=4)
    except GradientError as error:
        return str(error)
    return None

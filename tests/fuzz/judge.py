"""Judges of fuzzed programs: the real TensorFlow, or numeric gradients."""

import numpy as np

import minitf
from fuzz.runner import difference, input_array, record
from minitf.testing import GradientError, check_gradients


def against_tensorflow(program, oracle):
    """What differs from TensorFlow, as a text, or None."""
    theirs = oracle.record(program)
    if theirs is None:
        return None
    with np.errstate(all="ignore"):
        mine = record(minitf, program, known=theirs["known"])
    return difference(program, mine, theirs)


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
    arrays = [input_array(spec) / 3 for spec in program["inputs"]]

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

"""Gradients against central differences in float64, first and second order, from the case table.

Rows are checked whose gradient TensorFlow has (it was recorded) and that do not opt out: functions
that are not smooth at the row's inputs, or have no second derivative there.
"""

import re

import numpy as np
import pytest
from case_runner import Raw, parts
from cases import families, load
from record_cases import golden_cases

import minitf as tf
from minitf.testing import check_gradients

RAW = Raw(tf)


def _differentiable(lines, row):
    """Names of the inputs with a recorded gradient."""
    heads = [i for i, line in enumerate(lines) if re.match(r"float64( #|$)", line)]
    text = "\n".join(lines[heads[0]:]) if heads else ""
    return [name for name in row.inputs if re.search(rf"^d{name}\d* (?!= None)", text,
                                                     re.MULTILINE)]


def _rows():
    for family in families():
        golden = golden_cases(family)
        for name, row in load(family)[0].items():
            wanted = not row.fails and row.numeric and "float64" in row.dtypes and row.inputs
            if wanted and not any(spec.variable for spec in row.inputs.values()):
                lines = golden.get(name, ())
                inputs = _differentiable(lines, row)
                if inputs:
                    shapes = _output_shapes(lines)
                    yield pytest.param(row, inputs, shapes, id=f"{family}-{name}")


def _output_shapes(lines):
    """The recorded shapes of the float64 outputs, which may be unknown before a run."""
    texts = re.findall(r"^y\d* float64<(.*?)>", "\n".join(lines), re.MULTILINE)
    return [[int(size) for size in text.split(",") if size] for text in texts]


def _function(row, differentiated, shapes):
    """The row's call as a function of the differentiated inputs."""
    def call(*tensors):
        values = dict(zip(differentiated, tensors))
        environment = {"tf": tf, "np": np, "raw": RAW, "T": tf.float64}
        for name, spec in row.inputs.items():
            if name in values:
                # Gradients of a product are dense, those of tf.gather would be slices.
                environment[name] = values[name] * 1.0
            else:
                array = spec.array(name, "float64")
                environment[name] = tf.constant(array)
        outputs = parts(tf, eval(row.call, environment))
        outputs = [y for y in outputs if isinstance(y, tf.Tensor) and y.dtype == tf.float64]
        return [tf.reshape(y, shape) for y, shape in zip(outputs, shapes)]

    call.__name__ = row.call
    return call


@pytest.mark.parametrize("row, differentiated, shapes", list(_rows()))
def test_gradient(row, differentiated, shapes):
    inputs = [row.inputs[name].array(name, "float64") for name in differentiated]
    check_gradients(_function(row, differentiated, shapes), inputs, rtol=2e-5, atol=2e-6,
                    order=1 if row.numeric is not True else 2, max_elements=4)

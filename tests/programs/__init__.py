"""TF1 programs that run under TensorFlow and under minitf alike.

A program is a module of this folder with a function ``build(tf)``. It builds a graph in the default
graph with the module that it gets, and returns the steps that follow, a list of these:

    run("loss", [loss, accuracy], {x: batch})      Session.run with these fetches and feeds
    call("eval", lambda sess: loss.eval())         any Python, in the session
    seen("shape", x.shape.as_list())               a Python value known while building
    fails("bad matmul", lambda: tf.matmul(x, x))   building that must raise, done at once

``run`` and ``call`` with ``fails=True`` must raise; ``message=False`` says that only the class of
the exception counts (its message is Python's or NumPy's). Feeds and other numbers come from
NumPy's RandomState, so that both sides see the same. A program whose numbers agree less closely
than others says so with ``TOLERANCE = {"float32": 3e-6}``, relative tolerances by dtype.

A program must not fetch a tensor together with an op that changes a variable which that tensor
reads, unless control dependencies order them: TensorFlow leaves the order open.

The graph is recorded when ``build`` returns, the steps are carried out in one session after that.
Programs are written for Python 3.7, which TensorFlow 1.15 runs on.
"""

import importlib
import os
import pkgutil
from collections import namedtuple

Run = namedtuple("Run", "label fetches feeds fails message")
Call = namedtuple("Call", "label function fails message")
Seen = namedtuple("Seen", "label value message")


def run(label, fetches, feeds=None, fails=False, message=True):
    """A step that runs fetches in the session."""
    return Run(label, fetches, feeds, fails, message)


def call(label, function, fails=False, message=True):
    """A step that calls ``function(session)`` in the session."""
    return Call(label, function, fails, message)


def seen(label, value):
    """A value that was computed while building: numbers, texts, and nests of them."""
    return Seen(label, value, True)


def fails(label, function, message=True):
    """Calls ``function()`` now; the step's value is the exception that it must raise."""
    try:
        function()
    except Exception as error:
        return Seen(label, error, message)
    raise AssertionError(f"{label}: raised nothing")


def names():
    """Names of all programs."""
    folder = os.path.dirname(os.path.abspath(__file__))
    return sorted(module.name for module in pkgutil.iter_modules([folder]))


def load(name):
    """The module of a program."""
    return importlib.import_module("programs." + name)

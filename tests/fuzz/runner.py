"""Carries out fuzzed programs, and compares what two TensorFlows made of one.

A program is a dictionary of JSON values::

    {"inputs": [{"name": "a", "dtype": "float32", "shape": [2, 3], "static": [null, 3], "seed": 5}],
     "steps": ["t0 = tf.tanh(a)", "t1 = tf.reduce_sum(t0, 1)"]}

``static`` is the shape that the placeholder is declared with, null when it is unknown. A step that
fails leaves its name undefined. Runs on TensorFlow 1.15's Python too.
"""

import numpy as np
from case_runner import Raw, parse_value, parts, value_text
from signatures import graph_compare

# Relative tolerances of one step, and of gradients (which go through all steps).
_STEP = {"float16": 5e-3, "float32": 1e-5, "float64": 1e-10, "complex64": 1e-5, "complex128": 1e-10}
_GRADIENT = {"float16": 5e-2, "float32": 2e-4, "float64": 1e-8, "complex64": 2e-4,
             "complex128": 1e-8}


def input_array(spec):
    """The value of an input."""
    random = np.random.RandomState(spec["seed"])
    shape, dtype = spec["shape"], spec["dtype"]
    if dtype == "bool":
        return random.randint(0, 2, shape).astype(bool)
    if dtype.startswith("int"):
        return np.asarray(random.randint(-4, 5, shape)).astype(dtype)
    values = np.round(random.uniform(-3, 3, shape), 2)
    if dtype.startswith("complex"):
        values = values + 1j * np.round(random.uniform(-3, 3, shape), 2)
    return np.asarray(values).astype(dtype)


class Program:
    """A program's graph under the module ``tf``.

    ``errors`` has the class name of the exception of each step, or None; ``tensors`` the tensors of
    each step, ``grads`` those of the gradients of the last floating tensor.
    """

    def __init__(self, tf, program):
        self.tf = tf
        self.graph = tf.Graph()
        self.errors, self.tensors, self.grads, self.gradient_error = [], [], [], None
        with self.graph.as_default():
            names = {"tf": tf, "np": np, "raw": Raw(tf)}
            self.inputs = {}
            for spec in program["inputs"]:
                names[spec["name"]] = tf.placeholder(spec["dtype"], spec["static"], spec["name"])
                self.inputs[names[spec["name"]]] = input_array(spec)
            for step in program["steps"]:
                self._build(step, names)
            self._differentiate()

    def _build(self, step, names):
        target, _, expression = step.partition(" = ")
        try:
            value = eval(expression, names)
        except Exception as error:
            self.errors.append(type(error).__name__)
            self.tensors.append([])
            return
        names[target] = value
        self.errors.append(None)
        self.tensors.append([part for part in parts(self.tf, value)
                             if isinstance(part, self.tf.Tensor)])

    def _differentiate(self):
        ys = [y for tensors in self.tensors for y in tensors if y.dtype.is_floating]
        xs = [x for x in self.inputs if x.dtype.is_floating]
        if ys and xs:
            try:
                grads = self.tf.gradients(ys[-1], xs)
            except Exception as error:
                self.gradient_error = type(error).__name__
                return
            self.grads = [parts(self.tf, grad) if grad is not None else [] for grad in grads]

    def text(self):
        return graph_compare.describe(self.graph)

    def run(self, config=None, known=None):
        """Values of each step and gradient, as texts, or the class of the error that came.

        Args:
          known: texts of the values of each step, to be fed where later steps use them, so that
            every step is judged by itself.
        """
        record = {"steps": [], "grads": []}
        feeds = dict(self.inputs)
        with self.tf.Session(graph=self.graph, config=config) as session:
            for i, tensors in enumerate(self.tensors):
                record["steps"].append([_fetch(session, tensor, feeds) for tensor in tensors])
                for tensor, text in zip(tensors, known[i] if known else ()):
                    if "<" in text and self.graph.is_feedable(tensor) and tensor not in feeds:
                        feeds[tensor] = _fed(text)
            for grads in self.grads:
                record["grads"].append([_fetch(session, grad, feeds) for grad in grads
                                        if isinstance(grad, self.tf.Tensor)])
        return record


def _fed(text):
    name, array = parse_value(text)
    return array.astype(object) if name == "string" else array


def _fetch(session, tensor, feeds):
    try:
        return value_text(session.run(tensor, feeds))
    except Exception as error:
        return type(error).__name__


def record(tf, program, config=None, known=None):
    """All that is compared of a program: errors, the graph's text, values."""
    built = Program(tf, program)
    result = {"errors": built.errors, "gradient_error": built.gradient_error, "graph": built.text(),
              "names": [[tensor.name for tensor in tensors] for tensors in built.tensors]}
    # Values of gradients are compared with those of all steps given: run twice when none are.
    if known is None:
        known = built.run(config)["steps"]
    result.update(built.run(config, known))
    result["known"] = known
    return result


def _values_differ(mine, theirs, tolerances):
    if mine == theirs:
        return False
    if "<" not in mine or "<" not in theirs or mine.partition(":")[0] != theirs.partition(":")[0]:
        return True
    name, expected = parse_value(theirs)
    _, got = parse_value(mine)
    rtol = tolerances.get(name)
    if rtol is None:
        return bool(np.any(got != expected))
    finite = np.isfinite(expected)
    if np.any(finite != np.isfinite(got)):
        return True
    largest = np.abs(expected[finite]).max() if finite.any() else 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - expected) <= rtol * np.abs(expected) + rtol / 10 * largest + 1e-37
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    if name.startswith("complex"):
        same = same | ~finite
    return not bool(np.all(np.where(finite, near, same)))


def difference(program, mine, theirs):
    """The first difference of two records as a text, or None; "theirs" is TensorFlow's."""
    for step, got, expected in zip(program["steps"], mine["errors"], theirs["errors"]):
        if got != expected:
            return f"{step}: TensorFlow {_raised(expected)}, minitf {_raised(got)}"
    if mine["gradient_error"] != theirs["gradient_error"]:
        return (f"tf.gradients: TensorFlow {_raised(theirs['gradient_error'])}, "
                f"minitf {_raised(mine['gradient_error'])}")
    found = graph_compare.compare_graph_defs(theirs["graph"], mine["graph"],
                                             ("TensorFlow", "minitf"))
    # A call that fails may leave constants behind: TensorFlow tries ragged tensors after it failed.
    if found and not any(theirs["errors"]):
        return str(type(found)(found[:3], found.labels))
    for step, got, expected in zip(program["steps"], mine["steps"], theirs["steps"]):
        for one, other in zip(got, expected):
            if _values_differ(one, other, _STEP):
                return f"{step}: TensorFlow gives {other[:300]}\nminitf gives {one[:300]}"
    for spec, got, expected in zip(_floating(program), mine["grads"], theirs["grads"]):
        for one, other in zip(got, expected):
            if _values_differ(one, other, _GRADIENT):
                return (f"gradient for {spec['name']}: TensorFlow gives {other[:300]}\n"
                        f"minitf gives {one[:300]}")
    return None


def _floating(program):
    return [spec for spec in program["inputs"] if spec["dtype"].startswith("float")]


def _raised(error):
    return f"raises {error}" if error else "raises nothing"

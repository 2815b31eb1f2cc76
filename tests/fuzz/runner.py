"""Carries out fuzzed programs, and compares what two TensorFlows made of one.

A program is a dictionary of JSON values::

    {"inputs": [{"name": "a", "dtype": "float32", "shape": [2, 3], "static": [null, 3], "seed": 5}],
     "steps": ["t0 = tf.tanh(a)", "t1 = tf.reduce_sum(t0, 1)"],
     "gradients": {"stop": "t0", "grad_ys": true, "twice": true}, "messages": true}

``static`` is the shape that the placeholder is declared with, null when it is unknown. An input may
have ``"values"``, the text of a list of its elements, instead of a seed, and ``"variable"``, "ref"
or "resource". A step that fails leaves its name undefined. Of errors the classes are compared, and
the words unless ``messages`` is false. Runs on TensorFlow 1.15's Python too.
"""

import re

import numpy as np
from case_runner import Raw, parse_value, parts, value_text
from parity import message_of
from signatures import graph_compare

# Relative tolerances of one step, and of gradients (which go through all steps).
_STEP = {"float16": 5e-3, "bfloat16": 2e-2, "float32": 1e-5, "float64": 1e-10, "complex64": 1e-5,
         "complex128": 1e-10}
_GRADIENT = {"float16": 5e-2, "bfloat16": 1e-1, "float32": 2e-4, "float64": 1e-8,
             "complex64": 2e-4, "complex128": 1e-8}

# A message must have this share of the words of TensorFlow's.
_SHARED_WORDS = 0.5

# Messages that come from NumPy or Python, and are no better than others' words.
_OF_PYTHON = re.compile("zero-size array|not inexact|NoneType")

# What is recorded for dtypes that an op declares and TensorFlow has no CPU kernel for. minitf's
# kernels take them.
_NO_KERNEL = "no kernel"
_NO_KERNEL_TEXTS = ("No OpKernel was registered", "Cannot assign a device for operation",
                    "The input data type is not supported", "do not yet support dilation",
                    "mkldnn_sgemm", "inputs rank not in", "Could not allocate ndarray")

# Gradients that cancel to nothing are compared to this.
_ZERO = {"float64": 4e-15, "complex128": 4e-15, "float32": 1e-6, "complex64": 1e-6, "float16": 4e-3}


def input_array(tf, spec):
    """The value of an input."""
    dtype = tf.as_dtype(spec["dtype"]).as_numpy_dtype
    shape = spec["shape"]
    if "values" in spec:
        names = {"nan": float("nan"), "inf": float("inf")}
        values = eval(spec["values"], names)
        array = np.empty(len(values), dtype)
        array[:] = values
        return array.reshape(shape)
    random = np.random.RandomState(spec["seed"])
    kind = spec["dtype"]
    if kind == "bool":
        return random.randint(0, 2, shape).astype(bool)
    if kind == "string":
        words = np.array([b"", b"a", b"12", b"-1.5", b"ab c", b"x,y", b"Hello"], object)
        return words[random.randint(0, len(words), shape)]
    if "int" in kind:
        low = 0 if kind.startswith("u") or spec.get("positive") else -4
        return np.asarray(random.randint(low, 5, shape)).astype(dtype)
    values = np.round(random.uniform(-3, 3, shape), 2)
    if kind.startswith("complex"):
        values = values + 1j * np.round(random.uniform(-3, 3, shape), 2)
    return np.asarray(values).astype(dtype)


class Program:
    """A program's graph under the module ``tf``.

    ``errors`` has the exception of each step ("Class: message"), or None; ``tensors`` the tensors
    of each step, ``grads`` those of the gradients of the last floating tensor.
    """

    def __init__(self, tf, program):
        self.tf = tf
        self.graph = tf.Graph()
        self.errors, self.tensors, self.grads, self.gradient_error = [], [], [], None
        with self.graph.as_default():
            self._names = {"tf": tf, "np": np, "raw": Raw(tf)}
            self.inputs, self.variables, self.sources = {}, [], []
            for spec in program["inputs"]:
                self._add_input(spec)
            for step in program["steps"]:
                self._build(step)
            self._differentiate(program.get("gradients") or {})

    def _add_input(self, spec):
        array = input_array(self.tf, spec)
        name = spec["name"]
        if spec.get("variable"):
            x = self.tf.Variable(array, name=name, use_resource=spec["variable"] == "resource")
            self.variables.append(x)
        else:
            x = self.tf.placeholder(spec["dtype"], spec["static"], name)
            self.inputs[x] = array
        self.sources.append(x)
        self._names[name] = x

    def _build(self, step):
        target, _, expression = step.partition(" = ")
        try:
            value = eval(expression, self._names)
        except Exception as error:
            self.errors.append(_error_text(error))
            self.tensors.append([])
            return
        self._names[target] = value
        self.errors.append(None)
        self.tensors.append([part for part in parts(self.tf, value)
                             if isinstance(part, (self.tf.Tensor, self.tf.Operation))])

    def _differentiate(self, options):
        def smooth(tensor):
            dtype = getattr(tensor, "dtype", None)
            return dtype is not None and (
                dtype.is_floating or dtype.is_complex and bool(options.get("grad_ys")))

        ys = [y for tensors in self.tensors for y in tensors if smooth(y)]
        xs = [x for x in self.sources if smooth(x)]
        if not ys or not xs:
            return
        stop = self._names.get(options.get("stop"))
        arguments = {"grad_ys": [ys[-1]] if options.get("grad_ys") else None,
                     "stop_gradients": [stop] if isinstance(stop, self.tf.Tensor) else None}
        try:
            grads = self.tf.gradients(ys[-1:], xs, **arguments)
            self.grads = [parts(self.tf, grad) if grad is not None else [] for grad in grads]
            again = [grad for grad in grads if isinstance(grad, self.tf.Tensor)]
            if options.get("twice") and again and again[0].dtype.is_floating:
                grads = self.tf.gradients(again[:1], xs)
                self.grads += [parts(self.tf, grad) if grad is not None else [] for grad in grads]
        except Exception as error:
            self.gradient_error = _error_text(error)

    def text(self):
        """The graph; the process's counts are left out of names."""
        return re.sub(r"(CustomGradient-|pyfunc_)\d+", r"\1N", graph_compare.describe(self.graph))

    def place_on_cpu(self):
        """Keeps XLA's kernels from standing in for those that TensorFlow has none of."""
        for op in self.graph.get_operations():
            op._set_device("/device:CPU:0")

    def run(self, config=None, known=None):
        """Values of each step and gradient, as texts, or the error that came.

        Args:
          known: texts of the values of each step, by default those that come out. They are fed
            where later steps use them, so that every step is judged by itself.
        """
        record = {"steps": [], "grads": []}
        feeds = dict(self.inputs)
        with self.tf.Session(graph=self.graph, config=config) as session:
            for variable in self.variables:
                session.run(variable.initializer)
            for i, tensors in enumerate(self.tensors):
                values = [_fetch(session, tensor, feeds) for tensor in tensors]
                record["steps"].append(values)
                for tensor, text in zip(tensors, known[i] if known else values):
                    if _is_value(text) and self.graph.is_feedable(tensor) and tensor not in feeds:
                        feeds[tensor] = _fed(tensor, text)
            for grads in self.grads:
                record["grads"].append([_fetch(session, grad, feeds) for grad in grads
                                        if isinstance(grad, self.tf.Tensor)])
        return record


def _error_text(error):
    text = " ".join(message_of(error).split())
    several = re.match(r"\d+ root error\(s\) found\. \(0\) [^:]*: (.*) \(1\) ", text)
    return "{}: {}".format(type(error).__name__, (several.group(1) if several else text)[:600])


def _is_value(text):
    return re.match(r"\w+<[\d,]*>:", text) is not None


def _fed(tensor, text):
    name, array = parse_value(text)
    if name == "string":
        quoted = [re.sub(r"\\x(..)", lambda match: chr(int(match.group(1), 16)), word[1:-1])
                  for word in array.ravel().tolist()]
        array = np.array([word.encode("latin1") for word in quoted] + [None], object)[:-1].reshape(
            array.shape)
    return array.astype(tensor.dtype.as_numpy_dtype)


def _fetch(session, tensor, feeds):
    try:
        value = session.run(tensor, feeds)
        return "operation" if value is None else value_text(value)
    except Exception as error:
        text = _error_text(error)
        return _NO_KERNEL if any(part in text for part in _NO_KERNEL_TEXTS) else text


def record(tf, program, config=None, known=None):
    """All that is compared of a program: errors, the graph's text, values."""
    built = Program(tf, program)
    result = {"errors": built.errors, "gradient_error": built.gradient_error, "graph": built.text(),
              "names": [[tensor.name for tensor in tensors] for tensors in built.tensors]}
    if config is not None:
        built.place_on_cpu()
    result.update(built.run(config, known))
    result["known"] = known or result["steps"]
    return result


def without_failed_steps(program, errors):
    """The program without the steps that cannot be built, whose remains are not compared."""
    kept = [step for step, error in zip(program["steps"], errors) if error is None]
    return dict(program, steps=kept)


# ---- comparison ----


def _words(text):
    return set(re.findall(r"[A-Za-z_]{3,}|\d+", text))


def _errors_differ(mine, theirs, words_count=True):
    """Whether two errors differ in class, or minitf's lacks the words of TensorFlow's."""
    if mine is None or theirs is None:
        return mine is not theirs
    kind, _, message = theirs.partition(": ")
    my_kind, _, my_message = mine.partition(": ")
    words = _words(message) if words_count and not _OF_PYTHON.search(message) else set()
    return kind != my_kind or len(words & _words(my_message)) < _SHARED_WORDS * len(words)


def _values_differ(mine, theirs, tolerances, zero=None, words_count=True):
    if mine == theirs or theirs == _NO_KERNEL:
        return False
    if not _is_value(mine) and not _is_value(theirs):
        return _errors_differ(mine, theirs, words_count)
    if not _is_value(mine) or not _is_value(theirs) or (
            mine.partition(":")[0] != theirs.partition(":")[0]):
        return True
    name, expected = parse_value(theirs)
    _, got = parse_value(mine)
    rtol = tolerances.get(name)
    zero = (zero or {}).get(name, 1e-37)
    if rtol is None:
        return bool(np.any(got != expected))
    finite = np.isfinite(expected)
    if np.any(finite != np.isfinite(got)):
        return True
    largest = np.abs(expected[finite]).max() if finite.any() else 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - expected) <= rtol * np.abs(expected) + rtol / 10 * largest + zero
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    if name.startswith("complex"):
        same = same | ~finite
    return not bool(np.all(np.where(finite, near, same)))


def _both_fail(mine, theirs):
    """Whether both gave errors, minitf one that tells of the program and not of itself."""
    return not _is_value(mine) and not _is_value(theirs) and not mine.startswith(
        ("InternalError", "KeyError", "AttributeError", "IndexError"))


def difference(program, mine, theirs):
    """The first difference of two records as a text, or None; "theirs" is TensorFlow's."""
    words_count = program.get("messages", True)
    for step, got, expected in zip(program["steps"], mine["errors"], theirs["errors"]):
        if _errors_differ(got, expected, words_count):
            return f"{step}: TensorFlow {_raised(expected)}, minitf {_raised(got)}"
    if _errors_differ(mine["gradient_error"], theirs["gradient_error"], words_count):
        return (f"tf.gradients: TensorFlow {_raised(theirs['gradient_error'])}, "
                f"minitf {_raised(mine['gradient_error'])}")
    found = graph_compare.compare_graph_defs(theirs["graph"], mine["graph"],
                                             ("TensorFlow", "minitf"))
    # A call that fails may leave constants behind: TensorFlow tries ragged tensors after it failed.
    if found and not any(theirs["errors"]):
        return str(type(found)(found[:3], found.labels))
    failed = False  # once a step did, it is open at which of two nodes a later step fails
    for step, got, expected in zip(program["steps"], mine["steps"], theirs["steps"]):
        for one, other in zip(got, expected):
            if failed and _both_fail(one, other):
                continue
            if _values_differ(one, other, _STEP, words_count=words_count):
                return f"{step}: TensorFlow gives {other[:300]}\nminitf gives {one[:300]}"
            failed = failed or not _is_value(other)
    for i, (got, expected) in enumerate(zip(mine["grads"], theirs["grads"])):
        for one, other in zip(got, expected):
            if _both_fail(one, other):
                continue  # which of several nodes fails first depends on threads
            if _values_differ(one, other, _GRADIENT, _ZERO):
                return f"gradient {i}: TensorFlow gives {other[:300]}\nminitf gives {one[:300]}"
    return None


def _raised(error):
    return f"raises {error}" if error else "raises nothing"

"""Carries out rows of the case table under one TensorFlow, real or ours, and writes what it saw.

``observe(tf, row)`` returns the text of a case, in the form of tests/golden/cases::

    graph                                  nodes but the inputs; in front of a line the kinds of
    Sum/reduction_indices = Const() ...    input shapes for which it is there, if not for all
    Sum = Sum(x,Sum/reduction_indices) Tidx=int32 ... -> <2,3> | <?,3> | <*>
    float32                                values of the first dtype: outputs, gradients
    y float32<2>: 0.5 -1.25
    dx float32<2,3>: 1.0 1.0 1.0 1.0 1.0 1.0
    float64 #5f0a77e1                      values of another dtype, hash of its graph
    y float64<2>: 0.5 -1.25
    ...

After an arrow are the output's static shapes for known, partly known and unknown shapes of the
inputs, one if they are equal. Rows whose graphs are not compared have a line of op types instead. A
row that fails has lines ``known: build ValueError: message``.
Runs on TensorFlow 1.15's Python too.
"""

import difflib
import hashlib
import re

import numpy as np
from parity import message_of
from signatures import graph_compare

# ---- calling ----


class Raw:
    """``Raw(tf).X(...)`` adds an op X with inputs and attributes given by keyword."""

    def __init__(self, tf):
        self._add = _raw_adder(tf)

    def __getattr__(self, op_name):
        return lambda **arguments: self._add(op_name, arguments)


def _raw_adder(tf):
    if tf.__name__ == "minitf":
        from minitf.framework import registry

        return lambda op_name, arguments: registry.get(op_name)(**arguments)
    from tensorflow.core.framework import op_def_pb2
    from tensorflow.python import pywrap_tensorflow
    from tensorflow.python.framework import op_def_library

    data = pywrap_tensorflow.TF_GetBuffer(pywrap_tensorflow.TF_GetAllOpList())
    op_list = op_def_pb2.OpList.FromString(data)
    library = op_def_library.OpDefLibrary()
    library.add_op_list(op_list)
    op_defs = {op_def.name: op_def for op_def in op_list.op}

    def add(op_name, arguments):
        return library.apply_op(op_name, **dict(_defaults(op_defs[op_name]), **arguments))

    return add


def _defaults(op_def):
    """The defaults of the attributes that inputs do not tell."""
    told = {name for arg in op_def.input_arg
            for name in (arg.type_attr, arg.number_attr, arg.type_list_attr)}
    defaults = {}
    for attr in op_def.attr:
        if attr.HasField("default_value") and attr.name not in told:
            value = attr.default_value
            kind = value.WhichOneof("value")
            if kind == "list":
                fields = [list(items) for _, items in value.list.ListFields()]
                defaults[attr.name] = fields[0] if fields else []
            else:
                defaults[attr.name] = getattr(value, kind)
    return defaults


_RAW = {}


def _environment(tf, dtype):
    if tf.__name__ not in _RAW:
        _RAW[tf.__name__] = Raw(tf)
    return {"tf": tf, "np": np, "raw": _RAW[tf.__name__], "T": tf.as_dtype(dtype)}


def _tf_dtype(tf, array):
    return tf.string if array.dtype == object else tf.as_dtype(array.dtype)


def _static_shape(kind, array):
    if kind == "unknown":
        return None
    if kind == "partly" and array.ndim:
        return (None,) + array.shape[1:]
    return array.shape


def _inputs(tf, row, dtype, kind):
    """The tensors and variables of a row: (tensors by name, feeds, variables by name)."""
    tensors, feeds, variables = {}, {}, {}
    for name, spec in row.inputs.items():
        array = spec.array(name, dtype)
        if spec.variable:
            tensors[name] = variables[name] = tf.Variable(
                array, name=name, use_resource=spec.variable == "resource")
        else:
            tensors[name] = tf.placeholder(_tf_dtype(tf, array), _static_shape(kind, array), name)
            feeds[tensors[name]] = array
    return tensors, feeds, variables


def parts(tf, value):
    """The tensors and operations of what a call returned, and the texts of other values."""
    if isinstance(value, (tf.Tensor, tf.Operation)):
        return [value]
    if isinstance(value, tf.IndexedSlices):
        return parts(tf, [value.values, value.indices, value.dense_shape])
    if isinstance(value, tf.SparseTensor):
        return [value.indices, value.values, value.dense_shape]
    if isinstance(value, tf.Variable):
        return [value.read_value()]
    if isinstance(value, (list, tuple)):
        return [part for item in value for part in parts(tf, item)]
    if isinstance(value, dict):
        return [part for key in sorted(value) for part in parts(tf, value[key])]
    if isinstance(value, (tf.TensorShape, tf.DType)):
        return [str(value)]
    return [repr(value)]


def _gradients(tf, outputs, tensors):
    """(grads with respect to the differentiable inputs, by name; extra feeds for grad_ys)."""
    ys = [y for y in outputs if isinstance(y, tf.Tensor) and (y.dtype.is_floating
                                                             or y.dtype.is_complex)]
    xs = {name: x for name, x in tensors.items()
          if x.dtype.base_dtype.is_floating or x.dtype.base_dtype.is_complex}
    if not ys or not xs:
        return {}
    grad_ys = [tf.placeholder(y.dtype, name="grad") if y.dtype.is_complex else None for y in ys]
    return dict(zip(xs, tf.gradients(ys, list(xs.values()), grad_ys)))


class Built:
    """A row's graph and what to fetch from it."""

    def __init__(self, tf, row, dtype, kind):
        self.tf = tf
        self.graph = tf.Graph()
        with self.graph.as_default():
            self.tensors, self.feeds, self.variables = _inputs(tf, row, dtype, kind)
            value = eval(row.call, dict(_environment(tf, dtype), **self.tensors))
            self.outputs = parts(tf, value)
            self.grads, self.refusal = {}, None
            if row.grads:
                try:
                    self.grads = _gradients(tf, self.outputs, self.tensors)
                except Exception as error:
                    self.refusal = type(error).__name__
        inputs = {x.op.name for x in self.feeds}
        self.lines = [_split_shapes(_without_counts(line))
                      for line in graph_compare.describe(self.graph).splitlines()[1:]
                      if line.partition(" ")[0] not in inputs]

    def run(self, config=None):
        """The values as lines "label dtype<shape>: elements"."""
        with self.tf.Session(graph=self.graph, config=config) as session:
            for variable in self.variables.values():
                session.run(variable.initializer)
            lines = self._values(session, "y", self.outputs, self.feeds)
            if self.grads:
                feeds = dict(self.feeds)
                feeds.update(self._upstream(session))
                grads = [parts(self.tf, grad) for grad in self.grads.values()]
                for name, grad in zip(self.grads, grads):
                    lines += self._values(session, "d" + name, grad, feeds)
            for name, variable in self.variables.items():
                lines += self._values(session, name, [variable], {})
        if self.refusal:
            lines.append("gradients: " + self.refusal)
        return lines

    def _values(self, session, label, fetches, feeds):
        tf = self.tf
        fetched = [f for f in fetches if not isinstance(f, (str, tf.Operation))]
        done = [f for f in fetches if isinstance(f, tf.Operation)]
        values = iter(session.run([fetched, done], feeds)[0] if fetched or done else ())
        lines = []
        for i, item in enumerate(fetches):
            name = label if len(fetches) == 1 else f"{label}{i}"
            if isinstance(item, str):
                lines.append(f"{name} = {item}")
            elif isinstance(item, tf.Operation):
                lines.append(f"{name} = operation")
            else:
                lines.append(f"{name} {value_text(next(values))}")
        return lines

    def _upstream(self, session):
        """Gradients to start from that are not all ones, where they can be fed."""
        feeds = {}
        for op in self.graph.get_operations():
            if op.type == "Placeholder" and op.name.startswith("grad"):
                ys = [y for y in self.outputs if not isinstance(y, str) and hasattr(y, "dtype")]
                index = sum(1 for tensor in feeds if tensor.op.type == "Placeholder")
                ys = [y for y in ys if y.dtype.is_complex]
                shape = session.run(ys[index], self.feeds).shape
                feeds[op.outputs[0]] = _ramp(shape) * (1 - 0.5j)
        fills = [op.outputs[0] for op in self.graph.get_operations()
                 if re.match(r"gradients/Fill(_\d+)?$", op.name) and op.type == "Fill"]
        fills = [fill for fill in fills if self.graph.is_feedable(fill)]
        shapes = [value.shape for value in session.run(fills, self.feeds)]
        feeds.update((fill, _ramp(shape)) for fill, shape in zip(fills, shapes))
        return feeds


def _ramp(shape):
    size = int(np.prod(shape))
    return (1 + np.arange(size) % 7 / 4.0).reshape(shape)


# ---- graphs of several kinds of shapes as one text ----


def _without_counts(line):
    """A node's line without numbers that are others in each process."""
    return re.sub(r"(CustomGradient-|pyfunc_)\d+|(hash_table_)[0-9a-f-]{36}", r"\1\2N", line)


def _split_shapes(line):
    """A node's line and its output shapes."""
    match = re.search(r" _output_shapes=\[(\S*)\]", line)
    if match is None:
        return line, ""
    shapes = match.group(1).replace(",<", " <")
    return line[:match.start()] + line[match.end():], shapes


def merge(graphs):
    """Graphs by tag, as one list of texts.

    A line is in front marked with the tags of the graphs that have it, if these are not all, and
    ends in the static shapes. The lines with one tag are that graph's, in its order.
    """
    merged = []
    for tag, lines in graphs.items():
        matcher = difflib.SequenceMatcher(None, [entry[0] for entry in merged],
                                          [line for line, _ in lines], autojunk=False)
        result = []
        for _, i1, i2, j1, j2 in matcher.get_opcodes():
            same = [entry[0] for entry in merged[i1:i2]] == [line for line, _ in lines[j1:j2]]
            if same:
                for entry, (_, shapes) in zip(merged[i1:i2], lines[j1:j2]):
                    entry[1][tag] = shapes
                    result.append(entry)
            else:
                result += merged[i1:i2]
                result += [[line, {tag: shapes}] for line, shapes in lines[j1:j2]]
        merged = result
    texts = []
    for line, shapes in merged:
        front = "" if len(shapes) == len(graphs) else "".join(tag[0] for tag in shapes) + ": "
        listed = list(shapes.values())
        tail = listed[0] if len(set(listed)) == 1 else " | ".join(listed)
        texts.append(front + line + (" -> " + tail if tail else ""))
    return texts


# ---- values as text ----


def value_text(value):
    """An array as ``dtype<shape>: elements``."""
    if type(value).__module__ == "builtins" and isinstance(value, bytes):
        value = np.array(value, dtype=object)
    array = np.asarray(value)
    name = array.dtype.name
    if array.dtype == object:
        name = "string"
        elements = [graph_compare.string_text(item) for item in array.ravel()]
    elif array.dtype == bool:
        elements = ["TF"[not item] for item in array.ravel()]
    elif array.dtype.kind == "c":
        elements = ["{}{}{}j".format(_float(x.real), "" if str(x.imag)[0] in "-" else "+",
                                     _float(x.imag)) for x in array.ravel()]
    elif array.dtype.kind == "f":
        elements = [_float(item) for item in array.ravel()]
    else:
        elements = [str(item) for item in array.ravel()]
    shape = ",".join(map(str, array.shape))
    return f"{name}<{shape}>: {' '.join(elements)}".rstrip()


def _float(item):
    """The shortest text that gives the number back."""
    text = str(item)
    return text.split(".0")[0] if text.endswith(".0") else text


def parse_value(text):
    """The array of a ``value_text`` (strings as a list of texts), and its dtype's name."""
    head, _, rest = text.partition(":")
    name, _, shape = head.rstrip(">").partition("<")
    shape = [int(size) for size in shape.split(",") if size]
    words = rest.split()
    if name == "string":
        return name, np.array(words, dtype=object).reshape(shape)
    if name == "bool":
        return name, np.array([word == "T" for word in words], bool).reshape(shape)
    if name.startswith("complex"):
        return name, np.array([complex(word) for word in words], name).reshape(shape)
    if name in ("float16", "float32", "float64"):
        return name, np.array([float(word) for word in words], name).reshape(shape)
    if name == "bfloat16":
        return name, np.array([float(word) for word in words], "float32").reshape(shape)
    return name, np.array([int(word) for word in words], name).reshape(shape)


# ---- one row ----


def _failure(tf, row, dtype, kind, config):
    """"build ValueError: message" or "run InvalidArgumentError: message"."""
    try:
        built = Built(tf, row, dtype, kind)
    except Exception as error:
        return "build " + _error_text(error)
    try:
        built.run(config)
    except Exception as error:
        return "run " + _error_text(error)
    return "does not fail"


def _error_text(error):
    text = " ".join(message_of(error).split())
    return f"{type(error).__name__}: {text[:600]}"


def observe(tf, row, config=None):
    """The text of a case; see the module's documentation."""
    if row.fails:
        return [f"{kind}: {_failure(tf, row, row.dtypes[0], kind, config)}" for kind in row.shapes]
    built = {kind: Built(tf, row, row.dtypes[0], kind) for kind in row.shapes}
    lines = []
    if row.graph:
        lines += ["graph", *merge({kind: one.lines for kind, one in built.items()})]
    first = next(iter(built.values()))
    if not row.graph:
        lines.append("ops " + " ".join(sorted({op.type for op in first.graph.get_operations()})))
    lines += [row.dtypes[0], *first.run(config)]
    if row.shapes[-1] != row.shapes[0]:
        again = built[row.shapes[-1]].run(config)
        if not row.random and not same_values(again, first_values(lines, row.dtypes[0])):
            lines += [f"{row.dtypes[0]} {row.shapes[-1]}", *again]
    for dtype in row.dtypes[1:]:
        other = Built(tf, row, dtype, "known")
        text = "\n".join(line + shapes for line, shapes in other.lines)
        digest = " #" + hashlib.sha1(text.encode()).hexdigest()[:8] if row.graph else ""
        lines += [dtype + digest, *other.run(config)]
    return lines


def first_values(lines, dtype):
    """The lines of values of the first dtype."""
    return lines[lines.index(dtype) + 1:]


def same_values(got, expected):
    """Whether lines of values are equal up to the last bits."""
    return not value_differences(got, expected, 1e-5)


def value_differences(got, expected, rtol):
    """Texts of what differs between two lists of lines of values."""
    from parity import _close

    if len(got) != len(expected):
        return ["values: expected\n  " + "\n  ".join(expected) + "\ngot\n  " + "\n  ".join(got)]
    found = []
    for mine, theirs in zip(got, expected):
        if mine == theirs:
            continue
        label, _, text = theirs.partition(" ")
        my_label, _, my_text = mine.partition(" ")
        head = text.partition(":")[0]
        if label != my_label or "<" not in head or head != my_text.partition(":")[0]:
            found.append(f"expected {theirs}\n     got {mine}")
            continue
        name, expected_array = parse_value(text)
        _, array = parse_value(my_text)
        if name == "string":
            found.append(f"expected {theirs}\n     got {mine}")
            continue
        tolerance = {"float16": max(rtol * 1e3, 2e-3), "float32": rtol, "complex64": rtol,
                     "float64": max(rtol * 1e-6, 1e-12), "complex128": max(rtol * 1e-6, 1e-12)}
        near = _near_complex if name.startswith("complex") else _close
        wrong = np.argwhere(~np.asarray(near(array, expected_array, tolerance), bool)
                            .reshape(array.shape))
        if len(wrong):
            index = tuple(wrong[0].tolist())
            found.append(f"{label}{list(index)}: expected {expected_array[index]!r}, got "
                         f"{array[index]!r} ({len(wrong)} of {array.size} differ)")
    return found


def _near_complex(got, expected, tolerance):
    """Where complex numbers agree: as points, for a part may be what is left of a cancellation."""
    size = np.abs(expected)
    finite = np.isfinite(size)
    rtol = tolerance[expected.dtype.name]
    atol = rtol / 10 * (size[finite].max() if finite.any() else 0)
    with np.errstate(invalid="ignore"):
        near = np.abs(got - expected) <= rtol * size + atol
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return np.where(finite, near, same)

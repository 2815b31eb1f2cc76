"""`minitf run` and `minitf.as_tensorflow`: programs that import tensorflow get minitf."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import record_scripts
from record_scripts import names, output, path_of

import minitf

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(minitf.__file__)))
RUN = [sys.executable, "-m", "minitf", "run"]


def run(arguments, cwd, **environment):
    """The finished process of `minitf run` with these arguments."""
    return subprocess.run(
        [*RUN, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": ROOT, **environment})


@pytest.fixture
def script(tmp_path):
    """Writes a program; returns its path."""
    def write(text, name="program.py"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


# ---- programs in the style of books and tutorials ----


def numbers(text):
    return np.array(re.findall(r"-?\d+\.\d+", text), np.float64)


@pytest.mark.parametrize("name", names())
def test_program_prints_what_tensorflow_prints(name, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", ROOT)
    text, errors, status = output(RUN, name)
    assert status == 0, errors
    with open(path_of(name, ".txt")) as stream:
        expected = stream.read()
    # A number may be rounded the other way in its last digit.
    assert re.sub(r"\d\.\d+", "x", text) == re.sub(r"\d\.\d+", "x", expected)
    np.testing.assert_allclose(numbers(text), numbers(expected), rtol=2e-3, atol=2e-3)


def test_every_program_is_recorded():
    assert len(names()) >= 10
    assert [name for name in names() if not os.path.exists(path_of(name, ".txt"))] == []
    assert record_scripts._HELPERS.isdisjoint(names())


# ---- the command ----


def test_arguments_and_main(script):
    path = script("import sys, os\nimport tensorflow as tf\n"
                  "print(__name__, sys.argv[1:], os.path.basename(sys.argv[0]),"
                  " os.path.basename(__file__))\n"
                  "print(sys.modules['__main__'].tf is tf, tf.__version__)\n")
    done = run([path, "--steps", "3", "-m", "x"], path.parent)
    assert done.stdout == ("__main__ ['--steps', '3', '-m', 'x'] program.py program.py\n"
                           "True 1.15.5\n"), done.stderr


def test_modules_beside_the_script_are_found(script):
    script("import tensorflow as tf\nvalue = tf.constant(3)\n", "helper.py")
    path = script("import helper\nprint(helper.value.name)\n")
    assert run([path], "/").stdout == "Const:0\n"


def test_module(script):
    path = script("import sys\nimport tensorflow as tf\nprint(sys.argv[1:], tf.VERSION)\n",
                  "mod.py")
    assert run(["-m", "mod", "a", "--b"], path.parent).stdout == "['a', '--b'] 1.15.5\n"


def test_directory_with_main(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__main__.py").write_text("import tensorflow\nprint('main')\n")
    assert run(["app"], tmp_path).stdout == "main\n"


def test_exit_status_of_the_program(script):
    path = script("import tensorflow as tf\n"
                  "def main(argv):\n    print(argv[1:])\n    return 7\n"
                  "tf.app.run()\n")
    done = run([path, "a"], path.parent)
    assert (done.returncode, done.stdout) == (7, "['a']\n"), done.stderr


def test_traceback_begins_in_the_program(script):
    path = script("def f():\n    raise KeyError('lost')\nf()\n")
    done = run([path], path.parent)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1] == f'  File "{path}", line 3, in <module>'
    assert lines[-1] == "KeyError: 'lost'"


def test_syntax_error(script):
    path = script("x = = 1\n")
    done = run([path], path.parent)
    assert done.returncode == 1 and "SyntaxError" in done.stderr and str(path) in done.stderr


def test_encoding_of_a_source(tmp_path):
    path = tmp_path / "program.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nprint(len('\xe9\xe8'))\n".encode("latin-1"))
    assert run([path], tmp_path).stdout == "2\n"


@pytest.mark.parametrize("name, content, message", [
    ("missing.py", None, "cannot read missing.py: No such file or directory"),
    ("bad.ipynb", "no json", "bad.ipynb is not a notebook"),
    ("other.ipynb", '{"cells": 3}', "other.ipynb is not a notebook")])
def test_what_cannot_be_run(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_text(content)
    done = run([name], tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"minitf run: {message}"), done.stderr


# ---- notebooks ----


def notebook(*cells):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
        {"cell_type": kind, "source": source, "metadata": {}, "outputs": []}
        for kind, source in cells]})


CELLS = notebook(
    ("markdown", "# Title"),
    ("code", ["%matplotlib inline\n", "import tensorflow as tf\n", "a = tf.constant(2.0)"]),
    ("code", "%%time\nwith tf.Session() as sess:\n    b = sess.run(a * 3)"),
    ("code", "%%bash\necho never"),
    ("code", "!echo shell > /dev/null\nprint('b is', b)"))


def test_notebook_without_ipython(script):
    path = script(CELLS, "book.ipynb")
    script("raise ImportError('IPython')", "IPython.py")
    done = run([path], path.parent, PYTHONPATH=os.pathsep.join([str(path.parent), ROOT]))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "b is 6.0\n"
    assert re.findall(r"^cell (\d): left out, as it needs IPython: (.*)$", done.stderr, re.M) == [
        ("1", "%matplotlib inline"), ("2", "%%time"), ("3", "%%bash"),
        ("4", "!echo shell > /dev/null")]


def test_notebook_with_ipython(script):
    pytest.importorskip("IPython")
    path = script(notebook(("code", "import tensorflow as tf\nx = !echo shell"),
                           ("code", "print(x[0], tf.__version__)")), "book.ipynb")
    done = run([path], path.parent)
    assert done.returncode == 0, done.stderr
    assert "shell 1.15.5" in done.stdout


def test_notebook_stops_at_an_error(script):
    path = script(notebook(("code", "1 / 0"), ("code", "print('never')")), "book.ipynb")
    done = run([path], path.parent)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stdout + done.stderr and "never" not in done.stdout


# ---- names ----


def python(code, **environment):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": ROOT, **environment}, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


IMPORTS = """
import tensorflow.compat.v1 as tf1
from tensorflow.compat.v1 import placeholder
from tensorflow.python.framework import ops, dtypes, constant_op, tensor_shape, tensor_util
from tensorflow.python.framework import errors, errors_impl, graph_util, random_seed, test_util
from tensorflow.python.framework.ops import Tensor, RegisterGradient, convert_to_tensor
from tensorflow.python.framework.tensor_util import constant_value, MakeNdarray
from tensorflow.python.ops import math_ops, array_ops, nn_ops, nn, nn_impl, control_flow_ops
from tensorflow.python.ops import variable_scope, variables, init_ops, random_ops, state_ops
from tensorflow.python.ops import embedding_ops, rnn, rnn_cell, rnn_cell_impl, gradients
from tensorflow.python.ops import gradients_impl, gen_nn_ops, gen_math_ops, clip_ops, io_ops
from tensorflow.python.ops import check_ops, data_flow_ops, parsing_ops, string_ops, script_ops
from tensorflow.python.ops import tensor_array_ops, resource_variable_ops, sparse_ops
from tensorflow.python.ops import linalg_ops, logging_ops, partitioned_variables, image_ops
from tensorflow.python.ops.rnn_cell_impl import LSTMStateTuple, RNNCell
from tensorflow.python.training import optimizer, adam, gradient_descent, moving_averages
from tensorflow.python.training import saver, training_util, queue_runner, slot_creator
from tensorflow.python.training import training_ops
from tensorflow.python.training.optimizer import Optimizer
from tensorflow.python.client import session, device_lib
from tensorflow.python.platform import gfile, tf_logging, app, flags, test, googletest
from tensorflow.python.util import nest, tf_inspect, compat, deprecation, tf_contextlib
from tensorflow.python.util.tf_export import tf_export
from tensorflow.python.summary import summary
from tensorflow.python.lib.io import file_io, python_io, tf_record
from tensorflow.python.layers import base, core, convolutional, normalization
from tensorflow.python import pywrap_tensorflow
from tensorflow.python.pywrap_tensorflow import NewCheckpointReader
from tensorflow.python.tools.inspect_checkpoint import print_tensors_in_checkpoint_file
from tensorflow.core.framework import graph_pb2, summary_pb2, types_pb2, attr_value_pb2
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.protobuf import config_pb2, saver_pb2, meta_graph_pb2
from tensorflow.core.example import example_pb2, feature_pb2
from tensorflow.core.util.event_pb2 import Event
from tensorflow.contrib import layers, framework
from tensorflow.contrib.framework import arg_scope
from tensorflow.contrib.layers.python.layers import utils
from tensorflow.examples.tutorials.mnist import input_data
"""


@pytest.mark.parametrize("line", IMPORTS.strip().splitlines())
def test_import(line, imported):
    assert imported[line] is None


@pytest.fixture(scope="module")
def imported():
    """What each line raises, by line, in one process."""
    code = ("import json, minitf.as_tensorflow\nfound = {}\n"
            f"for line in {IMPORTS.strip().splitlines()!r}:\n"
            "    found[line] = None\n"
            "    try:\n        exec(line)\n"
            "    except Exception as error:\n        found[line] = repr(error)\n"
            "print(json.dumps(found))")
    return json.loads(python(code)[0])


@pytest.mark.parametrize("inner, public", [
    ("python.framework.ops.Tensor", "Tensor"), ("python.ops.math_ops.matmul", "matmul"),
    ("python.ops.math_ops.reduce_sum_v1", "reduce_sum"), ("compat.v1.nn.relu", "nn.relu"),
    ("python.ops.init_ops.Constant", "constant_initializer"),
    ("python.ops.nn.dropout", "nn.dropout"), ("python.framework.dtypes.float32", "float32"),
    ("python.training.adam.AdamOptimizer", "train.AdamOptimizer"),
    ("core.framework.graph_pb2.GraphDef", "GraphDef"),
    ("core.framework.types_pb2.DT_FLOAT", "float32.as_datatype_enum"),
    ("python.ops.rnn_cell_impl.RNNCell", "nn.rnn_cell.RNNCell"),
    ("python.client.session.Session", "Session")])
def test_inner_name_is_the_public_one(inner, public):
    module, _, name = inner.rpartition(".")
    assert python(f"import minitf.as_tensorflow\nimport tensorflow as tf\n"
                  f"import tensorflow.{module} as module\n"
                  f"print(module.{name} is tf.{public} or module.{name} == tf.{public})"
                  ) == ["True"]


@pytest.mark.parametrize("line, error", [
    ("tf.keras.layers", "AttributeError: minitf has no tf.keras"),
    ("tf.lite", "AttributeError: minitf has no tf.lite (TensorFlow 1.15 has): "
                "see docs/coverage.md"),
    ("tf.train.experimental", "AttributeError: minitf has no tf.train.experimental (TensorFlow "
                              "1.15 has): see docs/coverage.md"),
    ("tf.nonsense", "AttributeError: module 'tensorflow' has no attribute 'nonsense'"),
    ("tf.nn.nonsense", "AttributeError: module 'tensorflow.nn' has no attribute 'nonsense'"),
    ("from tensorflow import keras", "ModuleNotFoundError: minitf has no tf.keras"),
    ("import tensorflow.contrib.kafka", "ModuleNotFoundError: minitf has no tf.contrib.kafka "
                                        "(TensorFlow 1.15 has): see docs/coverage.md"),
    ("from tensorflow.python.ops import nonsense_ops",
     "ModuleNotFoundError: minitf has no module tensorflow.python.ops.nonsense_ops: "
     "see docs/coverage.md")])
def test_what_is_not_there_says_so(line, error):
    told = python("import minitf.as_tensorflow\nimport tensorflow as tf\n"
                  f"try:\n    {line}\nexcept Exception as error:\n"
                  "    print(f'{type(error).__name__}: {error}')")
    assert told[0].startswith(error)


@pytest.mark.parametrize("name, message", [
    ("lite", "minitf has no tf.lite (TensorFlow 1.15 has): see docs/coverage.md"),
    ("nonsense", "module 'minitf' has no attribute 'nonsense'"),
    ("math.nonsense", "module 'minitf.math' has no attribute 'nonsense'"),
    ("contrib.kafka", "minitf has no tf.contrib.kafka (TensorFlow 1.15 has): "
                      "see docs/coverage.md"),
    ("compat.v2", "minitf has no tf.compat.v2 (TensorFlow 1.15 has): see docs/coverage.md")])
def test_minitf_says_it_too(name, message):
    value = minitf
    with pytest.raises(AttributeError) as error:
        for part in name.split("."):
            value = getattr(value, part)
    assert str(error.value) == message


def test_nothing_is_claimed_unasked():
    assert python("import sys, minitf\nprint('tensorflow' in sys.modules, any('Finder' == "
                  "type(finder).__name__ for finder in sys.meta_path))") == ["False False"]


def test_the_real_tensorflow_is_not_replaced(tmp_path):
    (tmp_path / "tensorflow.py").write_text("name = 'real'\n")
    told = python("import tensorflow\ntry:\n    import minitf.as_tensorflow\n"
                  "except ImportError as error:\n    print(error)\nprint(tensorflow.name)",
                  PYTHONPATH=os.pathsep.join([str(tmp_path), ROOT]))
    assert told[0].startswith("minitf cannot take the name tensorflow: another tensorflow is "
                              f"already imported, from {tmp_path}")
    assert told[1] == "real"


def test_it_can_be_imported_twice():
    assert python("import minitf.as_tensorflow\nimport importlib, sys\n"
                  "import tensorflow as tf\nimportlib.reload(minitf.as_tensorflow)\n"
                  "print(sum(type(f).__name__ == 'Finder' for f in sys.meta_path),"
                  " repr(tf))") == ["1 <module 'tensorflow' (minitf)>"]


def test_generated_ops():
    told = python("""
import minitf.as_tensorflow
import tensorflow as tf
from tensorflow.python.ops import gen_nn_ops, gen_math_ops, gen_array_ops
grad = gen_nn_ops._relu_grad(tf.constant([1.0, 2.0]), tf.constant([3.0, -1.0]))
product = gen_math_ops.mat_mul([[1.0]], [[2.0]], transpose_b=True, name="p")
conv = gen_nn_ops.conv2d_backprop_input
with tf.Session() as sess:
    print(sess.run(grad).tolist(), sess.run(product).tolist(), product.op.name, conv.__name__)
try:
    gen_math_ops.nonsense
except AttributeError as error:
    print(error)
""")
    assert told == ["[1.0, 0.0] [[2.0]] p conv2d_backprop_input",
                    "module 'tensorflow.python.ops.gen_math_ops' has no attribute 'nonsense'"]

"""`minitf compare` and `minitf graph-diff`: what they find, what they say, how they fail.

The other TensorFlow is minitf itself under that name, with a fault put in.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from record_scripts import names, path_of

import minitf as tf
from minitf import cli
from minitf.commands import comparison, graph_diff
from minitf.commands.compare import report
from minitf.testing.graph_compare import Difference

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(tf.__file__)))
ORACLE = os.environ.get("MINITF_ORACLE")

# TensorFlow's own hooks read the global step while the train op of the same run increments it: they
# see it before or after, now and then.
RACES = {"monitored_training"}

OTHER = """
import os
import minitf
from minitf import *
__version__ = "1.15.5"
def __getattr__(name):
    return getattr(minitf, name)
exec(os.environ.get("FAULT", ""))
"""

PROGRAM = """
import numpy as np
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 3], name="x")
w = tf.get_variable("w", [3, 2])
y = tf.matmul(x, w, name="y")
loss = tf.reduce_mean(tf.square(y), name="loss")
step = tf.train.AdamOptimizer(0.1).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(5):
        out = sess.run({"loss": loss, "both": [y, step]}, {x: np.full([4, 3], i + 1.0)})
    print("done", round(float(out["loss"]), 4))
"""


@pytest.fixture
def compare(tmp_path):
    """Compares a program under minitf and under the other; returns (process, JSON or text)."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "tensorflow.py").write_text(OTHER)
    (tmp_path / "work").mkdir()

    def run(program, *options, fault="", python=sys.executable, as_json=True):
        (tmp_path / "work" / "program.py").write_text(program)
        path = os.pathsep.join([str(tmp_path / "other"), ROOT])
        done = subprocess.run(
            [sys.executable, "-m", "minitf", "compare", "program.py", "--python", python,
             *(["--json"] if as_json else []), *options],
            cwd=tmp_path / "work", env={**os.environ, "PYTHONPATH": path, "FAULT": fault},
            capture_output=True, text=True, check=False)
        return done, json.loads(done.stdout) if as_json and done.stdout else done.stdout

    return run


def difference_of(compare, program, fault="", *options):
    """The first difference of runs."""
    done, found = compare(program, *options, fault=fault)
    assert done.returncode == 1, done.stderr
    return found["runs"]["difference"]


# ---- equal ----


def test_equal(compare):
    done, found = compare(PROGRAM)
    assert done.returncode == 0, done.stdout
    assert found["equal"] and found["end"] is None and found["output"] is None
    assert [graph["count"] for graph in found["graphs"]] == [0]
    assert found["runs"]["compared"] == 6
    for side in found["sides"]:
        assert side["runs"] == 6 and side["ended"] == "finished"
        assert side["memory"] > 0 and side["seconds"] > side["run_seconds"] > 0


def test_report_of_equal_programs(compare):
    done, text = compare(PROGRAM, as_json=False)
    assert done.returncode == 0
    lines = [line.split()[0] if line else "" for line in text.splitlines()]
    assert lines == ["minitf", "", "graph", "runs", "output", "time", "memory", "", "equal"]
    assert "minitf: 6 runs" in done.stderr and "tensorflow: 6 runs" in done.stderr


def test_seeds_are_the_same_unless_the_program_sets_them(compare):
    program = ("import random\nimport numpy as np\nimport tensorflow as tf\n{}"
               "r = tf.random_normal([2])\nwith tf.Session() as sess:\n"
               "    sess.run(r, {{}})\n    print(random.random(), np.random.rand())\n"
               "print(tf.get_default_graph().seed)\n")
    assert compare(program.format(""))[0].returncode == 0
    assert compare(program.format("tf.set_random_seed(5)\n"), "--seed", "7")[0].returncode == 0
    difference = difference_of(compare, program.format(""), "", "--seed", "none")
    assert difference["what"].startswith("worst element") and difference["run"] == 0


def test_several_graphs(compare):
    program = ("import tensorflow as tf\nfor i in range(3):\n    with tf.Graph().as_default():\n"
               "        c = tf.constant(i)\n        tf.Session().run(c)\ntf.Graph()\n"
               "tf.reset_default_graph()\ntf.zeros([2])\n")
    done, found = compare(program)
    assert done.returncode == 0
    assert [graph["nodes"] for graph in found["graphs"]] == [[1, 1]] * 4


def test_max_runs(compare):
    done, found = compare(PROGRAM, "--max-runs", "3")
    assert done.returncode == 0
    assert found["runs"]["compared"] == 3
    assert [side["ended"] for side in found["sides"]] == ["stopped", "stopped"]


def test_arguments_of_the_program(compare):
    program = "import sys\nimport tensorflow\nprint(sys.argv[1:])\nassert len(sys.argv) == {}\n"
    found = compare(program.format(4), "--steps", "--", "--json", "-m")[1]
    assert found["sides"][1]["ended"] == "finished"


def test_neither_sees_the_others_files(compare, tmp_path):
    (tmp_path / "work").joinpath("data").mkdir()
    (tmp_path / "work" / "data" / "input.txt").write_text("input")
    program = ("import os, tempfile\nimport tensorflow as tf\n"
               "assert open('data/input.txt').read() == 'input'\n"
               "assert not os.path.exists('data/out') and not os.path.exists('log')\n"
               "open('data/out', 'w').close()\nos.mkdir('log')\n"
               "path = os.path.join(tempfile.gettempdir(), 'mark')\n"
               "assert not os.path.exists(path)\nopen(path, 'w').close()\n")
    done, found = compare(program)
    assert [side["ended"] for side in found["sides"]] == ["finished"] * 2, found["sides"]
    assert sorted(os.listdir(tmp_path / "work")) == ["data", "program.py"]
    assert os.listdir(tmp_path / "work" / "data") == ["input.txt"]


def test_runs_of_other_threads_are_not_recorded(compare):
    program = ("import threading\nimport tensorflow as tf\nc = tf.constant(1)\n"
               "sess = tf.Session()\nsess.run(c)\n"
               "thread = threading.Thread(target=lambda: sess.run(c))\n"
               "thread.start()\nthread.join()\n")
    assert compare(program)[1]["runs"]["compared"] == 1


def test_large_arrays_are_compared_in_a_sample(compare):
    program = ("import tensorflow as tf\nwith tf.Session() as sess:\n"
               "    sess.run(tf.zeros([1000, 300]))\n")
    fault = ("real = minitf.Session.__mro__[1].run\n"
             "minitf.Session.__mro__[1].run = lambda *args: real(*args) + 1.0\n")
    difference = difference_of(compare, program, fault)
    assert difference["what"] == "worst element [0, 0]"
    assert difference["detail"].endswith("elements differ, of a sample of 1 in 5")


# ---- different ----


def test_graph_that_differs(compare):
    fault = ("def square(x, name=None):\n    return multiply(x, x, name=name or 'Square')\n")
    done, found = compare(PROGRAM, fault=fault)
    assert done.returncode == 1
    (graph,) = found["graphs"]
    first = graph["first"][0]
    assert (first["node"], first["field"], first["left"], first["right"]) == (
        "Square", "op", "Square", "Mul")
    assert graph["before_first_run"] is True and graph["count"] > 1
    text = report(found)
    assert f"node {first['position']} 'Square', which was there at the first run:" in text
    assert "minitf:      Square" in text and text.endswith("different")


def test_graph_that_is_missing(compare):
    found = compare(PROGRAM, fault="raise_here = True\ndef placeholder(*args, **kwargs):\n"
                                   "    raise TypeError('no placeholders')\n")[1]
    assert found["graphs"][0]["first"][0]["field"] == "graph"
    assert found["end"] == ["finished", "TypeError: no placeholders"]
    assert found["sides"][1]["error"]["traceback"].splitlines()[1].endswith(
        "program.py\", line 4, in <module>")


def test_values_that_differ(compare):
    fault = ("import numpy\nreal = minitf.Session.__mro__[1].run\n"
             "def run(self, fetches, feed_dict=None, options=None, run_metadata=None):\n"
             "    value = real(self, fetches, feed_dict, options, run_metadata)\n"
             "    if feed_dict and list(feed_dict.values())[0][0, 0] == 3:\n"
             "        value['both'][0][2, 1] += 10.0\n"
             "    return value\n"
             "minitf.Session.__mro__[1].run = run\n")
    done, found = compare(PROGRAM, fault=fault)
    difference = found["runs"]["difference"]
    assert done.returncode == 1 and found["graphs"][0]["count"] == 0
    assert (difference["run"], difference["name"], difference["what"], difference["detail"]) == (
        3, "y:0", "worst element [2, 1]", "1 of 8 elements differ")
    assert float(difference["right"]) - float(difference["left"]) == pytest.approx(10, abs=1e-4)
    assert found["runs"]["compared"] == 3
    text = report(found)
    assert ("the first that differs is run 3: worst element [2, 1] of y:0 (1 of 8 elements differ)"
            in text)


class Memory:
    """A record whose arrays are in memory."""

    result = {"runs": 2}

    def __init__(self):
        self.arrays = []

    def leaf(self, value):
        """The recorded form of an array, as `recorder` writes it."""
        if value is None:
            return None
        array = np.asarray(value)
        leaf = {"dtype": array.dtype.name, "shape": list(array.shape)}
        if array.dtype.kind == "S":
            return dict(leaf, dtype="string", items=[item.decode() for item in array.ravel()])
        self.arrays.append(array.ravel())
        return dict(leaf, offset=len(self.arrays) - 1, step=1)

    def array(self, leaf):
        return self.arrays[leaf["offset"]]


def leaf_difference(left, right, rtol=None):
    records = [Memory(), Memory()]
    leaves = [record.leaf(value) for record, value in zip(records, (left, right))]
    return comparison.leaf_difference(records, leaves, rtol)[0]


@pytest.mark.parametrize("left, right, what, texts", [
    (np.zeros(2, "f4"), np.zeros(2), "dtype", ("float32", "float64")),
    (np.zeros([2, 3]), np.zeros([3, 2]), "shape", ("2x3", "3x2")),
    (np.zeros([2]), np.float64(0), "shape", ("2", "scalar")),
    (np.zeros(2), None, "value", ("a value", "None")),
    (np.array([1, 2]), np.array([1, 3]), "worst element [1]", ("2", "3")),
    (np.array([True]), np.array([False]), "worst element [0]", ("True", "False")),
    (np.array([b"a", b"b"]), np.array([b"a", b"c"]), "element 1", ("'b'", "'c'")),
    (np.float32(1), np.float32("nan"), "worst element", ("1.0", "nan")),
    (np.float32("inf"), np.float32("-inf"), "worst element", ("inf", "-inf")),
    (np.complex64(1 + 2j), np.complex64(1 - 2j), "worst element", ("(1+2j)", "(1-2j)"))])
def test_kinds_of_differences(left, right, what, texts):
    told = leaf_difference(left, right)
    assert (told.what, (told.left, told.right)) == (what, texts)
    assert leaf_difference(left, left) is None and leaf_difference(right, right) is None


@pytest.mark.parametrize("error, dtype, rtol, differs", [
    (1e-5, "f4", None, False), (1e-1, "f4", None, True), (1e-3, "f4", 1e-8, True),
    (1e-1, "f4", 0.5, False), (1e-3, "f8", None, True), (1e-2, "f2", None, False)])
def test_tolerance(error, dtype, rtol, differs):
    left = np.array([1.0, 100.0], dtype)
    told = leaf_difference(left, left + np.array([error, 0], dtype), rtol)
    assert (told is not None) == differs


def run_of(**fields):
    return {"graph": 0, "fetches": ["a:0"], "feeds": [], "values": [["", None]], **fields}


ERROR = {"class": "NotFoundError", "message": "no file"}


@pytest.mark.parametrize("left, right, what, texts", [
    (run_of(), None, "number of runs", ("2 runs", "2 runs")),
    (run_of(), run_of(graph=1), "graph", ("0", "1")),
    (run_of(), run_of(fetches=["a:0", "b:0"]), "fetches", ("a:0", "a:0, b:0")),
    (run_of(feeds=[["x:0", None]]), run_of(), "feeds", ("x:0", "")),
    (run_of(feeds=[["x:0", None]]), run_of(feeds=[["x:0", {"text": "1"}]]), "fed value",
     ("None", "a value")),
    (run_of(error=ERROR), run_of(), "error", ("NotFoundError: no file", "no error")),
    (run_of(error=ERROR), run_of(error=dict(ERROR, message="other")), None, None),
    (run_of(error=ERROR), run_of(error=dict(ERROR, **{"class": "ValueError"})), "error",
     ("NotFoundError: no file", "ValueError: no file")),
    (run_of(values=[["[0]", None]]), run_of(values=[["[0]", None], ["[1]", None]]),
     "structure of values", ("[0]", "[0], [1]"))])
def test_runs_that_differ(left, right, what, texts):
    told = comparison._run_difference([Memory(), Memory()], (left, right), 0, None,
                                      {"largest": None, "values_left_out": False})
    if what is None:
        assert told is None
    else:
        assert (told["what"], (told["left"], told["right"])) == (what, texts)


def test_feeds_that_differ(compare):
    program = ("import os\nimport tensorflow as tf\np = tf.placeholder(tf.float32)\n"
               "with tf.Session() as sess:\n    sess.run(p + 1, {p: float(os.getpid())})\n")
    difference = difference_of(compare, program)
    assert (difference["what"], difference["name"]) == ("fed worst element", "Placeholder:0")


def test_ends_and_output_that_differ(compare):
    program = ("import tensorflow as tf\nprint('one')\nprint('mark', hasattr(tf, 'mark'))\n"
               "if hasattr(tf, 'mark'):\n    raise SystemExit({})\n")
    done, found = compare(program.format(3), fault="mark = 1")
    assert found["end"] == ["finished", "SystemExit: 3"] and not found["equal"]
    done, text = compare(program.format(0), fault="mark = 1", as_json=False)
    assert done.returncode == 0
    assert "differs first in line 2 (not counted):" in text and text.endswith("equal\n")


@pytest.mark.parametrize("field, left, right, rounding", [
    ("attr value", "float<2>:content{1.0,2.0}", "float<2>:content{1.00001,2.0}", True),
    ("attr value", "float<2>:content{1.0,2.0}", "float<2>:content{1.1,2.0}", False),
    ("attr value", "float<2>:content{1.0,2.0}", "float<2>:float_val{1.0,2.0}", False),
    ("attr value", "int32<2>:content{1,2}", "int32<2>:content{1,3}", False),
    ("attr T", "float", "double", False), ("attr value", None, "float<>:content{1.0}", False)])
def test_constants_that_were_computed(field, left, right, rounding):
    difference = Difference(0, "n", field, left, right)
    assert bool(comparison._is_rounding(difference, None)) == rounding


# ---- what cannot be compared ----


def test_no_tensorflow_there(compare, tmp_path):
    (tmp_path / "other" / "tensorflow.py").write_text("raise ImportError('libfoo.so is missing')")
    done, _ = compare("import tensorflow\n", as_json=False)
    assert done.returncode == 2
    assert "ended with status 1 before the program did. It said:" in done.stderr
    assert "ImportError: libfoo.so is missing" in done.stderr


@pytest.mark.parametrize("arguments, message", [
    (["missing.py", "--python", sys.executable], "cannot read missing.py: no such file"),
    ([__file__, "--python", "/nowhere/python"], "--python /nowhere/python: no such interpreter")])
def test_missing_files(arguments, message, capsys):
    assert cli.main(["compare", *arguments]) == 2
    assert capsys.readouterr().err == f"minitf compare: {message}\n"


def test_python_is_required(capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(["compare", __file__])
    assert exit_.value.code == 2 and "--python" in capsys.readouterr().err


# ---- summaries ----


def summary(**value):
    return tf.Summary(value=[tf.Summary.Value(tag="t", **value)])


def histogram(**fields):
    return tf.HistogramProto(min=0, max=1, num=2, sum=1, sum_squares=1, **fields)


@pytest.mark.parametrize("left, right, what", [
    (summary(simple_value=1), summary(simple_value=1.00001), None),
    (summary(simple_value=1), summary(simple_value=1.1), "summary 't'"),
    (summary(simple_value=float("nan")), summary(simple_value=float("nan")), None),
    (summary(simple_value=1), summary(histo=histogram()), "kind of the summary 't'"),
    (summary(histo=histogram(bucket=[1, 1])), summary(histo=histogram(bucket=[2])), None),
    (summary(simple_value=1), tf.Summary(value=[tf.Summary.Value(tag="u", simple_value=1)]),
     "tags of the summary")])
def test_summaries(left, right, what):
    told = comparison._summary_difference(left, right, 1e-3)
    assert (told and told.what) == what


# ---- graph-diff ----


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Graph files by what is in them and how."""
    directory = tmp_path_factory.mktemp("graphs")
    found = {}
    for name, value in (("one", 1.0), ("two", 2.0)):
        with tf.Graph().as_default() as graph:
            v = tf.get_variable("v", [2])
            tf.multiply(v, value, name="scaled")
            folder = str(directory / name)
            found[name, "pb"] = tf.train.write_graph(graph, folder, "g.pb", as_text=False)
            found[name, "pbtxt"] = tf.train.write_graph(graph, folder, "g.pbtxt")
            writer = tf.summary.FileWriter(folder, graph)
            writer.close()
            found[name, "events"] = folder
            found[name, "meta"] = os.path.join(folder, "g.meta")
            tf.train.export_meta_graph(found[name, "meta"])
    return found


@pytest.mark.parametrize("left", ["pb", "pbtxt", "events", "meta"])
@pytest.mark.parametrize("right", ["pb", "events"])
def test_graph_diff(files, left, right, capsys):
    assert cli.main(["graph-diff", "--ignore-shapes", files["one", left],
                     files["one", right]]) == 0
    assert capsys.readouterr().out == "equal: 12 nodes\n"
    assert cli.main(["graph-diff", "--ignore-shapes", files["one", left],
                     files["two", right]]) == 1
    out = capsys.readouterr().out
    assert out.startswith("1 difference\nnode 10 'scaled/y': attr value\n")
    assert "float_val{1.0}" in out and "float_val{2.0}" in out


def test_graph_diff_counts_shapes(files, capsys):
    assert cli.main(["graph-diff", files["one", "pb"], files["one", "events"], "--max", "2"]) == 1
    out = capsys.readouterr().out
    assert "attr _output_shapes" in out and out.splitlines()[-1] == "... and 10 more"


@pytest.mark.parametrize("content, message", [
    (b"", "has no graph"), (b"\x00\x01garbage", "has no graph"), (None, "No such file")])
def test_graph_diff_of_no_graph(tmp_path, content, message, capsys):
    path = str(tmp_path / "file")
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    assert cli.main(["graph-diff", path, path]) == 2
    assert message in capsys.readouterr().err


def test_graph_diff_of_a_damaged_event_file(files, tmp_path):
    path = graph_diff._in_directory(files["one", "events"])
    with open(path, "rb") as stream:
        data = bytearray(stream.read())
    data[60] ^= 255
    damaged = tmp_path / os.path.basename(path)
    damaged.write_bytes(data)
    with pytest.raises(graph_diff.Unreadable):
        graph_diff.read_graph(str(damaged))


# ---- with TensorFlow itself ----


@pytest.mark.oracle
@pytest.mark.skipif(not ORACLE, reason="MINITF_ORACLE does not name an interpreter with TensorFlow")
@pytest.mark.parametrize("name", names())
def test_program_is_equal_under_tensorflow(name, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "minitf", "compare", path_of(name), "--python", ORACLE, "--json"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": ROOT}, capture_output=True, text=True,
        check=False)
    found = json.loads(done.stdout)
    assert found["end"] is None and found["output"] is None, found
    assert [graph["count"] for graph in found["graphs"]] == [0] * len(found["graphs"])
    if name not in RACES:
        assert found["equal"] and done.returncode == 0, found["runs"]


def test_arrays_are_compared_by_the_largest_relative_error():
    left, right = np.array([1.0, 5.0, 100.0]), np.array([1.0, 6.0, 101.0])
    leaf = {"dtype": "float64", "shape": [3], "step": 1}
    told, largest = comparison._array_difference(left, right, leaf, 1e-3)
    assert told.what == "worst element [1]"
    assert largest == pytest.approx(1 / (6 + 10.1))


def test_keys_that_are_objects():
    from minitf.commands import recorder

    class Key:
        pass

    leaves = recorder._leaves({"a": 1, Key(): [2, (3,)], 5: None})
    assert leaves == [("['a']", 1), ("[Key 1][0]", 2), ("[Key 1][1][0]", 3), ("[5]", None)]


def test_names_that_are_drawn(tmp_path):
    (tmp_path / "graphs").mkdir()
    (tmp_path / "graphs" / "0.txt").write_text(
        f"a _temp_{'0f' * 16}/part pyfunc_12 hash_table_{'0' * 36} x")
    (tmp_path / "result.json").write_text("{}")
    (tmp_path / "values.bin").write_bytes(b"")
    assert comparison.Record(str(tmp_path)).graph(0) == (
        "a _temp_N/part pyfunc_N hash_table_N x")

"""tf.app, tf.flags, tf.gfile, tf.test, tf.compat and the other small namespaces; MNIST's files."""

import gzip
import os
import subprocess
import sys

import numpy as np
import pytest

import minitf as tf
from minitf.examples.tutorials.mnist import input_data

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(tf.__file__)))


def run(code, *arguments):
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": ROOT}, check=False)


# ---- flags ----

FLAGS = """
import minitf as tf
flags = tf.app.flags
flags.DEFINE_integer("steps", 10, "how many")
flags.DEFINE_float(flag_name="rate", default_value=0.5, docstring="how fast")
flags.DEFINE_boolean("verbose", False, "say more")
FLAGS = flags.FLAGS
def main(argv):
    print(argv[1:], FLAGS.steps, FLAGS.rate, FLAGS.verbose, "steps" in FLAGS)
    FLAGS.steps = 1
    return FLAGS.steps + 1
"""


@pytest.mark.parametrize("arguments, output", [
    ([], "[] 10 0.5 False True"),
    (["--steps=3", "--verbose", "x"], "['x'] 3 0.5 True True"),
    (["--rate", "2", "--unknown=1", "y"], "['--unknown=1', 'y'] 10 2.0 False True")])
def test_app_run(arguments, output):
    done = run(FLAGS + "tf.app.run()", *arguments)
    assert (done.stdout.strip(), done.returncode) == (output, 2), done.stderr


def test_flags_are_parsed_when_they_are_read():
    assert run(FLAGS + "print(FLAGS.steps)", "--steps=4").stdout == "4\n"


def test_wrong_flag():
    done = run(FLAGS + "tf.app.run()", "--steps=many")
    assert done.returncode == 1 and "flag --steps=many: invalid literal" in done.stderr


# ---- gfile ----


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").write_bytes("x\ny\xe9\n".encode())
    (tmp_path / "d" / "e").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("call, error, message", [
    (lambda: tf.gfile.ListDirectory("no"), "NotFoundError", "Could not find directory no"),
    (lambda: tf.gfile.MkDir("no/d"), "NotFoundError", "no/d; No such file or directory"),
    (lambda: tf.gfile.Remove("no"), "NotFoundError", "no; No such file or directory"),
    (lambda: tf.gfile.Remove("d"), "FailedPreconditionError", "d; Is a directory"),
    (lambda: tf.gfile.DeleteRecursively("no"), "NotFoundError", "no not found"),
    (lambda: tf.gfile.DeleteRecursively("a"), "FailedPreconditionError", "a; Not a directory"),
    (lambda: tf.gfile.Copy("a", "a"), "AlreadyExistsError", "file already exists"),
    (lambda: tf.gfile.Rename("no", "b"), "NotFoundError", "no; No such file or directory"),
    (lambda: tf.gfile.Stat("no"), "NotFoundError", "no; No such file or directory"),
    (lambda: tf.gfile.Glob("no/x*"), "NotFoundError", "no; No such file or directory"),
    (lambda: tf.gfile.GFile("no").read(), "NotFoundError", "no; No such file or directory"),
    (lambda: tf.gfile.GFile("d").read(), "FailedPreconditionError", "d; Is a directory"),
    (lambda: tf.gfile.GFile("a", "x"), "InvalidArgumentError", "mode is not 'r' or 'w' or 'a'"),
    (lambda: tf.gfile.GFile("a").write("x"), "PermissionDeniedError", "isn't open for writing"),
    (lambda: tf.gfile.GFile("z", "w").read(), "PermissionDeniedError", "isn't open for reading"),
    (lambda: tf.gfile.GFile("a").seek(1, 7), "InvalidArgumentError", "Invalid whence argument: 7"),
    (lambda: tf.gfile.GFile("a").seek(-1), "InvalidArgumentError",
     "Seeking to a negative position: -1"),
    (lambda: tf.gfile.GFile("a").seek(99), "OutOfRangeError", "reached end of file")])
def test_file_errors(here, call, error, message):
    with pytest.raises(getattr(tf.errors, error)) as raised:
        call()
    assert message in raised.value.message


def test_reading(here):
    assert tf.gfile.GFile("a").read() == "x\ny\xe9\n"
    assert tf.gfile.GFile("a", "rb").read() == b"x\ny\xc3\xa9\n"
    assert list(tf.gfile.GFile("a")) == tf.gfile.FastGFile("a").readlines() == ["x\n", "y\xe9\n"]
    with tf.gfile.Open("a", "rb") as file:
        file.seek(2)
        assert (file.tell(), file.read(1), file.size()) == (2, b"y", 6)
        file.seek(-2, 2)
        assert file.readline() == b"\xa9\n" and file.readline() == b""


def test_writing(here):
    with tf.gfile.GFile("z", "w") as file:
        assert not os.path.exists("z")  # nothing is written yet
        file.write("one\n")
        file.write(b"two\n")
        assert file.tell() == 8
    with tf.gfile.GFile("z", "a") as file:
        file.write("\xe9")
    with tf.gfile.GFile("z", "r+") as file:
        assert file.read(3) == "one"
    assert (here / "z").read_bytes() == b"one\ntwo\n\xc3\xa9"


def test_directories(here):
    tf.gfile.MakeDirs("d/e/f")
    tf.io.gfile.mkdir("d")
    assert sorted(tf.gfile.ListDirectory(".")) == ["a", "d"]
    assert tf.gfile.Glob("*") == ["./a", "./d"] and tf.gfile.Glob(["a", "d/*"]) == ["./a", "d/e"]
    assert tf.gfile.Glob("no*") == []
    assert [names for names in tf.gfile.Walk(".")] == [
        (".", ["d"], ["a"]), ("./d", ["e"], []), ("./d/e", ["f"], []), ("./d/e/f", [], [])]
    assert [top for top, _, _ in tf.io.gfile.walk("d", topdown=False)] == ["d/e/f", "d/e", "d"]
    tf.gfile.Copy("a", "d/b")
    tf.gfile.Rename("d/b", "a", overwrite=True)
    assert tf.gfile.Stat("a").length == 6 and not tf.gfile.Exists("d/b")
    tf.gfile.DeleteRecursively("d")
    assert not tf.gfile.IsDirectory("d")


# ---- compat, version, resources ----


def test_compat():
    assert tf.compat.as_bytes("\xe9") == b"\xc3\xa9" and tf.compat.as_text(b"a") == "a"
    assert tf.compat.v1.placeholder is tf.placeholder and tf.compat.v1.nn is tf.nn
    import minitf.compat.v1 as tf1

    assert tf1.train is tf.train and "Session" in dir(tf1)
    assert tf.compat.forward_compatible(2019, 8, 20)
    assert not tf.compat.forward_compatible(2019, 8, 21)
    with tf.compat.forward_compatibility_horizon(2020, 1, 1):
        assert tf.compat.forward_compatible(2019, 12, 31)


def test_versions():
    assert (tf.version.VERSION, tf.version.GRAPH_DEF_VERSION) == ("1.15.5", tf.GRAPH_DEF_VERSION)
    assert tf.__version__ != "1.15.5"


def test_resources():
    assert tf.resource_loader.get_data_files_path() == os.path.dirname(__file__)
    assert tf.resource_loader.get_path_to_datafile("x") == os.path.join(
        os.path.dirname(__file__), "x")
    assert b"Apache" in tf.resource_loader.load_resource("../LICENSE")
    with pytest.raises(tf.errors.UnimplementedError):
        tf.sysconfig.get_include()


# ---- tf.test ----


@pytest.fixture
def case():
    found = tf.test.TestCase()
    found.id = lambda: "case"
    found.setUp()
    yield found
    found.tearDown()


def test_sessions_of_a_test_case(case):
    assert tf.get_default_graph().seed == 87654321
    c = tf.constant([1.0, 2.0])
    with case.test_session() as first:
        assert tf.get_default_session() is first
    with case.cached_session() as second:
        assert first is second
    case.assertAllClose(case.evaluate({"c": [c]}), {"c": [[1.0, 2.0]]})
    with case.session(graph=tf.Graph()) as third:
        assert third is not first and tf.get_default_graph() is third.graph
    with pytest.raises(ValueError, match="The graph used to get the cached session"):
        case.cached_session(graph=tf.Graph()).__enter__()


@pytest.mark.parametrize("name, arguments, error", [
    ("assertAllEqual", ([1, 2], [1, 3]), "not equal where"),
    ("assertAllEqual", ([1, 2], [1]), "Shape mismatch"),
    ("assertNotAllEqual", ([1], [1]), "equal at all elements"),
    ("assertAllClose", ([1.0], [1.1]), "not close dif"),
    ("assertAllClose", ({"a": [1.0]}, {"b": [1.0]}), "mismatched keys"),
    ("assertAllClose", ([[1.0], [1.0, 2.0]], [[1.0], [1.0, 2.5]]), r"a\[1\] is different"),
    ("assertNotAllClose", ([1.0], [1.0]), "close at all elements"),
    ("assertAllCloseAccordingToType", (np.float16([1.0]), np.float16([1.1])), "not close"),
    ("assertNear", (1.0, 2.0, 0.5), "!="), ("assertArrayNear", ([1.0], [2.0], 0.5), "!="),
    ("assertAllGreater", ([1, 2], 1), "not greater"), ("assertAllLess", ([1, 2], 2), "not less"),
    ("assertAllInRange", ([1, 5], 1, 4), r"1 of the 2 element\(s\) are outside the range \[1, 4\]"),
    ("assertAllInSet", ([1, 5], {1, 2}), "not in the set"),
    ("assertDTypeEqual", (np.zeros(1), np.float32), "Expected dtype"),
    ("assertProtoEquals", ("node { name: 'a' }", tf.GraphDef()), "node"),
    ("assertSameStructure", ([1], [[1, 2]]), "structure")])
def test_assertions_that_fail(case, name, arguments, error):
    with pytest.raises(AssertionError, match=error):
        getattr(case, name)(*arguments)


def test_assertions_that_pass(case):
    c = tf.constant([1.0, np.nan])
    case.assertAllEqual(c, [1.0, np.nan])
    case.assertAllClose([c, (1.0, [2.0])], [[1.0, np.nan], (1.0, [2.0])])
    case.assertAllCloseAccordingToType(np.float16([1.0]), np.float16([1.001]))
    case.assertAllInRange([1, 4], 1, 4)
    case.assertShapeEqual(np.zeros([2]), c)
    case.assertDeviceEqual("/cpu:0", "/device:CPU:0")
    case.assertProtoEquals("versions { producer: 3 }", tf.GraphDef.FromString(b"\x22\x02\x08\x03"))
    with case.assertRaisesOpError("nan"):
        with case.session():
            tf.check_numerics(c, "nan").eval()
    with case.assertRaisesWithPredicateMatch(ValueError, lambda error: "x" in str(error)):
        raise ValueError("x")
    thread = case.checkedThread(lambda: 1 / 0)
    thread.start()
    with pytest.raises(AssertionError, match="division by zero"):
        thread.join()


def test_assert_equal_graph_def():
    with tf.Graph().as_default() as one:
        tf.constant(1, name="a")
        tf.constant(2, name="b")
    with tf.Graph().as_default() as two:
        tf.constant(2, name="b")
        tf.constant(1, name="a")
    tf.test.assert_equal_graph_def(one.as_graph_def(), two.as_graph_def())
    with two.as_default():
        tf.constant(3, name="c")
    with pytest.raises(AssertionError, match="'c'"):
        tf.test.assert_equal_graph_def(one.as_graph_def(), two.as_graph_def())
    with pytest.raises(TypeError, match="Expected tf.GraphDef for actual"):
        tf.test.assert_equal_graph_def(one, two.as_graph_def())


@pytest.mark.parametrize("dtype", [tf.float64, tf.complex128])
def test_compute_gradient(dtype):
    with tf.Graph().as_default(), tf.Session():
        x = tf.placeholder(dtype, [2, 3])
        y = tf.square(x) * 2
        analytic, numeric = tf.test.compute_gradient(x, [2, 3], y, [2, 3])
        size = 6 * (2 if dtype.is_complex else 1)
        assert analytic.shape == numeric.shape == (size, size)
        if not dtype.is_complex:
            np.testing.assert_allclose(analytic, numeric, atol=1e-6)
            assert tf.test.compute_gradient_error(x, [2, 3], y, [2, 3]) < 1e-6
        params = tf.placeholder(dtype, [4, 2])
        rows = tf.gather(params, [1, 1, 3])
        (pair,) = tf.test.compute_gradient([params], [[4, 2]], rows, [3, 2])
        np.testing.assert_allclose(*pair, atol=1e-6)


def test_compute_gradient_finds_a_wrong_one():
    with tf.Graph().as_default() as graph, tf.Session():
        x = tf.placeholder(tf.float64, [2])
        with graph.gradient_override_map({"Square": "Identity"}):
            y = tf.square(x)
        assert tf.test.compute_gradient_error(x, [2], y, [2], np.array([3.0, 4.0])) > 1


def test_a_test_program(tmp_path):
    path = tmp_path / "case.py"
    path.write_text("import minitf as tf\nclass T(tf.test.TestCase):\n    def testSum(self):\n"
                    "        with self.test_session():\n"
                    "            self.assertEqual(tf.add(1, 2).eval(), 3)\n"
                    "if __name__ == '__main__':\n    tf.test.main()\n")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": ROOT}, check=False)
    assert done.returncode == 0 and "OK" in done.stderr, done.stderr


# ---- MNIST ----


def write_mnist(directory, count=20, magic=2051):
    random = np.random.RandomState(0)
    images = random.randint(0, 256, (count, 28, 28)).astype(np.uint8)
    labels = np.arange(count, dtype=np.uint8) % 10
    for prefix in ("train", "t10k"):
        with gzip.open(directory / f"{prefix}-images-idx3-ubyte.gz", "wb") as stream:
            stream.write(np.array([magic, count, 28, 28], ">u4").tobytes() + images.tobytes())
        with gzip.open(directory / f"{prefix}-labels-idx1-ubyte.gz", "wb") as stream:
            stream.write(np.array([2049, count], ">u4").tobytes() + labels.tobytes())
    return images, labels


def test_mnist(tmp_path):
    images, labels = write_mnist(tmp_path)
    data = input_data.read_data_sets(str(tmp_path), validation_size=5, seed=1)
    assert (data.train.num_examples, data.validation.num_examples, data.test.num_examples) == (
        15, 5, 20)
    assert data.test.images.dtype == np.float32 and data.test.images.shape == (20, 784)
    np.testing.assert_allclose(data.test.images[3], images[3].ravel() / 255.0, rtol=1e-6)
    first, _ = data.train.next_batch(10)
    second, digits = data.train.next_batch(10)
    assert data.train.epochs_completed == 1 and second.shape == (10, 784)
    assert len(np.unique(np.concatenate([first, second[:5]]), axis=0)) == 15
    data = input_data.read_data_sets(str(tmp_path), one_hot=True, reshape=False, dtype=tf.uint8,
                                     validation_size=0)
    assert data.train.images.shape == (20, 28, 28, 1)
    np.testing.assert_array_equal(data.train.labels.argmax(1), labels)
    pair = data.train.next_batch(2, shuffle=False)
    np.testing.assert_array_equal(pair[0], images[:2, :, :, None])


def test_mnist_that_cannot_be_read(tmp_path):
    with pytest.raises(FileNotFoundError, match="minitf downloads nothing. Put these files into"):
        input_data.read_data_sets(str(tmp_path))
    write_mnist(tmp_path, magic=7)
    with pytest.raises(ValueError, match="Invalid magic number 7 in MNIST image file"):
        input_data.read_data_sets(str(tmp_path), validation_size=0)
    write_mnist(tmp_path)
    with pytest.raises(ValueError, match="Validation size should be between 0 and 20"):
        input_data.read_data_sets(str(tmp_path), validation_size=21)

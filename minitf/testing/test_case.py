"""tf.test.TestCase: unittest's, with sessions, and assertions for arrays and tensors."""

import contextlib
import random
import re
import threading
from collections.abc import Mapping

import numpy as np
from absl.testing import absltest

from minitf import nest
from minitf.framework import errors
from minitf.framework.graph import reset_default_graph
from minitf.framework.operation import Tensor
from minitf.framework.random_seed import set_random_seed
from minitf.session.session import Session, get_default_session

SEED = 87654321

# Tolerances of assertAllCloseAccordingToType, by the coarser of the two dtypes.
_COARSE = ((np.float16, "half_rtol", "half_atol"), (np.float32, "float_rtol", "float_atol"),
           (np.complex64, "float_rtol", "float_atol"))


class _CheckedThread:
    """A thread whose exception, if any, is raised where it is joined."""

    def __init__(self, target, args, kwargs):
        def run():
            try:
                target(*args, **kwargs)
            except Exception as error:
                self._error = error

        self._error = None
        self._thread = threading.Thread(target=run)
        self.is_alive = self._thread.is_alive
        self.start = self._thread.start

    def join(self):
        """Waits for the end. Raises AssertionError when the thread's function raised."""
        self._thread.join()
        if self._error is not None:
            raise AssertionError(f"Error in checkedThread: {self._error}") from self._error


class TestCase(absltest.TestCase):
    """A test case. Each test begins with an empty default graph, and the same seeds everywhere."""

    def __init__(self, methodName="runTest"):
        super().__init__(methodName)
        self._cached_session = None

    def setUp(self):
        self._forget_session()
        random.seed(SEED)
        np.random.seed(SEED)
        reset_default_graph()
        set_random_seed(SEED)
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")

    def tearDown(self):
        self._forget_session()

    def get_temp_dir(self):
        """A directory for this test's files."""
        return self.create_tempdir().full_path

    # ---- sessions ----

    @contextlib.contextmanager
    def session(self, graph=None, config=None, use_gpu=False, force_gpu=False):
        """A new session, which is the default one, and its graph the default graph."""
        del use_gpu, force_gpu  # there are none
        with Session(graph=graph, config=config) as session:
            yield session

    @contextlib.contextmanager
    def cached_session(self, graph=None, config=None, use_gpu=False, force_gpu=False):
        """The session that this test has opened before, or else a new one that it keeps."""
        del use_gpu, force_gpu
        if self._cached_session is None:
            self._cached_session = Session(graph=graph, config=config)
        elif graph is not None and graph is not self._cached_session.graph:
            raise ValueError("The graph used to get the cached session is different than the one "
                             "that was used to create the session. Maybe create a new session "
                             "with self.session()")
        session = self._cached_session
        with session.graph.as_default(), session.as_default():
            yield session

    def test_session(self, graph=None, config=None, use_gpu=False, force_gpu=False):
        """`cached_session` without a graph, `session` with one: the older way."""
        make = self.cached_session if graph is None else self.session
        return make(graph, config, use_gpu, force_gpu)

    def evaluate(self, tensors):
        """The values of a structure of tensors, in the default session or the cached one."""
        session = get_default_session()
        if session is not None:
            return session.run(tensors)
        with self.cached_session() as session:
            return session.run(tensors)

    def _forget_session(self):
        if self._cached_session is not None:
            self._cached_session.close()
            self._cached_session = None

    def checkedThread(self, target, args=None, kwargs=None):
        """A thread; its ``join`` fails the test when ``target`` raised."""
        return _CheckedThread(target, args or (), kwargs or {})

    # ---- arrays ----

    def _array(self, value):
        if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
            value = self.evaluate(value)
        return value if isinstance(value, np.ndarray) else np.array(value)

    def assertAllEqual(self, a, b, msg=None):
        """Arrays, tensors or nested numbers have one shape and equal elements; NaN equals NaN."""
        a, b = self._array(a), self._array(b)
        self.assertEqual(a.shape, b.shape, f"Shape mismatch: expected {a.shape}, got {b.shape}."
                                           f" Contents: {b}. \n{msg or ''}")
        same = a == b
        if a.dtype.kind == "f" and b.dtype.kind == "f":
            same = same | np.isnan(a) & np.isnan(b)
        if not np.all(same):
            lines = [msg or "", *_different(a, b, ~np.asarray(same), "equal")]
            np.testing.assert_array_equal(a, b, err_msg="\n".join(lines))

    def assertNotAllEqual(self, a, b, msg=None):
        """Fails when `assertAllEqual` passes."""
        with self._failing(msg or "The two values are equal at all elements."):
            self.assertAllEqual(a, b)

    def assertAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):
        """Structures of arrays or tensors agree: ``|a - b| <= atol + rtol * |b|`` everywhere.

        Raises:
          AssertionError: they do not.
          ValueError: their structures differ.
        """
        self._assert_close(a, b, rtol, atol, "", msg or "")

    def assertNotAllClose(self, a, b, **kwargs):
        """Fails when `assertAllClose` passes."""
        with self._failing(kwargs.pop("msg", None)
                           or "The two values are close at all elements."):
            self.assertAllClose(a, b, **kwargs)

    def assertAllCloseAccordingToType(self, a, b, rtol=1e-6, atol=1e-6, float_rtol=1e-6,
                                      float_atol=1e-6, half_rtol=1e-3, half_atol=1e-3,
                                      bfloat16_rtol=1e-2, bfloat16_atol=1e-2, msg=None):
        """`assertAllClose` with the tolerance of the coarser of the two dtypes."""
        a, b = self._array(a), self._array(b)
        tolerances = {"half_rtol": half_rtol, "half_atol": half_atol,
                      "float_rtol": float_rtol, "float_atol": float_atol}
        for dtype, relative, absolute in reversed(_COARSE):
            if dtype in (a.dtype, b.dtype):
                rtol, atol = max(rtol, tolerances[relative]), max(atol, tolerances[absolute])
        if "bfloat16" in (a.dtype.name, b.dtype.name):
            rtol, atol = max(rtol, bfloat16_rtol), max(atol, bfloat16_atol)
        self.assertAllClose(a, b, rtol, atol, msg)

    def _assert_close(self, a, b, rtol, atol, path, msg):
        a, b = (value._asdict() if hasattr(value, "_asdict") else value for value in (a, b))
        if isinstance(a, Mapping) != isinstance(b, Mapping):
            raise ValueError(f"Can't compare dict to non-dict, a{path} vs b{path}. {msg}")
        if isinstance(a, Mapping):
            self.assertCountEqual(a, b, f"mismatched keys: a{path} has keys {list(a)}, but "
                                        f"b{path} has keys {list(b)}. {msg}")
            for key in a:
                self._assert_close(a[key], b[key], rtol, atol, f"{path}[{key}]", msg)
        elif isinstance(a, (list, tuple)) and not _is_array_like(a, b):
            if len(a) != len(b):
                raise ValueError(f"Mismatched length: a{path} has {len(a)} items, but b{path} has "
                                 f"{len(b)} items. {msg}")
            for i, pair in enumerate(zip(a, b)):
                self._assert_close(*pair, rtol, atol, f"{path}[{i}]", msg)
        else:
            self._assert_arrays_close(
                a, b, rtol, atol, f"Mismatched value: a{path} is different from b{path}. {msg}")

    def _assert_arrays_close(self, a, b, rtol, atol, msg):
        a, b = self._array(a), self._array(b)
        self.assertEqual(a.shape, b.shape, f"Shape mismatch: expected {a.shape}, got {b.shape} "
                                           f"with contents {b}.")
        with np.errstate(invalid="ignore"):
            wrong = (np.abs(a - b) > atol + rtol * np.abs(b)) | (np.isnan(a) != np.isnan(b))
        if not np.allclose(a, b, rtol=rtol, atol=atol):
            lines = [msg, *_different(a, b, wrong, "close"),
                     f"dtype = {a.dtype}, shape = {a.shape}"]
            np.testing.assert_allclose(a, b, rtol=rtol, atol=atol, err_msg="\n".join(lines),
                                       equal_nan=True)

    def assertNear(self, f1, f2, err, msg=None):
        """Two numbers differ by ``err`` at most."""
        self.assertTrue(f1 == f2 or abs(f1 - f2) <= err,
                        f"{f1:f} != {f2:f} +/- {err:f}" + (f" ({msg})" if msg is not None else ""))

    def assertArrayNear(self, farray1, farray2, err, msg=None):
        """The numbers of two sequences differ by ``err`` at most."""
        self.assertEqual(len(farray1), len(farray2), msg=msg)
        for f1, f2 in zip(farray1, farray2):
            self.assertNear(float(f1), float(f2), err, msg=msg)

    def assertNDArrayNear(self, ndarray1, ndarray2, err, msg=None):
        """The Euclidean distance of two arrays is below ``err``."""
        self.assertLess(np.linalg.norm(ndarray1 - ndarray2), err, msg=msg)

    def assertShapeEqual(self, np_array, tf_tensor, msg=None):
        """An array has a tensor's static shape."""
        if not isinstance(np_array, (np.ndarray, np.generic)):
            raise TypeError("np_array must be a Numpy ndarray or Numpy scalar")
        if not isinstance(tf_tensor, Tensor):
            raise TypeError("tf_tensor must be a Tensor")
        self.assertAllEqual(np_array.shape, tf_tensor.get_shape().as_list(), msg=msg)

    def assertDTypeEqual(self, target, expected_dtype):
        """An array's, or a tensor's value's, dtype."""
        found = self._array(target).dtype
        self.assertEqual(found, np.dtype(expected_dtype),
                         f"Expected dtype: {expected_dtype}; Actual dtype: {found}")

    def assertAllGreater(self, a, comparison_target):
        """All elements are greater than a number."""
        self.assertGreater(np.min(self._array(a)), comparison_target)

    def assertAllLess(self, a, comparison_target):
        """All elements are less than a number."""
        self.assertLess(np.max(self._array(a)), comparison_target)

    def assertAllGreaterEqual(self, a, comparison_target):
        """All elements are at least a number."""
        self.assertGreaterEqual(np.min(self._array(a)), comparison_target)

    def assertAllLessEqual(self, a, comparison_target):
        """All elements are at most a number."""
        self.assertLessEqual(np.max(self._array(a)), comparison_target)

    def assertAllInRange(self, target, lower_bound, upper_bound, open_lower_bound=False,
                         open_upper_bound=False):
        """All elements lie between two numbers, which belong to the range unless it is open."""
        target = self._array(target)
        if target.dtype.kind not in "fiu":
            raise AssertionError(f"The value of {target} does not have an ordered numeric type, "
                                 f"instead it has type: {target.dtype}")
        below = np.less_equal if open_lower_bound else np.less
        above = np.greater_equal if open_upper_bound else np.greater
        wrong = below(target, lower_bound) | above(target, upper_bound) | (target != target)
        shown = (f"{'(' if open_lower_bound else '['}{lower_bound}, {upper_bound}"
                 f"{')' if open_upper_bound else ']'}")
        self._refuse_elements(target, wrong, f"outside the range {shown}")

    def assertAllInSet(self, target, expected_set):
        """All elements are among some."""
        target = self._array(target)
        found = set(target.flatten().tolist())
        if not found <= set(expected_set):
            raise AssertionError(f"{len(found - set(expected_set))} unique element(s) are not in "
                                 f"the set {expected_set}: {sorted(found - set(expected_set))}")

    def _refuse_elements(self, target, wrong, why):
        if np.any(wrong):
            lines = [f"  {tuple(index.tolist())} : {target[tuple(index)]}"
                     for index in np.argwhere(wrong)[:10]] if target.ndim else [f"  {target}"]
            raise AssertionError(
                f"{np.count_nonzero(wrong)} of the {target.size} element(s) are {why}. "
                "Subscript(s) and value(s) of the offending elements:\n" + "\n".join(lines))

    @contextlib.contextmanager
    def _failing(self, message):
        try:
            yield
        except AssertionError:
            return
        raise AssertionError(message)

    # ---- structures, messages, errors ----

    def assertSameStructure(self, a, b, check_types=False, msg=None):
        """Two nested structures have one form."""
        try:
            nest.assert_same_structure(a, b, check_types=check_types)
        except (ValueError, TypeError) as error:
            self.fail(f"{msg or ''}{error}")

    def assertProtoEquals(self, expected_message_maybe_ascii, message, msg=None):
        """A message equals another, or protobuf's text of one."""
        expected = expected_message_maybe_ascii
        if isinstance(expected, str):
            from google.protobuf import text_format

            expected = text_format.Parse(expected, type(message)())
        self.assertEqual(expected, message, msg=msg)

    def assertDeviceEqual(self, device1, device2, msg=None):
        """Two device names are the same, once written out."""
        from minitf.framework.device import DeviceSpec

        texts = [DeviceSpec.from_string(device).to_string() if device else ""
                 for device in (device1, device2)]
        self.assertEqual(*texts, f"Devices {texts[0]} and {texts[1]} are not equal. {msg or ''}")

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(self, exception_type, expected_err_re_or_predicate):
        """An exception of this type is raised, whose message matches or for which a function holds.

        Args:
          exception_type: a class, or a tuple of classes.
          expected_err_re_or_predicate: a regular expression to find in the message (and in the
            name of the operation, for an OpError), or a function of the exception.
        """
        expected = expected_err_re_or_predicate
        try:
            yield
        except Exception as error:
            if not isinstance(error, exception_type) or not (
                    expected(error) if callable(expected)
                    else re.search(expected, _message_of(error))):
                raise AssertionError(
                    f"Exception of type {type(error)}: {error}") from error
            return
        self.fail(f"{exception_type.__name__} not raised")

    def assertRaisesOpError(self, expected_err_re_or_predicate):
        """`assertRaisesWithPredicateMatch` for tf.errors.OpError."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)


def _message_of(error):
    if not isinstance(error, errors.OpError):
        return str(error)
    return error.message + (f"\nCaused by: {error.op.name}" if error.op is not None else "")


def _different(a, b, wrong, relation):
    """Lines that tell where two arrays differ, and what they have there."""
    if a.ndim:
        yield f"not {relation} where = {np.where(wrong)}"
        a, b = a[wrong], b[wrong]
    yield f"not {relation} lhs = {a}"
    yield f"not {relation} rhs = {b}"
    if relation == "close":
        yield f"not close dif = {np.abs(a - b)}"


def _is_array_like(a, b):
    """Whether two sequences are nested numbers, to be compared as arrays."""
    try:
        return all(np.array(value).dtype.kind in "biufcSU" for value in (a, b))
    except (ValueError, NotImplementedError):  # rows of different lengths, or tensors
        return False


def assert_equal_graph_def(actual, expected, checkpoint_v2=False, hash_table_shared_name=False):
    """Fails when two GraphDef messages differ in more than versions and the order of nodes.

    Args:
      actual, expected: messages.
      checkpoint_v2: leave out the names of temporary files, which V2 checkpoints draw.
      hash_table_shared_name: leave out the shared names of hash tables.

    Raises:
      AssertionError: they differ; the message tells where.
      TypeError: an argument is not a GraphDef.
    """
    from minitf.framework import protos
    from minitf.testing.graph_compare import compare_graph_defs

    texts = []
    for message, name in ((actual, "actual"), (expected, "expected")):
        if not isinstance(message, protos.GraphDef):
            raise TypeError(f"Expected tf.GraphDef for {name}, got {type(message).__name__}")
        texts.append(_comparable(message, checkpoint_v2, hash_table_shared_name))
    found = compare_graph_defs(*texts, labels=("actual", "expected"))
    if found:
        raise AssertionError(str(found))


def _comparable(graph_def, checkpoint_v2, hash_table_shared_name):
    """A copy without versions, with its nodes in the order of their names."""
    copy = type(graph_def)()
    for node in sorted(graph_def.node, key=lambda node: node.name):
        node = copy.node.add(name=node.name, op=node.op, input=node.input, device=node.device,
                             attr=node.attr)
        if hash_table_shared_name and node.op in ("HashTable", "HashTableV2"):
            node.attr.pop("shared_name", None)
        if checkpoint_v2 and node.op == "Const" and any(
                "_temp_" in text.decode("latin1") for text in node.attr["value"].tensor.string_val):
            node.attr.pop("value")
    copy.library.CopyFrom(graph_def.library)
    return copy

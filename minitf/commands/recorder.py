"""Runs a program under one TensorFlow and records what it builds and computes.

`minitf compare` starts this file twice, as a script: in minitf's interpreter and in that of the
real TensorFlow. It needs NumPy and that TensorFlow only, and runs on the Pythons of 1.15.

    PYTHON recorder.py SETTINGS

SETTINGS is a JSON file: library ("minitf" or "tensorflow"), root (the directory that has minitf),
program, arguments, is_module, max_runs and seed (or null), and directory, where records go:

- runs.jsonl: a line for each `Session.run` of the main thread, with fetches, feeds and values;
- values.bin: the elements of arrays, found by the offsets in these lines;
- graphs/N.txt: graphs, as `minitf.testing.graph_compare` describes them;
- result.json: how the program ended, its time and its memory.
"""

import importlib.util
import json
import os
import random
import sys
import threading
import time
import traceback

import numpy as np

# Of an array with more elements than this, evenly spaced ones are recorded.
MAX_ELEMENTS = 1 << 16

# Constants with more elements are described by their first ones and a hash.
MAX_CONSTANT = 4096

# Bytes after which values are recorded no more.
MAX_BYTES = 1 << 29


class EnoughRuns(BaseException):
    """Ends a program that has run as often as was asked for."""


def load(path):
    """The module in a file: it may belong to a package that cannot be imported here."""
    name = "_recorder_" + os.path.basename(path)[:-3]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def import_library(settings):
    """The module that programs get by `import tensorflow as tf`."""
    if settings["library"] == "minitf":
        sys.path.insert(0, settings["root"])
        try:
            import minitf.as_tensorflow  # noqa: F401 - its effect is the import's
        finally:
            sys.path.remove(settings["root"])
        import tensorflow as tf

        return tf
    import tensorflow as tf

    if not tf.__version__.startswith("1."):
        import tensorflow.compat.v1 as tf

        tf.disable_v2_behavior()
        sys.modules["tensorflow"] = tf
    return tf


class Recorder:
    """Records graphs and runs in a directory, by replacing methods of a library's classes."""

    def __init__(self, tf, directory, max_runs, seed):
        self.tf = tf
        self.directory = directory
        self.max_runs = max_runs
        self.seed = seed
        self.graphs = []
        self.first_runs = {}  # the number of nodes of a graph when it was first run, by its index
        self.run_count = 0
        self.run_seconds = 0.0
        self.inside = False
        self.lines = open(os.path.join(directory, "runs.jsonl"), "w")
        self.values = open(os.path.join(directory, "values.bin"), "wb")

    def install(self):
        """Replaces `Graph.__init__` and `Session.run`."""
        tf = self.tf
        make_graph = tf.Graph.__init__
        run_class = next(base for base in tf.Session.__mro__ if "run" in vars(base))
        run = run_class.run

        def init(graph, *args, **kwargs):
            make_graph(graph, *args, **kwargs)
            if type(graph) is tf.Graph and _made_by_program(sys._getframe(1)):
                self.graphs.append(graph)
                if self.seed is not None:
                    graph.seed = self.seed

        def recorded_run(session, fetches, feed_dict=None, options=None, run_metadata=None):
            if self.inside or threading.current_thread() is not threading.main_thread():
                return run(session, fetches, feed_dict, options, run_metadata)
            return self.record_run(
                session, fetches, feed_dict,
                lambda: run(session, fetches, feed_dict, options, run_metadata))

        tf.Graph.__init__ = init
        run_class.run = recorded_run

    def record_run(self, session, fetches, feed_dict, run):
        """Runs, and writes a line about it."""
        if self.max_runs is not None and self.run_count >= self.max_runs:
            raise EnoughRuns()
        index = self._index(session.graph)
        if index is not None and index not in self.first_runs:
            self.first_runs[index] = len(session.graph.get_operations())
        record = {"graph": index, "fetches": [_name(leaf) for _, leaf in _leaves(fetches)]}
        record["feeds"] = [[_name(key), self._leaf(value)]
                           for key, value in (feed_dict or {}).items()]
        self.inside = True
        started = time.perf_counter()
        try:
            value = run()
        except Exception as error:
            record["error"] = describe_error(error)
            raise
        else:
            record["values"] = [[path, self._leaf(leaf)] for path, leaf in _leaves(value)]
            return value
        finally:
            self.inside = False
            record["seconds"] = time.perf_counter() - started
            self.run_seconds += record["seconds"]
            self.run_count += 1
            self.lines.write(json.dumps(record) + "\n")
            self.lines.flush()

    def _index(self, graph):
        for i, known in enumerate(self.graphs):
            if known is graph:
                return i
        if type(graph) is self.tf.Graph:
            self.graphs.append(graph)
            return len(self.graphs) - 1
        return None

    def _leaf(self, value):
        """A value as JSON; numbers go to values.bin."""
        if value is None:
            return None
        try:
            array = np.asarray(value)
        except ValueError:  # rows of different lengths
            return {"text": repr(value)[:200]}
        record = {"dtype": array.dtype.name, "shape": list(array.shape)}
        if array.dtype.kind in "OSU":
            record["dtype"] = "string" if _is_text(array) else "object"
            record["items"] = [_text(item) for item in array.ravel()[:MAX_ELEMENTS]]
            return record
        if array.dtype.kind not in "biufc" and array.dtype.name != "bfloat16":
            return {"text": repr(value)[:200]}
        step = -(-array.size // MAX_ELEMENTS) or 1
        flat = np.ascontiguousarray(array).ravel()[::step]
        if array.dtype.name == "bfloat16":
            flat = flat.astype(np.float32)
        if self.values.tell() + flat.nbytes > MAX_BYTES:
            record["left_out"] = True
            return record
        record.update(offset=self.values.tell(), count=flat.size, step=step,
                      stored=flat.dtype.newbyteorder("<").str)
        self.values.write(flat.astype(flat.dtype.newbyteorder("<")).tobytes())
        return record

    def finish(self, graph_compare):
        """Writes the graphs that have nodes. Returns what result.json says of them."""
        self.lines.close()
        self.values.close()
        os.mkdir(os.path.join(self.directory, "graphs"))
        graph_compare._MAX_ELEMENTS = MAX_CONSTANT
        told = []
        for index, graph in enumerate(self.graphs):
            count = len(graph.get_operations())
            if not count:
                continue
            path = os.path.join(self.directory, "graphs", "{}.txt".format(len(told)))
            with open(path, "w") as stream:
                stream.write(graph_compare.describe(graph))
            told.append({"index": index, "nodes": count,
                         "nodes_at_first_run": self.first_runs.get(index)})
        return told


def _made_by_program(frame):
    """Whether a graph is the program's: made by its code, or the default graph."""
    module = frame.f_globals.get("__name__", "")
    if not module.startswith(("tensorflow", "minitf")):
        return True
    return frame.f_code.co_name in ("_GetGlobalDefaultGraph", "_global_graph")


def _leaves(value, path=""):
    """(path, leaf) for each leaf of nested fetches or values, such as ("[0]['loss']", array)."""
    if isinstance(value, dict):
        items = [("[{}]".format(_key_text(i, key)), item)
                 for i, (key, item) in enumerate(value.items())]
    elif hasattr(value, "_fields"):
        items = [("." + key, getattr(value, key)) for key in value._fields]
    elif isinstance(value, (list, tuple)):
        items = [("[{}]".format(i), item) for i, item in enumerate(value)]
    else:
        return [(path, value)]
    return [leaf for key, item in items for leaf in _leaves(item, path + key)]


def _key_text(position, key):
    """A dictionary's key: plain values as they are, others by their class and place."""
    if isinstance(key, (str, bytes, int, float, tuple)):
        return repr(key)
    return "{} {}".format(type(key).__name__, position)


def _name(key):
    return key if isinstance(key, str) else str(getattr(key, "name", None) or key)


def _is_text(array):
    return all(isinstance(item, (bytes, str)) for item in array.ravel()[:16])


def _text(item):
    return item.decode("latin1") if isinstance(item, bytes) else str(item)


def describe_error(error):
    """An exception's class, message and traceback, from the program's first line on."""
    trace = error.__traceback__
    while trace is not None and _runs_programs(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace or error.__traceback__)
    return {"class": type(error).__name__,
            "message": str(getattr(error, "message", None) or error),
            "traceback": "".join(lines)}


def _runs_programs(path):
    return path in (__file__, programs_file()) or os.path.basename(path) == "runpy.py"


def programs_file():
    """The file that executes programs."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs.py")


def peak_memory():
    """The most memory that this process has had, in MB; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main():
    with open(sys.argv[1]) as stream:
        settings = json.load(stream)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != here]
    programs = load(programs_file())
    started = time.perf_counter()
    tf = import_library(settings)
    if settings["seed"] is not None:
        random.seed(settings["seed"])
        np.random.seed(settings["seed"])
    recorder = Recorder(tf, settings["directory"], settings["max_runs"], settings["seed"])
    recorder.install()
    tf.reset_default_graph()
    result = {"version": tf.__version__, "python": sys.version.split()[0],
              "numpy": np.__version__, "import_seconds": time.perf_counter() - started,
              "import_memory": peak_memory()}
    started = time.perf_counter()
    result.update(outcome(programs, settings))
    result.update(seconds=time.perf_counter() - started, run_seconds=recorder.run_seconds,
                  runs=recorder.run_count, memory=peak_memory())
    sys.stdout.flush()
    graph_compare = load(os.path.join(os.path.dirname(here), "testing", "graph_compare.py"))
    result["graphs"] = recorder.finish(graph_compare)
    with open(os.path.join(settings["directory"], "result.json"), "w") as stream:
        json.dump(result, stream)
    sys.stderr.flush()
    os._exit(0)  # threads that the program left behind, such as those of queues, end here


def outcome(programs, settings):
    """Executes the program. Returns how it ended."""
    try:
        programs.execute(settings["program"], settings["arguments"], settings["is_module"])
    except EnoughRuns:
        return {"ended": "stopped"}
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        return {"ended": "finished"} if not code else {
            "ended": "error", "error": {"class": "SystemExit", "message": str(error.code),
                                        "traceback": ""}}
    except Exception as error:
        return {"ended": "error", "error": describe_error(error)}
    return {"ended": "finished"}


if __name__ == "__main__":
    main()

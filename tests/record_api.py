"""Records the public names of TensorFlow 1.15.5 with their arguments: tests/golden/api.json.

    python tests/record_api.py --python /path/to/tf115/bin/python

A line has a name, its kind (function, class, value), argument names and the texts of defaults; a
default that is not a plain value is told by the name of its type. The names are those that the file
has already (Keras, estimators, distribution strategies, contrib, compat and raw_ops are left out).
"""

import argparse
import inspect
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden", "api.json")

_PLAIN = (bool, int, float, str, bytes, type(None))


def default_text(value):
    """The text of a default: its repr if it is plain, else its type's name."""
    if isinstance(value, _PLAIN) or (isinstance(value, tuple)
                                     and all(isinstance(item, _PLAIN) for item in value)):
        return repr(value)
    return type(value).__name__


def _record_inside(known):
    """Prints the table of these names; in TensorFlow's interpreter."""
    import tensorflow as tf
    from tensorflow.python.util import tf_decorator, tf_inspect

    def arguments(value):
        function = value.__init__ if inspect.isclass(value) else value
        if inspect.isclass(value) and value.__init__ is object.__init__:
            return [], []
        try:
            spec = tf_inspect.getfullargspec(tf_decorator.unwrap(function)[1])
        except TypeError:
            return [], []
        names = [name for name in spec.args if name not in ("self", "cls")]
        return names + list(spec.kwonlyargs or ()), [default_text(v) for v in spec.defaults or ()]

    table = {}
    for name in known:
        value = tf
        for part in name.split("."):
            value = getattr(value, part)
        if inspect.isclass(value) or callable(value):
            kind = "class" if inspect.isclass(value) else "function"
            table[name] = [kind, *arguments(value)]
        else:
            table[name] = ["value", None, None]
    json.dump(table, sys.stdout)


def golden_api():
    """The recorded table: (kind, argument names, texts of defaults) by name, without "tf."."""
    with open(GOLDEN) as stream:
        return json.load(stream)


def write_api(path, table):
    """Stores a table, a name a line."""
    lines = [f"{json.dumps(name)}: {json.dumps(table[name])}" for name in sorted(table)]
    with open(path, "w") as stream:
        stream.write("{\n" + ",\n".join(lines) + "\n}\n")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="an interpreter with TensorFlow 1.15.5")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inside:
        _record_inside(sorted(golden_api()))
        return
    if not options.python:
        parser.error("--python names the interpreter to record from")
    done = subprocess.run([options.python, "-W", "ignore", os.path.abspath(__file__), "--inside"],
                          env=dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3"), capture_output=True,
                          text=True, check=False)
    if done.returncode:
        sys.exit(f"{options.python} failed:\n{done.stderr}")
    write_api(GOLDEN, json.loads(done.stdout))


if __name__ == "__main__":
    main()

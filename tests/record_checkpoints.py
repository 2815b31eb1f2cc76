"""Records checkpoints and a SavedModel that TensorFlow 1.15.5 writes, and what it reads in them.

    python tests/record_checkpoints.py --python /path/to/tf115/bin/python

Writes tests/golden/checkpoints: the files, and contents.json. ``read_live`` has TensorFlow read a
folder of the same files.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden", "checkpoints")


def golden_contents():
    """What TensorFlow read in the recorded files."""
    with open(os.path.join(GOLDEN, "contents.json")) as stream:
        return json.load(stream)


def read_live(python, folder):
    """What TensorFlow, in another interpreter, reads in the files of a folder."""
    return json.loads(_inside(python, "--read", folder))


def _inside(python, *arguments):
    with tempfile.TemporaryDirectory() as scratch:
        result = os.path.join(scratch, "result")
        subprocess.run([python, os.path.abspath(__file__), *arguments, "--result", result],
                       check=True, env=dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3"),
                       stderr=subprocess.DEVNULL)
        with open(result) as stream:
            return stream.read()


def _record(python):
    with tempfile.TemporaryDirectory() as scratch:
        contents = _inside(python, "--write", scratch)
        shutil.rmtree(GOLDEN, ignore_errors=True)
        shutil.copytree(scratch, GOLDEN)
    with open(os.path.join(GOLDEN, "contents.json"), "w") as stream:
        stream.write(contents)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", help="an interpreter that has TensorFlow 1.15.5")
    parser.add_argument("--write", help=argparse.SUPPRESS)
    parser.add_argument("--read", help=argparse.SUPPRESS)
    parser.add_argument("--result", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.python:
        _record(options.python)
        return
    sys.path.insert(0, HERE)
    import tensorflow as tf
    from checkpoint_samples import read, write

    if options.write:
        write(tf, options.write)
    with open(options.result, "w") as stream:
        json.dump(read(tf, options.write or options.read), stream, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()

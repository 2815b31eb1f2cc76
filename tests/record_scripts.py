"""Records what TensorFlow 1.15.5 prints in the programs of tests/scripts: a .txt file beside each.

    python tests/record_scripts.py --python /path/to/tf115/bin/python [NAME...]
"""

import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, "scripts")
_HELPERS = {"digits"}


def names():
    """The names of the programs."""
    return sorted(name[:-3] for name in os.listdir(SCRIPTS)
                  if name.endswith(".py") and name[:-3] not in _HELPERS)


def path_of(name, ending=".py"):
    """The file of a program, or, with ".txt", of what it prints."""
    return os.path.join(SCRIPTS, name + ending)


def output(command, name):
    """(standard output, standard error, exit status) of a program, run in an empty directory."""
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", PYTHONHASHSEED="0")
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run([*command, path_of(name)], cwd=directory, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
    return done.stdout, done.stderr, done.returncode


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs (default: all)")
    parser.add_argument("--python", required=True, help="an interpreter with TensorFlow 1.15.5")
    options = parser.parse_args(arguments)
    for name in options.names or names():
        text, errors, status = output([options.python], name)
        if status:
            print(errors, file=sys.stderr)
            return f"{name} failed"
        with open(path_of(name, ".txt"), "w") as stream:
            stream.write(text)
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Records all public names of TensorFlow 1.15.5: minitf/tensorflow_names/public_names.txt.

    python tests/record_names.py --python /path/to/tf115/bin/python

A line has a namespace and its names. minitf reads the file to say of a name that it has not
whether TensorFlow has it.
"""

import argparse
import os
import subprocess
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(os.path.dirname(HERE), "minitf", "tensorflow_names", "public_names.txt")


def _print_names(name, module):
    """Prints the line of a namespace, and of those in it; in TensorFlow's interpreter."""
    inner = []
    names = []
    for attribute in sorted(vars(module).keys() | set(dir(module))):
        value = getattr(module, attribute, None)
        if attribute.startswith("_") or attribute in ("absolute_import", "division",
                                                      "print_function", "tf_decorator"):
            continue
        names.append(attribute)
        if (isinstance(value, types.ModuleType) and "_api.v1." in value.__name__
                and attribute not in ("v1", "v2")):
            inner.append((f"{name}.{attribute}", value))
    print(f"{name}: {' '.join(names)}")
    for pair in inner:
        _print_names(*pair)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="an interpreter with TensorFlow 1.15.5")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inside:
        import pkgutil

        import tensorflow as tf

        _print_names("tf", tf)
        contrib = sorted(module.name for module in pkgutil.iter_modules(tf.contrib.__path__))
        print(f"tf.contrib: {' '.join(contrib)}")
        return
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
    output = subprocess.run([options.python, "-W", "ignore", __file__, "--inside"], check=True,
                            env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with open(TABLE, "wb") as stream:
        stream.write(output.stdout)


if __name__ == "__main__":
    sys.exit(main())

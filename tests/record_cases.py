"""Records the case table under TensorFlow 1.15.5.

    python tests/record_cases.py --python /path/to/tf115/bin/python              all families
    python tests/record_cases.py math arrays --python ...                        these families
    python tests/record_cases.py --show 'tf.add(x, y)' --python ...         print, write nothing

Writes tests/golden/cases/FAMILY.txt: a case is a line ``=== name`` and the lines of case_runner.
Rows that TensorFlow does not carry out are listed, and are not written.
"""

import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden", "cases")


def write_cases(path, cases):
    """Stores cases: lists of lines by name."""
    with open(path, "w") as stream:
        stream.writelines("\n".join(["=== " + name, *lines]) + "\n" for name,
                          lines in cases.items())


def read_cases(path):
    """The cases of a file: lists of lines by name."""
    cases = {}
    if os.path.exists(path):
        with open(path) as stream:
            for line in stream:
                if line.startswith("=== "):
                    lines = cases[line[4:-1]] = []
                else:
                    lines.append(line[:-1])
    return cases


def golden_cases(family):
    """The recorded cases of a family."""
    return read_cases(os.path.join(GOLDEN, family + ".txt"))


def _selected(family, only):
    from cases import load

    table, _ = load(family)
    return {name: row for name, row in table.items() if not only or only in name}


def _record_inside(family, path, only):
    import tensorflow as tf
    from case_runner import observe
    from tensorflow.core.protobuf import rewriter_config_pb2

    config = tf.ConfigProto(
        intra_op_parallelism_threads=1, inter_op_parallelism_threads=1,
        allow_soft_placement=True, graph_options=tf.GraphOptions(
            optimizer_options=tf.OptimizerOptions(opt_level=tf.OptimizerOptions.L0),
            rewrite_options=rewriter_config_pb2.RewriterConfig(disable_meta_optimizer=True)))
    cases = {}
    for name, row in _selected(family, only).items():
        try:
            lines = observe(tf, row, config)
        except Exception as error:
            text = " ".join(str(error).split())[:400]
            print(f"{family}: {name}\n    {type(error).__name__}: {text}")
            continue
        if row.fails and any("does not fail" in line for line in lines):
            print(f"{family}: {name}\n    " + "\n    ".join(lines))
            continue
        cases[name] = lines
    write_cases(path, cases)


def record(python, family, only=None):
    """What TensorFlow in the interpreter ``python`` does with a family: cases, text of refusals."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cases")
        environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", PYTHONPATH=HERE)
        done = subprocess.run(
            [python, "-W", "ignore", os.path.abspath(__file__), family, "--inside", path,
             "--show", only or ""],
            env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{python} failed:\n{done.stderr}")
        return read_cases(path), done.stdout


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*")
    parser.add_argument("--python", help="an interpreter with TensorFlow 1.15.5")
    parser.add_argument("--show", metavar="TEXT", help="print the cases whose name has TEXT")
    parser.add_argument("--inside", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inside:
        return _record_inside(options.families[0], options.inside, options.show)
    from cases import families

    refused = False
    if not options.python:
        parser.error("--python names the interpreter to record from")
    for family in options.families or families():
        cases, report = record(options.python, family, options.show)
        sys.stdout.write(report)
        refused = refused or bool(report)
        if options.show:
            for name, lines in cases.items():
                print("\n".join(["=== " + name, *lines]))
        else:
            os.makedirs(GOLDEN, exist_ok=True)
            write_cases(os.path.join(GOLDEN, family + ".txt"), cases)
    return int(refused)


if __name__ == "__main__":
    sys.exit(main())

"""Records what TensorFlow 1.15.5 does, for the tests to compare with.

    python tests/record.py --python /path/to/tf115/bin/python             all programs
    python tests/record.py notes_adam gather --python ...                 these programs
    python tests/record.py --opdefs --python ...                          the OpDefs of all ops
    python tests/record.py --all --python ...                             everything in golden/
    python tests/record.py --signature MatMul Cumsum                      declarations to copy

The first four write tests/golden/ (--all by the other recorders too); the last only reads it. The
interpreter that is named needs
TensorFlow 1.15.5 and nothing of minitf. Values are recorded with Grappler switched off, which may
otherwise compute the same in another order.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import traceback

import graph_text

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden")
OPDEFS = os.path.join(GOLDEN, "opdefs.txt")


# ---- in TensorFlow's interpreter ----


def _observe_all(names, path):
    import tensorflow as tf
    from parity import observe, unexpected
    from tensorflow.core.protobuf import rewriter_config_pb2

    config = tf.ConfigProto(allow_soft_placement=True, graph_options=tf.GraphOptions(
        rewrite_options=rewriter_config_pb2.RewriterConfig(disable_meta_optimizer=True)))
    with open(path, "w") as stream:
        for name in names:
            try:
                record = observe(tf, name, config)
                entry = {"name": name, "record": record, "failure": unexpected(record)}
            except Exception:
                entry = {"name": name, "failure": traceback.format_exc()}
            stream.write(json.dumps(entry) + "\n")


def _write_opdefs(path):
    from signatures import record_line
    from tensorflow.core.framework import op_def_pb2
    from tensorflow.python import pywrap_tensorflow

    ops = op_def_pb2.OpList.FromString(
        pywrap_tensorflow.TF_GetBuffer(pywrap_tensorflow.TF_GetAllOpList()))
    with open(path, "w") as stream:
        stream.writelines(sorted(record_line(op_def) + "\n" for op_def in ops.op))


# ---- in ours ----


def _in_tensorflow(python, *arguments):
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", PYTHONPATH=HERE)
    done = subprocess.run([python, os.path.join(HERE, "record.py"), "--inside", *arguments],
                          env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{python} failed:\n{done.stderr}")


def live_records(python, names):
    """What TensorFlow in the interpreter ``python`` does with the programs: records by name."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "records")
        _in_tensorflow(python, path, *names)
        with open(path) as stream:
            entries = [json.loads(line) for line in stream]
    failures = ["{name}: {failure}".format(**entry) for entry in entries if entry["failure"]]
    if failures:
        raise RuntimeError("programs that TensorFlow does not carry out:\n" + "\n".join(failures))
    return {entry["name"]: entry["record"] for entry in entries}


def live_opdefs(python):
    """The OpDefs of TensorFlow in the interpreter ``python``, in the form of golden/opdefs.txt."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "opdefs")
        _in_tensorflow(python, path, "--opdefs")
        with open(path) as stream:
            return stream.read()


def golden_record(name):
    """The recorded behaviour of a program."""
    with open(os.path.join(GOLDEN, "programs", name + ".json")) as stream:
        record = json.load(stream)
    with open(os.path.join(GOLDEN, "programs", name + ".graph")) as stream:
        record["graph"] = graph_text.unpack(stream.read())
    return record


def write_golden(name, record):
    """Stores a record: the graph as NAME.graph, the rest as NAME.json."""
    from parity import pretty

    path = os.path.join(GOLDEN, "programs", name)
    with open(path + ".graph", "w") as stream:
        stream.write(graph_text.pack(record["graph"]))
    rest = {key: value for key, value in record.items() if key != "graph"}
    with open(path + ".json", "w") as stream:
        stream.write(pretty(rest) + "\n")


def golden_opdefs():
    """The recorded OpDefs: lines by op name."""
    with open(OPDEFS) as stream:
        return {line.partition("(")[0]: line.rstrip("\n") for line in stream}


def _print_signatures(names):
    from signatures import declaration

    lines = golden_opdefs()
    unknown = [name for name in names if name not in lines]
    if unknown:
        sys.exit(f"TensorFlow 1.15.5 has no op {', '.join(unknown)}")
    for name in names:
        print(declaration(lines[name]))


def _record_everything(python):
    """Programs, OpDefs, and what the other recorders write."""
    for script, *options in (["record.py"], ["record.py", "--opdefs"], ["record_cases.py"],
                             ["record_api.py"]):
        print(script, *options, flush=True)
        subprocess.run([sys.executable, os.path.join(HERE, script), *options, "--python", python],
                       check=True)
    for script in ("record_framework.py", "record_protos.py", "record_random.py"):
        print(script, flush=True)
        subprocess.run([python, os.path.join(HERE, script)], check=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="programs, or ops with --signature")
    parser.add_argument("--python", help="an interpreter with TensorFlow 1.15.5")
    parser.add_argument("--opdefs", action="store_true", help="record the OpDefs of all ops")
    parser.add_argument("--all", action="store_true", help="record everything")
    parser.add_argument("--signature", action="store_true", help="print declarations of ops")
    parser.add_argument("--inside", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inside:
        if options.opdefs:
            _write_opdefs(options.inside)
        else:
            _observe_all(options.names, options.inside)
    elif options.signature:
        _print_signatures(options.names)
    elif not options.python:
        parser.error("--python names the interpreter to record from")
    elif options.all:
        _record_everything(options.python)
    elif options.opdefs:
        with open(OPDEFS, "w") as stream:
            stream.write(live_opdefs(options.python))
    else:
        from programs import names as all_names

        for name, record in live_records(options.python, options.names or all_names()).items():
            write_golden(name, record)


if __name__ == "__main__":
    main()

"""``python -m minitf compare PROGRAM --python PATH``: one program under minitf and TensorFlow.

`recorder` runs the program in both interpreters, `comparison` finds where the records differ, and
this module does what is around them: processes, directories, progress and the report.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import minitf
from minitf.commands import comparison
from minitf.version import __version__

# Of the directory in which a program runs, so many entries are mirrored one by one.
_MAX_MIRRORED = 5000


class CannotCompare(Exception):
    """One of the programs could not be run at all; the message says why."""


def add_parser(commands):
    """Adds the command to the command line."""
    parser = commands.add_parser(
        "compare", allow_abbrev=False,
        help="run a program under minitf and under TensorFlow, and show where they differ",
        description="Runs PROGRAM under minitf and under an interpreter that has TensorFlow (1.15, "
                    "or 2 through compat.v1), and shows the first node of each graph, and the "
                    "first Session.run, in which they differ. Options that are not listed here, "
                    "and all after --, are the program's. Each run begins in a mirror of the "
                    "current directory, so that neither sees files that the other wrote there. "
                    "Exit status: 0 equal, 1 different, 2 not compared.")
    parser.add_argument("program", metavar="PROGRAM", help="a script, a notebook or, with -m, a "
                                                           "module's name")
    parser.add_argument("--python", required=True, metavar="PATH",
                        help="the interpreter that has TensorFlow")
    parser.add_argument("-m", dest="is_module", action="store_true",
                        help="PROGRAM is the name of a module")
    parser.add_argument("--max-runs", type=int, metavar="N",
                        help="end the program after N calls of Session.run")
    parser.add_argument("--seed", type=_seed, default=1, metavar="N|none",
                        help="graph-level seed of graphs for which the program sets none, and seed "
                             "of numpy.random and random (default: 1)")
    parser.add_argument("--rtol", type=float, metavar="X",
                        help="relative tolerance of floating-point values (default: 1e-3 for "
                             "float32, 1e-6 for float64, 2e-2 for float16)")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")
    parser.set_defaults(command=compare)


def _seed(text):
    return None if text == "none" else int(text)


def compare(options):
    """Runs and compares. Returns the exit status: 0 equal, 1 different, 2 not compared."""
    try:
        _check(options)
        with tempfile.TemporaryDirectory(prefix="minitf-compare-") as directory:
            records = [_record(options, directory, *side) for side in (
                ("minitf", sys.executable), ("tensorflow", options.python))]
            found = comparison.compare(records, options.rtol)
            del records  # and with them the files that they have open
    except CannotCompare as problem:
        print(f"minitf compare: {problem}", file=sys.stderr)
        return 2
    print(json.dumps(found, indent=1) if options.json else report(found))
    return 0 if found["equal"] else 1


def _check(options):
    if not options.is_module and not os.path.exists(options.program):
        raise CannotCompare(f"cannot read {options.program}: no such file")
    if shutil.which(options.python) is None:
        raise CannotCompare(f"--python {options.python}: no such interpreter")


# ---- one side ----


def _record(options, directory, library, python):
    """Runs the program under one library, with progress on stderr. Returns its Record."""
    directory = os.path.join(directory, library)
    for name in ("", "record", "tmp"):
        os.mkdir(os.path.join(directory, name))
    record = os.path.join(directory, "record")
    settings = {
        "library": library,
        "root": os.path.dirname(os.path.dirname(os.path.abspath(minitf.__file__))),
        "program": options.program if options.is_module else os.path.abspath(options.program),
        "arguments": options.arguments, "is_module": options.is_module,
        "max_runs": options.max_runs, "seed": options.seed, "directory": record}
    with open(os.path.join(directory, "settings.json"), "w") as stream:
        json.dump(settings, stream)
    work = os.path.join(directory, "work")
    _mirror(os.getcwd(), work)
    recorder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "recorder.py")
    environment = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONHASHSEED": "0", "MPLBACKEND": "agg",
                   **os.environ, "TMPDIR": os.path.join(directory, "tmp")}
    with open(os.path.join(record, "stdout"), "wb") as out, open(
            os.path.join(record, "stderr"), "wb") as err:
        process = subprocess.Popen([python, recorder, os.path.join(directory, "settings.json")],
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=work,
                                   env=environment)
        _wait(process, library, os.path.join(record, "runs.jsonl"))
    if not os.path.exists(os.path.join(record, "result.json")):
        raise CannotCompare(_failure(python, process.returncode, os.path.join(record, "stderr")))
    return comparison.Record(record)


def _mirror(source, target):
    """Makes a directory with links to all files of another, in directories of its own.

    A program finds there what is in the current directory, and adds to it without changing that.
    Hidden directories, and those after the first few thousand entries, are links themselves.
    """
    os.mkdir(target)
    waiting, count = [(source, target)], 0
    for directory, copy in waiting:  # grows as directories are found
        for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
            count += 1
            link = os.path.join(copy, entry.name)
            if (entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
                    and count < _MAX_MIRRORED):
                os.mkdir(link)
                waiting.append((entry.path, link))
            else:
                os.symlink(entry.path, link)


def _wait(process, library, runs):
    """Waits for a process, and tells on stderr how many runs it has done."""
    started, told = time.perf_counter(), None
    terminal = sys.stderr.isatty()
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.2 if terminal else 5)
            count = 0
            with contextlib.suppress(OSError), open(runs, "rb") as stream:
                count = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))
            text = f"{library}: {count} runs, {time.perf_counter() - started:.0f} s"
            if terminal:
                print(f"\r{text}  ", end="", file=sys.stderr, flush=True)
            elif text != told:
                print(text, file=sys.stderr, flush=True)
            told = text
            if process.poll() is not None:
                break
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if terminal:
            print(file=sys.stderr)


def _failure(python, status, path):
    with open(path, errors="replace") as stream:
        lines = stream.read().rstrip().splitlines()
    said = "\n".join("    " + line for line in lines[-20:])
    return f"{python} ended with status {status} before the program did. It said:\n{said}"


# ---- the report ----


def report(found):
    """A comparison as text."""
    lines = ["{}   against   {}".format(*(_side_text(side) for side in found["sides"])), ""]
    for number, graph in enumerate(found["graphs"]):
        lines += _graph_lines(number, graph)
    lines += _run_lines(found["runs"])
    lines += _end_lines(found)
    lines += _cost_lines(found["sides"])
    lines += ["", "equal" if found["equal"] else "different"]
    return "\n".join(lines)


def _side_text(side):
    name = f"minitf {__version__}" if side["name"] == "minitf" else f"TensorFlow {side['version']}"
    return f"{name} (Python {side['python']}, NumPy {side['numpy']})"


def _line(head, text):
    return f"{head:<9} {text}"


def _both(left, right):
    """Two lines, one under the other, under a line of the report."""
    texts = ["(nothing)" if text is None else text for text in (left, right)]
    return [f"{'':<9}   {label + ':':<12} {text}" for label, text in zip(comparison.LABELS, texts)]


def _graph_lines(number, graph):
    if not graph["count"]:
        rounded = (f"; {graph['rounded']} constants, which the program computed, within the "
                   "tolerance" if graph["rounded"] else "")
        return [_line(f"graph {number}", f"equal: {graph['nodes'][0]} nodes{rounded}")]
    when = {True: ", which was there at the first run", False: ", made after the first run",
            None: ""}[graph.get("before_first_run")]
    first = graph["first"][0]
    count = f"{graph['count']} difference" + ("s" if graph["count"] > 1 else "")
    nodes = " against ".join(str(count or 0) for count in graph["nodes"])
    lines = [_line(f"graph {number}", f"{count} ({nodes} nodes); the first is at node "
                                      f"{first['position']} {first['node']!r}{when}:")]
    for difference in graph["first"]:
        lines.append(f"{'':<11} {difference['field']}")
        lines += _both(difference["left"], difference["right"])
    return lines


def _run_lines(runs):
    difference = runs["difference"]
    agree = f"{runs['compared']} agree"
    if runs["largest"] and runs["compared"]:
        agree += ("; the largest relative difference is {relative:.1e}, of {name} in run {run}"
                  .format(**runs["largest"]))
    lines = [_line("runs", agree)]
    if runs["values_left_out"]:
        lines.append(_line("", "values of later runs are not compared: there are too many of them"))
    if difference:
        name = f" of {difference['name']}" if difference["name"] else ""
        detail = f" ({difference['detail']})" if difference["detail"] else ""
        lines.append(_line("", f"the first that differs is run {difference['run']}: "
                               f"{difference['what']}{name}{detail}"))
        lines += _both(difference["left"], difference["right"])
    return lines


def _end_lines(found):
    lines = []
    if found["end"]:
        lines = [_line("end", "the program ended in different ways"), *_both(*found["end"])]
    elif found["sides"][0]["ended"] == "stopped":
        lines = [_line("end", "both were stopped after the runs that were asked for")]
    elif found["sides"][0]["ended"] == "error":
        lines = [_line("end", "both ended with an error"),
                 *_both(*(_last_line(side["error"]) for side in found["sides"]))]
    for label, side in zip(comparison.LABELS, found["sides"]):
        if found["end"] and side.get("error"):
            lines += [f"{'':<11} {label}'s traceback:"]
            lines += [f"{'':<13}{line}" for line in side["error"]["traceback"].splitlines()[-12:]]
    output = found["output"]
    if output is None:
        return [*lines, _line("output", "the same")]
    return [*lines, _line("output", f"differs first in line {output['line']} (not counted):"),
            *_both(output["left"], output["right"])]


def _last_line(error):
    return f"{error['class']}: {error['message']}".splitlines()[0][:200]


def _cost_lines(sides):
    times = [f"{label} {side['seconds']:.2f} s ({side['run_seconds']:.2f} s of it in Session.run)"
             for label, side in zip(comparison.LABELS, sides)]
    lines = [_line("time", "   ".join(times))]
    if None not in [side["memory"] for side in sides]:
        lines.append(_line("memory", "   ".join(
            f"{label} {side['memory']:.0f} MB ({side['import_memory']:.0f} MB of it after import)"
            for label, side in zip(comparison.LABELS, sides))))
    return lines

"""Compares minitf with the real TensorFlow, as ratios.

    python benchmarks/compare.py --python /path/to/tf115/bin/python [NAME ...] [--rounds 3]
                                 [--markdown docs/benchmarks.md]

Each program runs in a process of its own, under minitf (with this interpreter) and under every
interpreter named, by turns, so that what the machine does meanwhile hits all alike. A figure is the
best of the rounds; a ratio is TensorFlow's figure over minitf's: above 1, minitf is faster (or
takes less memory). The noise is the spread of minitf's own rounds.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys

import numpy as np
from programs import PROGRAMS

FIGURES = ("import", "build", "first step", "step", "memory")
HERE = os.path.dirname(os.path.abspath(__file__))
MARKS = ("<!-- written by benchmarks/compare.py -->\n", "<!-- end -->\n")


def run(python, package, name):
    """The figures of one program in a new process."""
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", PYTHONWARNINGS="ignore")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if package == "minitf":
        environment["PYTHONPATH"] = os.path.dirname(HERE)
    result = subprocess.run([python, os.path.join(HERE, "programs.py"), name, package],
                            capture_output=True, text=True, env=environment)
    if result.returncode:
        raise RuntimeError(f"{name} under {python}:\n{result.stderr[-2000:]}")
    return json.loads(result.stdout.splitlines()[-1])


def measure(name, pythons, rounds):
    """minitf's figures, one dictionary a round, and a list of such for each interpreter."""
    ours, theirs = [], [[] for _ in pythons]
    for _ in range(rounds):
        ours.append(run(sys.executable, "minitf", name))
        for python, results in zip(pythons, theirs):
            results.append(run(python, "tensorflow", name))
    return ours, theirs


def best(results, figure):
    return min(result[figure] for result in results)


def text(figure, value):
    if figure == "memory":
        return f"{value:.0f} MB"
    if value < 1e-3:
        return f"{value * 1e6:.0f} us"
    return f"{value * 1e3:.2f} ms" if value < 1e-2 else f"{value * 1e3:.0f} ms"


def rows(name, ours, theirs):
    """The table's rows of one program: a row for each figure."""
    for figure in FIGURES:
        mine = best(ours, figure)
        spread = max(result[figure] for result in ours) / mine - 1
        row = f"| {name} | {figure} | {text(figure, mine)} | {spread:.0%} |"
        for results in theirs:
            other = best(results, figure)
            row += f" {text(figure, other)} | {other / mine:.2f} |"
        yield row


def summary(name, ours, theirs):
    """One row: the ratios of all figures, against the first interpreter."""
    ratios = (best(theirs[0], figure) / best(ours, figure) for figure in FIGURES)
    return f"| {name} | " + " | ".join(f"{ratio:.1f}" for ratio in ratios) + " |"


def table(header, lines):
    return [f"| {' | '.join(header)} |", "|" + " --- |" * len(header), *lines]


def machine(versions):
    """What the figures were taken with, as a sentence."""
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            model = re.search(r"model name\s*: (.*)", file.read())[1]
    load = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (f"{model}, {os.cpu_count()} cores{load}; Python {platform.python_version()}, NumPy "
            f"{np.__version__}; against {', '.join(versions)}.")


def version(python):
    """The version of an interpreter's TensorFlow."""
    code = "import tensorflow as tf; print('TensorFlow ' + tf.__version__)"
    return subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip()


def write(path, sections):
    """Puts the results between the marks of a page."""
    with open(path) as file:
        page = file.read()
    before, rest = page.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    with open(path, "w") as file:
        file.write(before + MARKS[0] + "\n" + "\n".join(sections) + "\n\n" + MARKS[1] + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *PROGRAMS], metavar="NAME",
                        help=f"programs: {', '.join(PROGRAMS)} (default: all)")
    parser.add_argument("--python", action="append", required=True,
                        help="an interpreter that has TensorFlow (1.15, or 2 for compat.v1)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--markdown", metavar="FILE", help="a page to write the tables into")
    options = parser.parse_args()
    versions = [version(python) for python in options.python]
    header = ["program", "figure", "minitf", "noise"]
    for name in versions:
        header += [name, "ratio"]
    print("\n".join(table(header, [])), flush=True)
    all_rows, ratios = [], []
    for name in options.names or PROGRAMS:
        ours, theirs = measure(name, options.python, options.rounds)
        ratios.append(summary(name, ours, theirs))
        for row in rows(name, ours, theirs):
            all_rows.append(row)
            print(row, flush=True)
    if options.markdown:
        write(options.markdown, [
            machine(versions), "", *table(["program", *FIGURES], ratios), "", "The figures:", "",
            *table(header, all_rows)])


if __name__ == "__main__":
    main()

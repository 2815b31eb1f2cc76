"""Compares minitf with the real TensorFlow, as ratios.

    python benchmarks/compare.py --python /path/to/tf115/bin/python [NAME ...] [--rounds 3]

Each program runs in a process of its own, under minitf (with this interpreter) and under every
interpreter named, by turns, so that what the machine does meanwhile hits all alike. A figure is the
best of the rounds; a ratio is TensorFlow's figure over minitf's: above 1, minitf is faster (or
takes less memory). The spread of minitf's own rounds is the machine's noise.
"""

import argparse
import json
import os
import subprocess
import sys

from programs import PROGRAMS

FIGURES = ("import", "build", "first step", "step", "memory")
HERE = os.path.dirname(os.path.abspath(__file__))


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


def text(figure, value):
    return f"{value:.0f} MB" if figure == "memory" else (
        f"{value * 1e6:.0f} us" if value < 1e-3 else f"{value * 1e3:.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *PROGRAMS], metavar="NAME",
                        help=f"programs: {', '.join(PROGRAMS)} (default: all)")
    parser.add_argument("--python", action="append", required=True,
                        help="an interpreter that has TensorFlow (1.15, or 2 for compat.v1)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print("| program | figure | minitf | noise | " + " | ".join(
        f"{python} | ratio" for python in map(os.path.basename, options.python)) + " |")
    print("| --- | --- | --- | --- |" + " --- | --- |" * len(options.python))
    for name in options.names or PROGRAMS:
        ours, theirs = [], [[] for _ in options.python]
        for _ in range(options.rounds):
            ours.append(run(sys.executable, "minitf", name))
            for python, results in zip(options.python, theirs):
                results.append(run(python, "tensorflow", name))
        for figure in FIGURES:
            best = min(result[figure] for result in ours)
            spread = max(result[figure] for result in ours) / best - 1
            row = f"| {name} | {figure} | {text(figure, best)} | {spread:.0%} |"
            for results in theirs:
                other = min(result[figure] for result in results)
                row += f" {text(figure, other)} | {other / best:.2f} |"
            print(row, flush=True)


if __name__ == "__main__":
    main()

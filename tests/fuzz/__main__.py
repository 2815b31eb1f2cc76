"""Runs fuzzed programs and reports the first difference, shrunk.

    python tests/fuzz 500                                   judged by numeric gradients
    python tests/fuzz 500 --oracle /path/to/tf115/bin/python
    python tests/fuzz 500 --oracle ... --seed 7 --without tf.reverse tf.tile
"""

import argparse
import json
import logging
import os
import sys

import hypothesis

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TESTS, os.path.dirname(TESTS)]

from fuzz import generator, judge  # noqa: E402
from fuzz.oracle import Oracle  # noqa: E402


class Difference(Exception):
    """A program on which minitf differs; hypothesis shrinks it."""


def search(count, decide, strategy, seed=0):
    """Runs ``decide`` on programs; returns (programs judged, shrunk program and text or None)."""
    judged = [0]
    last = [None]

    @hypothesis.seed(seed)
    @hypothesis.settings(max_examples=count, deadline=None, database=None, print_blob=False,
                         report_multiple_bugs=False,
                         suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(strategy)
    def attempt(program):
        judged[0] += 1
        text = decide(program)
        if text:
            last[0] = program, text
            raise Difference

    try:
        attempt()
    except Difference:
        return judged[0], last[0]
    return judged[0], None


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many programs")
    parser.add_argument("--oracle", metavar="PYTHON",
                        help="an interpreter with TensorFlow 1.15.5; else numeric gradients judge")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", nargs="*", default=(), help="texts that no step may have")
    options = parser.parse_args(arguments)
    logging.getLogger("tensorflow").setLevel(logging.CRITICAL)
    strategy = generator.programs(smooth=not options.oracle, without=tuple(options.without))
    if options.oracle:
        with Oracle(options.oracle) as oracle:
            judged, found = search(options.count, lambda p: judge.against_tensorflow(p, oracle),
                                   strategy, options.seed)
    else:
        judged, found = search(options.count, judge.against_differences, strategy, options.seed)
    print(f"{judged} programs")
    if not found:
        print("no difference")
        return 0
    program, text = found
    print(json.dumps(program["inputs"]), *program["steps"], "", text, sep="\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())

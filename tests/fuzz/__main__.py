"""Runs fuzzed programs and reports the first difference, shrunk.

    python tests/fuzz 500                                   judged by numeric gradients
    python tests/fuzz 500 --oracle /path/to/tf115/bin/python
    python tests/fuzz 500 --oracle ... --seed 7 --without tf.reverse tf.tile
    python tests/fuzz 500 --oracle ... --of rows --all     from the case table; do not stop

``--all`` goes on after a difference and lists programs that differ, as drawn. The last lines
tell how many programs ran and which op types they had.
"""

import argparse
import collections
import json
import logging
import os
import re
import sys
import warnings

import hypothesis
from hypothesis import strategies

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TESTS, os.path.dirname(TESTS)]

from fuzz import from_rows, from_signatures, generator, judge  # noqa: E402
from fuzz.oracle import Oracle  # noqa: E402

from minitf.framework import registry  # noqa: E402


_BATCH = 12


class Difference(Exception):
    """A program on which minitf differs; hypothesis shrinks it."""


def search(count, decide, strategy, seed=0):
    """Runs ``decide`` on programs; returns (programs judged, shrunk program and text or None).

    Programs are drawn in small batches, each with a seed of its own, for hypothesis varies what it
    has drawn before: a long run would stay near its beginnings.
    """
    seen, last = set(), [None]

    def run(number):
        @hypothesis.seed(seed * 1_000_003 + number)
        @hypothesis.settings(max_examples=_BATCH, deadline=None, database=None, print_blob=False,
                             report_multiple_bugs=False,
                             suppress_health_check=list(hypothesis.HealthCheck))
        @hypothesis.given(strategy)
        def attempt(program):
            key = json.dumps(program)
            if key in seen and last[0] is None:
                return
            seen.add(key)
            text = decide(program)
            if text:
                last[0] = program, text
                raise Difference

        attempt()

    number = 0
    while len(seen) < count:
        try:
            run(number)
        except Difference:
            return len(seen), last[0]
        number += 1
    return len(seen), None


class Reach:
    """Counts the op types of programs that were built."""

    def __init__(self):
        self.counts = collections.Counter()

    def add(self, text):
        self.counts.update(set(re.findall(r"^\S+ = (\w+)\(", text, re.M)))

    def __str__(self):
        registered = registry.registered()
        pure = [name for name, op_type in registered.items()
                if not op_type.is_stateful and not any(arg.is_ref for arg in op_type.inputs)]
        missed = [name for name in pure if not self.counts[name]]
        return (f"{len(pure) - len(missed)} of {len(pure)} op types without state, "
                f"{sum(1 for name in registered if self.counts[name])} of {len(registered)} in all"
                + ("; not: " + " ".join(missed) if missed else ""))


def _strategy(options):
    without = tuple(options.without)
    if not options.oracle:
        return generator.programs(smooth=True, without=without)
    kinds = {"expressions": generator.programs(without=without),
             "rows": from_rows.row_programs(without=without),
             "ops": from_signatures.op_programs(without=without)}
    if options.of:
        return kinds[options.of]
    return strategies.integers(0, 5).flatmap(
        lambda i: kinds[("expressions", "rows", "expressions", "rows", "expressions", "ops")[i]])


def _show(program, text):
    print(json.dumps(program["inputs"]), json.dumps(program.get("gradients", {})),
          *program["steps"], "", text, "=" * 20, sep="\n", flush=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many programs")
    parser.add_argument("--oracle", metavar="PYTHON",
                        help="an interpreter with TensorFlow 1.15.5; else numeric gradients judge")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", nargs="*", default=(), help="texts that no step may have")
    parser.add_argument("--of", choices=("expressions", "rows", "ops"), help="one kind of programs")
    parser.add_argument("--all", action="store_true", help="go on after a difference")
    options = parser.parse_args(arguments)
    logging.getLogger("tensorflow").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    reach, listed = Reach(), set()

    def decide(program, oracle=None):
        if oracle is None:
            text = judge.against_differences(program)
        else:
            text = judge.against_tensorflow(program, oracle, reach)
        if text and options.all:
            kind = re.sub(r"[\d.<>,\[\]]+", "", text)[:90]
            if kind not in listed:  # programs that differ alike are listed once
                listed.add(kind)
                _show(program, text)
            return None
        return text

    if options.oracle:
        with Oracle(options.oracle) as oracle:
            judged, found = search(options.count, lambda p: decide(p, oracle), _strategy(options),
                                   options.seed)
        print(f"TensorFlow aborted on {len(oracle.aborted)} programs")
        for program in oracle.aborted:
            print("   ", *program["steps"])
        print(reach)
    else:
        judged, found = search(options.count, decide, _strategy(options), options.seed)
    print(f"{judged} programs")
    if found:
        _show(*found)
    if listed or found:
        return 1
    print("no difference")
    return 0


if __name__ == "__main__":
    sys.exit(main())

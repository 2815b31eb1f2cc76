"""How much of TensorFlow 1.15.5's public API minitf has, and docs/coverage.md that tells it.

    python tests/coverage_api.py            writes docs/coverage.md
    python tests/coverage_api.py --print    prints the share of each namespace
"""

import argparse
import inspect
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from record_api import default_text, golden_api  # noqa: E402

DOCUMENT = os.path.join(os.path.dirname(HERE), "docs", "coverage.md")

# Classes that users do not make: their constructors are minitf's own.
_NOT_MADE_BY_USERS = {"DType", "dtypes.DType", "Operation", "Tensor"}

# Types of defaults that stand for "not given" in TensorFlow, for which minitf may have its own.
_MARKERS = {"object", "function", "KeywordRequired", "OrderedDict"}

_MISSING = object()


def lookup(tf, name):
    """The object with this public name, or None where there is none."""
    value = tf
    for part in name.split("."):
        value = getattr(value, part, _MISSING)
        if value is _MISSING:
            return None
    return value


def namespace_of(name):
    """"tf.math" for "math.add"."""
    return "tf." + name.rpartition(".")[0] if "." in name else "tf"


def signature_of(value):
    """(argument names, texts of defaults) of a function, or of a class's constructor."""
    if inspect.isclass(value):
        value = value.__init__
    parameters = [parameter for parameter in inspect.signature(value).parameters.values()
                  if parameter.name not in ("self", "cls")
                  and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)]
    defaults = [default_text(parameter.default) for parameter in parameters
                if parameter.default is not parameter.empty]
    return [parameter.name for parameter in parameters], defaults


def signature_difference(name, recorded, value):
    """What differs from TensorFlow's signature, or None.

    Classes whose constructor was recorded without arguments (messages, builders), and those that
    users do not make, are only looked up.
    """
    kind, names, defaults = recorded
    if name in _NOT_MADE_BY_USERS:
        return None
    if kind == "value" or kind == "class" and not names:
        return None
    if not callable(value):
        return f"is not a {kind}"
    my_names, my_defaults = signature_of(value)
    if my_names != names:
        return f"takes {my_names}, in TensorFlow {names}"
    if len(my_defaults) != len(defaults):
        return f"has defaults {my_defaults}, in TensorFlow {defaults}"
    with_default = names[len(names) - len(defaults):]
    for argument, mine, theirs in zip(with_default, my_defaults, defaults):
        if mine != theirs and theirs not in _MARKERS:
            return f"{argument} is {mine} by default, in TensorFlow {theirs}"
    return None


def survey(tf):
    """(total, present names, missing names) by namespace, for the module ``tf``."""
    table = {}
    for name in golden_api():
        total, present, missing = table.setdefault(namespace_of(name), [[], [], []])
        total.append(name)
        (missing if lookup(tf, name) is None else present).append(name)
    return table


def share_lines(table):
    """A line of text for each namespace with the share that is present."""
    lines = []
    for namespace, (total, present, _) in sorted(table.items()):
        share = 100 * len(present) / len(total)
        lines.append(f"{namespace:32} {len(present):4} of {len(total):4}  {share:5.1f} %")
    return lines


def document(tf):
    """The text of docs/coverage.md."""
    from minitf.framework import registry

    table = survey(tf)
    total = sum(len(entry[0]) for entry in table.values())
    present = sum(len(entry[1]) for entry in table.values())
    lines = [
        "# What of TensorFlow's API is here", "",
        "Made by `python tests/coverage_api.py`; `tests/test_api.py` fails when it is out of date.",
        "",
        f"Of {total} public names of TensorFlow 1.15.5 (Keras, estimators, distribution",
        f"strategies, `contrib`, `compat` and `raw_ops` aside) {present} are here, with",
        f"TensorFlow's arguments and defaults. {len(registry.registered())} op types are declared.",
        "", "| namespace | names | here | share |", "| --- | ---: | ---: | ---: |"]
    for namespace, (names, here, _) in sorted(table.items()):
        lines.append(f"| `{namespace}` | {len(names)} | {len(here)} | "
                     f"{100 * len(here) // len(names)} % |")
    lines += ["", "## Names that are missing", ""]
    for namespace, (_, here, missing) in sorted(table.items()):
        if missing and not here:
            lines += [f"**`{namespace}`**: all {len(missing)} names.", ""]
        elif missing:
            shown = ", ".join(f"`{name.rpartition('.')[2]}`" for name in sorted(missing))
            lines += [f"**`{namespace}`**: {shown}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--print", action="store_true", help="print the shares, write nothing")
    options = parser.parse_args(arguments)
    import minitf

    if options.print:
        print("\n".join(share_lines(survey(minitf))))
    else:
        with open(DOCUMENT, "w") as stream:
            stream.write(document(minitf))


if __name__ == "__main__":
    main()

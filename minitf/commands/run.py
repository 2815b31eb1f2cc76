"""``python -m minitf run PROGRAM``: a program that says ``import tensorflow as tf`` gets minitf."""

import argparse
import os
import sys
import traceback

from minitf.commands import programs


def add_parser(commands):
    """Adds the command to the command line."""
    parser = commands.add_parser(
        "run", help="run a TensorFlow 1.x program as it is",
        description="Runs a program whose `import tensorflow` then gets minitf: a script, a "
                    "notebook (.ipynb: its cells in order), or, with -m, a module.")
    parser.add_argument("-m", dest="is_module", action="store_true",
                        help="PROGRAM is the name of a module")
    parser.add_argument("program", metavar="PROGRAM", help="a file, or a module's name")
    parser.add_argument("arguments", metavar="ARGUMENT", nargs=argparse.REMAINDER,
                        help="what the program's own command line has")
    parser.set_defaults(command=run)


def run(options):
    """Runs a program. Returns the exit status: 0, 1 when it raised, 2 when there is none to run.

    Raises:
      SystemExit: the program did.
    """
    import minitf.as_tensorflow  # noqa: F401 - its effect is the import's

    problem = None if options.is_module else _problem(options.program)
    if problem:
        print(f"minitf run: {problem}", file=sys.stderr)
        return 2
    try:
        programs.execute(options.program, options.arguments, options.is_module)
    except Exception as error:
        sys.stdout.flush()
        print_exception(error)
        return 1
    return 0


def _problem(path):
    """Why a file cannot be run, or None."""
    try:
        if path.endswith(".ipynb"):
            programs.read_cells(path)
        elif not os.path.isdir(path):
            with open(path, "rb"):
                return None
    except OSError as error:
        return f"cannot read {path}: {error.strerror}"
    except ValueError as error:
        return str(error)
    return None


def print_exception(error):
    """Prints a program's traceback, without the frames of what runs it."""
    trace = error.__traceback__
    while trace is not None and _is_ours(trace.tb_frame):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace or error.__traceback__)


def _is_ours(frame):
    return frame.f_globals.get("__name__", "").startswith(("minitf.c", "runpy", "importlib"))

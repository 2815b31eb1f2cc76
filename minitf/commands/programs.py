"""Executes a Python program as ``__main__``: a script, a module, or a notebook's cells in order.

This file needs nothing of minitf, and runs on the Pythons of TensorFlow 1.15: `minitf compare` uses
it in both interpreters.
"""

import json
import os
import runpy
import sys
import types

# Cell magics under which the rest of the cell is Python.
_TRANSPARENT = ("%%time", "%%timeit", "%%capture", "%%prun")


def execute(program, arguments=(), is_module=False):
    """Runs a program in this process, with its own ``sys.argv``, ``sys.path[0]`` and ``__main__``.

    Args:
      program: the path of a script, of a notebook (.ipynb) or of a directory with a
        ``__main__.py``; or the name of a module.
      arguments: those of the command line.
      is_module: ``program`` is the name of a module.

    Raises:
      OSError: the file cannot be read.
      ImportError: there is no such module.
      ValueError: a file that should be a notebook is none.
      Whatever the program raises, SystemExit too.
    """
    if is_module:
        sys.argv = [program] + list(arguments)
        sys.path.insert(0, os.getcwd())
        runpy.run_module(program, run_name="__main__", alter_sys=True)
        return
    path = os.path.join(program, "__main__.py") if os.path.isdir(program) else program
    cells = read_cells(path) if path.endswith(".ipynb") else [_source(path)]
    sys.argv = [program] + list(arguments)
    sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    main = types.ModuleType("__main__")
    main.__file__ = path
    main.__builtins__ = __builtins__
    sys.modules["__main__"] = main
    shell = _shell(main) if path.endswith(".ipynb") else None
    for number, cell in enumerate(cells, 1):
        if shell is not None:
            shell.run_cell(cell).raise_error()
        elif path.endswith(".ipynb"):
            code = compile(_plain(cell, number), "{}, cell {}".format(path, number), "exec")
            exec(code, main.__dict__)
        else:
            exec(compile(cell, path, "exec"), main.__dict__)


def _source(path):
    with open(path, "rb") as stream:
        return stream.read()


def read_cells(path):
    """The code cells of a notebook, as texts."""
    try:
        with open(path, encoding="utf-8") as stream:
            notebook = json.load(stream)
        # Before version 4 of the format, cells were in worksheets, and called their source input.
        cells = notebook.get("cells") or [cell for sheet in notebook.get("worksheets", ())
                                          for cell in sheet["cells"]]
        sources = [cell.get("source", cell.get("input", "")) for cell in cells
                   if cell["cell_type"] == "code"]
        return ["".join(source) for source in sources]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("{} is not a notebook: {}".format(path, error))


def _shell(main):
    """IPython's shell, which knows what lines that begin with % mean; None without IPython."""
    try:
        from IPython.core.interactiveshell import InteractiveShell
    except ImportError:
        return None
    os.environ.setdefault("MPLBACKEND", "agg")  # there is no page on which a figure could be shown
    return InteractiveShell.instance(user_module=main)


def _plain(cell, number):
    """A cell without what only IPython understands; tells on stderr what it leaves out."""
    lines = cell.splitlines()
    if cell.startswith("%%") and not cell.startswith(_TRANSPARENT):
        _tell(number, lines[0])
        return ""
    for i, line in enumerate(lines):
        if line.lstrip().startswith(("%", "!")):
            _tell(number, line)
            lines[i] = line[:len(line) - len(line.lstrip())] + "pass"
    return "\n".join(lines) + "\n"


def _tell(number, line):
    sys.stderr.write("cell {}: left out, as it needs IPython: {}\n".format(number, line))

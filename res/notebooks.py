"""Runs the code of the tutorials for the scripts that make their pictures."""

import contextlib
import json
import os
import tempfile

TUTORIALS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tutorials")


@contextlib.contextmanager
def run(name):
    """Runs a tutorial in a temporary directory, which is the current one within the context."""
    with open(os.path.join(TUTORIALS, name), encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            namespace = {}
            for cell in cells:
                if cell["cell_type"] == "code":
                    exec("".join(cell["source"]), namespace)
            yield
        finally:
            os.chdir(before)

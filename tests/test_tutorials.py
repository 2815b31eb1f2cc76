"""The tutorials run, and what is stored in them is what they print.

``python tests/test_tutorials.py`` runs all of them and stores their outputs anew.
"""

import copy
import os
import re
import sys
import tempfile

import pytest

nbformat = pytest.importorskip("nbformat", reason="the Python package nbformat is not installed")
nbclient = pytest.importorskip("nbclient", reason="the Python package nbclient is not installed")
pytest.importorskip("ipykernel", reason="the Python package ipykernel is not installed")

pytestmark = pytest.mark.notebook

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "tutorials")
NAMES = sorted(name for name in os.listdir(FOLDER) if name.endswith(".ipynb"))


def read(name):
    return nbformat.read(os.path.join(FOLDER, name), as_version=4)


def executed(notebook):
    """The notebook with fresh outputs; it runs in a directory of its own."""
    notebook = copy.deepcopy(notebook)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", ROOT)
        patch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3",
                                resources={"metadata": {"path": folder}}).execute()
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return notebook


def joined(outputs):
    """Outputs in which printed text is one piece: the kernel sends it in pieces, as it comes."""
    result = []
    for output in outputs:
        if (output.output_type == "stream" and result
                and result[-1].get("name") == output.name):
            result[-1].text += output.text
        else:
            result.append(output)
    return result


def outputs(notebook):
    """Per code cell: texts of the outputs, by kind."""
    return {cell.id: [output.get("text") or dict(output.data) for output in cell.outputs]
            for cell in notebook.cells if cell.cell_type == "code"}


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_what_the_code_prints(name):
    stored = read(name)
    assert outputs(executed(stored)) == outputs(stored)


@pytest.mark.parametrize("name", NAMES)
def test_no_machine_in_the_file(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        text = file.read()
    assert re.findall(r"(?:/root|/home|/tmp|/usr|/work|/Users|[A-Z]:\\\\)[/\\]?\w*", text) == []
    assert re.findall(r"\bat 0x[0-9a-f]+", text) == []


@pytest.mark.parametrize("name", NAMES)
def test_file_is_clean(name):
    notebook = read(name)
    nbformat.validate(notebook)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"}}
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert [cell.id for cell in notebook.cells] == [
        f"cell-{i:02}" for i in range(len(notebook.cells))]
    assert all(cell.metadata == {} for cell in notebook.cells)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_there(name):
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)",
                       "\n".join(cell.source for cell in read(name).cells))
    assert shown
    for path in shown:
        assert os.path.isfile(os.path.join(FOLDER, path)), path


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".zh.ipynb")])
def test_editions_have_the_same_code(name):
    assert code(read(name)) == code(read(name.replace(".zh.ipynb", ".ipynb")))


def store(name):
    """Runs a tutorial and writes it with its outputs, and without traces of this machine."""
    notebook = executed(read(name))
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"}}
    for i, cell in enumerate(notebook.cells):
        cell.id = f"cell-{i:02}"
    nbformat.write(notebook, os.path.join(FOLDER, name))


if __name__ == "__main__":
    for tutorial in sys.argv[1:] or NAMES:
        store(os.path.basename(tutorial))

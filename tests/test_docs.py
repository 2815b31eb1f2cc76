"""The documents are true: commands, links, files that they name, and the program of the README.

And the README's command installs all of the package.
"""

import os
import re

import numpy as np
import pytest

import minitf as tf

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
READMES = ["README.md", "README.zh-CN.md"]
DOCUMENTS = [*READMES, "docs/architecture.md", "docs/differences.md"]


def text_of(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


@pytest.mark.parametrize("name", READMES)
def test_two_commands(name):
    commands = re.findall(r"^pip install .*$", text_of(name), re.M)
    assert len(commands) == 2
    assert "minitf tour" in commands[0] and "pytest" in commands[1]
    assert commands == re.findall(r"^pip install .*$", text_of("README.md"), re.M)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files(name):
    folder = os.path.dirname(os.path.join(ROOT, name))
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text_of(name)) if "://" not in link]
    missing = [link for link in links if not os.path.exists(os.path.join(folder, link))]
    assert missing == []


def test_files_that_the_architecture_names():
    named = set(re.findall(r"`([\w/]+(?:/|\.(?:py|md|ipynb)))`", text_of("docs/architecture.md")))
    assert len(named) > 20
    missing = [path for path in named
               if not os.path.exists(os.path.join(ROOT, path))
               and not os.path.exists(os.path.join(ROOT, "minitf", path))]
    assert missing == []


@pytest.mark.parametrize("name", READMES)
def test_program_of_the_readme(name, capsys):
    (program,) = re.findall(r"```python\n(.*?)```", text_of(name), re.S)
    with tf.Graph().as_default():
        exec(program, {})
    printed = capsys.readouterr().out
    numbers = np.array(printed[1:printed.index("]")].split(), float)
    assert printed.startswith("[") and np.allclose(numbers, [2, -1], atol=1e-3)
    assert "def step(" in printed


def test_every_folder_of_the_package_is_installed():
    folders = {folder for folder, _, files in os.walk(os.path.dirname(tf.__file__))
               if any(name.endswith(".py") for name in files)}
    bare = [os.path.relpath(folder, ROOT) for folder in folders
            if not os.path.exists(os.path.join(folder, "__init__.py"))]
    assert bare == [], "setuptools finds packages by their __init__.py"

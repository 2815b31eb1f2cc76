"""Makes the picture of the word2vec tutorial by running the tutorial's code.

    python res/make_word2vec.py

writes res/word2vec/embeddings.svg.
"""

import json
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
NOTEBOOK = os.path.join(HERE, "..", "tutorials", "02_gradient_descent_and_word2vec.ipynb")


def main():
    sys.path.insert(0, os.path.dirname(HERE))
    with open(NOTEBOOK, encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    namespace = {}
    with tempfile.TemporaryDirectory() as folder:
        before = os.getcwd()
        os.chdir(folder)
        try:
            for cell in cells:
                if cell["cell_type"] == "code":
                    exec("".join(cell["source"]), namespace)
        finally:
            os.chdir(before)
        os.makedirs(os.path.join(HERE, "word2vec"), exist_ok=True)
        shutil.copy(os.path.join(folder, "embeddings.svg"), os.path.join(HERE, "word2vec"))


if __name__ == "__main__":
    main()

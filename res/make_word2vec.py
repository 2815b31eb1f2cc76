"""Makes the picture of the word2vec tutorial by running the tutorial's code.

    python res/make_word2vec.py

writes res/word2vec/embeddings.svg.
"""

import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import notebooks  # noqa: E402


def main():
    os.makedirs(os.path.join(HERE, "word2vec"), exist_ok=True)
    with notebooks.run("02_gradient_descent_and_word2vec.ipynb"):
        shutil.copy("embeddings.svg", os.path.join(HERE, "word2vec"))


if __name__ == "__main__":
    main()

"""tf.app: parses the command line's flags and calls ``main(argv)``."""

import sys

from minitf import flags


def run(main=None, argv=None):
    """Calls a program's ``main`` with what the command line has besides flags, and exits.

    Flags that are not defined are left to ``main``, as TensorFlow leaves them.

    Args:
      main: a function of the list of arguments; by default ``main`` of the script.
      argv: the command line; by default the process's.

    Raises:
      SystemExit: always, with what ``main`` returned.
    """
    from absl import app

    def parse(arguments):
        return flags.FLAGS(sys.argv if arguments is None else arguments, known_only=True)

    app.run(main=main or sys.modules["__main__"].main, argv=argv, flags_parser=parse)

"""The real TensorFlow in a subprocess: a program a line in, its record a line out."""

import json
import os
import subprocess
import sys

# Stands for the answer when TensorFlow ended the process.
_ABORTED = "aborted\n"

HERE = os.path.dirname(os.path.abspath(__file__))


class Oracle:
    """TensorFlow 1.15.5 in the interpreter ``python``, kept running; a context manager."""

    def __init__(self, python):
        self._python = python
        self._process = None
        self.aborted = []  # the programs that ended TensorFlow's process

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._stop()

    def record(self, program):
        """The record of a program (see runner), or None when TensorFlow aborts on it."""
        if self._process is None:
            self._start()
        try:
            self._process.stdin.write(json.dumps(program) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if line in ("", _ABORTED):
            if not line:
                self._stop()
            self.aborted.append(program)
            return None
        return json.loads(line)

    def _start(self):
        environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", PYTHONPATH=os.path.dirname(HERE))
        self._process = subprocess.Popen(
            [self._python, "-W", "ignore", os.path.abspath(__file__)], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def _stop(self):
        if self._process is not None:
            self._process.stdin.close()
            self._process.stdout.close()
            self._process.kill()
            self._process.wait()
            self._process = None


def _serve():
    """Answers in a process that is replaced when TensorFlow ends it, for its import takes long."""
    import tensorflow  # noqa: F401

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what TensorFlow and programs print is no answer
    while True:
        child = os.fork()
        if child == 0:
            _answer(answers)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            return
        answers.write(_ABORTED)
        answers.flush()


def _answer(answers):
    import numpy as np
    import tensorflow as tf
    from tensorflow.core.protobuf import rewriter_config_pb2

    from fuzz.runner import record

    np.seterr(all="ignore")
    config = tf.ConfigProto(
        intra_op_parallelism_threads=1, inter_op_parallelism_threads=1,
        graph_options=tf.GraphOptions(
            optimizer_options=tf.OptimizerOptions(opt_level=tf.OptimizerOptions.L0),
            rewrite_options=rewriter_config_pb2.RewriterConfig(disable_meta_optimizer=True)))
    for line in sys.stdin:
        answers.write(json.dumps(record(tf, json.loads(line), config)) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve()

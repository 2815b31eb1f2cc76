"""SessionManager: makes sessions in which everything is initialized or restored."""

import time

import numpy as np

from minitf import tf_logging
from minitf.framework import errors
from minitf.framework.graph import get_default_graph
from minitf.session.session import Session
from minitf.train.checkpoint_management import get_checkpoint_state


class SessionManager:
    """Makes sessions and initializes them, or restores them from checkpoints.

    Args:
      local_init_op: initializes what checkpoints do not have.
      ready_op: a string tensor that is empty when everything is initialized; it names what is not.
      ready_for_local_init_op: the same for what ``local_init_op`` needs.
      graph: the graph; by default the default graph.
      recovery_wait_secs: how long to wait before it is looked again.
      local_init_run_options: RunOptions for ``local_init_op``.

    Raises:
      ValueError: ``ready_for_local_init_op`` without ``local_init_op``.
    """

    def __init__(self, local_init_op=None, ready_op=None, ready_for_local_init_op=None, graph=None,
                 recovery_wait_secs=30, local_init_run_options=None):
        self._local_init_op = local_init_op
        self._ready_op = ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._graph = get_default_graph() if graph is None else graph
        self._recovery_wait_secs = recovery_wait_secs
        self._local_init_run_options = local_init_run_options
        if ready_for_local_init_op is not None and local_init_op is None:
            raise ValueError("If you pass a ready_for_local_init_op you must also pass a "
                             "local_init_op , ready_for_local_init_op "
                             f"[{ready_for_local_init_op}]")

    def prepare_session(self, master, init_op=None, saver=None, checkpoint_dir=None,
                        checkpoint_filename_with_path=None, wait_for_checkpoint=False,
                        max_wait_secs=7200, config=None, init_feed_dict=None, init_fn=None):
        """A session whose model is restored from a checkpoint or, where there is none, initialized.

        Args:
          master: "".
          init_op: initializes the model.
          saver: the Saver that restores.
          checkpoint_dir: the directory of the checkpoints, of which the latest is taken.
          checkpoint_filename_with_path: or a checkpoint's path.
          wait_for_checkpoint: wait until there is one.
          max_wait_secs: how long.
          config: a ConfigProto.
          init_feed_dict: feeds of ``init_op``.
          init_fn: a function of the session, called after ``init_op``.

        Raises:
          RuntimeError: nothing is given that could initialize it, or it is not ready afterwards.
          ValueError: ``checkpoint_dir`` and ``checkpoint_filename_with_path`` are both given.
        """
        sess, is_loaded = self._restore_checkpoint(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint,
            max_wait_secs, config)
        if not is_loaded:
            if init_op is None and not init_fn and self._local_init_op is None:
                raise RuntimeError("Model is not initialized and no init_op or init_fn or "
                                   "local_init_op was given")
            if init_op is not None:
                sess.run(init_op, feed_dict=init_feed_dict)
            if init_fn:
                init_fn(sess)
        initialized_by = f"Init op: {_name_of(init_op)}, init fn: {init_fn}"
        is_done, message = self._try_local_init_op(sess)
        if not is_done:
            raise RuntimeError("Init operations did not make model ready for local_init.  "
                               f"{initialized_by}, error: {message}")
        is_ready, message = self._model_ready(sess)
        if not is_ready:
            raise RuntimeError("Init operations did not make model ready.  "
                               f"{initialized_by}, local_init_op: {self._local_init_op}, error: "
                               f"{message}")
        return sess

    def recover_session(self, master, saver=None, checkpoint_dir=None,
                        checkpoint_filename_with_path=None, wait_for_checkpoint=False,
                        max_wait_secs=7200, config=None):
        """A session, restored from a checkpoint if there is one; arguments as ``prepare_session``.

        Returns:
          (the session, whether its model is ready).
        """
        sess, is_loaded = self._restore_checkpoint(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint,
            max_wait_secs, config)
        if not is_loaded:
            return sess, False
        source = checkpoint_dir or checkpoint_filename_with_path
        for attempt, what in ((self._try_local_init_op, "not ready for local init"),
                              (self._model_ready, "not ready")):
            is_done, message = attempt(sess)
            if not is_done:
                tf_logging.info("Restoring model from %s did not make model %s: %s", source,
                                what.replace("not ", ""), message)
                return sess, False
        tf_logging.info("Restored model from %s", source)
        return sess, True

    def wait_for_session(self, master, config=None, max_wait_secs=float("inf")):
        """A session whose model somebody else initializes: waits until it is ready.

        Raises:
          DeadlineExceededError: it was not within ``max_wait_secs``.
        """
        if max_wait_secs is None:
            max_wait_secs = float("inf")
        end = time.monotonic() + max_wait_secs
        while True:
            sess = Session(master, graph=self._graph, config=config)
            is_done, local_message = self._try_local_init_op(sess)
            message = None
            if is_done:
                is_ready, message = self._model_ready(sess)
                if is_ready:
                    return sess
            sess.close()
            if time.monotonic() + self._recovery_wait_secs > end:
                raise errors.DeadlineExceededError(
                    None, None, f"Session was not ready after waiting {max_wait_secs} secs.")
            tf_logging.info("Waiting for model to be ready.  Ready_for_local_init_op:  %s, ready: "
                            "%s", local_message, message)
            time.sleep(self._recovery_wait_secs)

    # ---- steps of these ----

    def _restore_checkpoint(self, master, saver, checkpoint_dir, path, wait_for_checkpoint,
                            max_wait_secs, config):
        """(a new session, whether it was restored)."""
        sess = Session(master, graph=self._graph, config=config)
        if checkpoint_dir and path:
            raise ValueError("Can not provide both checkpoint_dir and "
                             "checkpoint_filename_with_path.")
        if not saver or not (checkpoint_dir or path):
            return sess, False
        if path:
            saver.restore(sess, path)
            return sess, True
        waited = 0
        state = get_checkpoint_state(checkpoint_dir)
        while not state or not state.model_checkpoint_path:
            if not wait_for_checkpoint or waited >= max_wait_secs:
                return sess, False
            tf_logging.info("Waiting for checkpoint to be available.")
            time.sleep(self._recovery_wait_secs)
            waited += self._recovery_wait_secs
            state = get_checkpoint_state(checkpoint_dir)
        saver.restore(sess, state.model_checkpoint_path)
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        return sess, True

    def _try_local_init_op(self, sess):
        """Runs ``local_init_op``, if the model is ready for it: (whether it is, why not)."""
        if self._local_init_op is None:
            return True, None
        is_ready, message = _ready(self._ready_for_local_init_op, sess,
                                   "Model not ready for local init")
        if is_ready:
            tf_logging.info("Running local_init_op.")
            sess.run(self._local_init_op, options=self._local_init_run_options)
            tf_logging.info("Done running local_init_op.")
        return is_ready, message

    def _model_ready(self, sess):
        return _ready(self._ready_op, sess, "Model not ready")


def _ready(op, sess, message):
    """Runs an operation that says what is not ready: (whether everything is, a message)."""
    if op is None:
        return True, None
    try:
        missing = sess.run(op)
    except errors.FailedPreconditionError as error:
        if "uninitialized" not in str(error):
            tf_logging.warning("%s : error [%s]", message, str(error))
            raise
        return False, str(error)
    if missing is None or np.size(missing) == 0:
        return True, None
    return False, "Variables not initialized: " + ", ".join(
        name.decode() for name in np.ravel(missing))


def _name_of(op):
    return None if op is None else op.name

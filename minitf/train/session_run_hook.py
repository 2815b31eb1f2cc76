"""Hooks: what is to be done around the runs of a monitored session."""

from typing import Any, NamedTuple


class SessionRunHook:
    """Things to do around each run of a monitored session; subclasses override what they need.

    The order of calls is ``begin``, ``after_create_session``, for each run ``before_run`` and
    ``after_run``, and ``end`` unless a run failed.
    """

    def begin(self):
        """Called once, before the session is made: the graph may still be changed."""

    def after_create_session(self, session, coord):
        """Called when a session was made, and its graph finalized.

        Args:
          session: the Session.
          coord: the Coordinator of its threads.
        """

    def before_run(self, run_context):
        """Called before each run.

        Args:
          run_context: a SessionRunContext.

        Returns:
          None, or SessionRunArgs: what to fetch and to feed besides.
        """
        return None

    def after_run(self, run_context, run_values):
        """Called after each run that did not fail.

        Args:
          run_context: the SessionRunContext that ``before_run`` got.
          run_values: SessionRunValues, with the values of what ``before_run`` asked for.
        """

    def end(self, session):
        """Called at the end, before the session is closed; not after an error.

        Args:
          session: the Session.
        """


class SessionRunArgs(NamedTuple("SessionRunArgs", [
        ("fetches", Any), ("feed_dict", Any), ("options", Any)])):
    """What to run: fetches, feeds, RunOptions."""

    __slots__ = ()

    def __new__(cls, fetches, feed_dict=None, options=None):
        return super().__new__(cls, fetches, feed_dict, options)


class SessionRunValues(NamedTuple("SessionRunValues", [
        ("results", Any), ("options", Any), ("run_metadata", Any)])):
    """What came of a run: the values of a hook's fetches, the RunOptions, the RunMetadata."""

    __slots__ = ()


class SessionRunContext:
    """A run, as hooks see it.

    Args:
      original_args: SessionRunArgs as the caller gave them.
      session: the Session.
    """

    def __init__(self, original_args, session):
        self._original_args = original_args
        self._session = session
        self._stop_requested = False

    @property
    def original_args(self):
        """What the caller asked for: SessionRunArgs."""
        return self._original_args

    @property
    def session(self):
        """The Session, which hooks may run, too."""
        return self._session

    @property
    def stop_requested(self):
        """Whether a hook wants this run to be the last one."""
        return self._stop_requested

    def request_stop(self):
        """Makes this run the last one: the monitored session's ``should_stop()`` is True then."""
        self._stop_requested = True

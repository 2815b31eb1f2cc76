"""Runs with RunOptions: traced, or limited in time."""

import contextlib

from minitf.session.watch import Deadline, Tracer


def run_watched(plan, arrays, options, timeout_in_ms, run_metadata, cancellation):
    """Runs a watched plan and returns the fetched values.

    Args:
      plan: the plan, which a WatchedWriter wrote.
      arrays: what is fed.
      options: a RunOptions message.
      timeout_in_ms: how long the run may take; 0 for any time.
      run_metadata: a RunMetadata message to fill, or None.
      cancellation: the session's CancellationManager.

    Raises:
      DeadlineExceededError: the time was over.
      tf.errors.OpError: an operation failed.
    """
    with contextlib.ExitStack() as stack:
        deadline = None
        if timeout_in_ms > 0:
            deadline = stack.enter_context(Deadline(timeout_in_ms / 1000, cancellation))
        if options.trace_level == options.NO_TRACE or run_metadata is None:
            results = plan.run(arrays, deadline or _not_watching)
        else:
            tracer = Tracer(deadline)
            results = plan.run(arrays, tracer)
            _fill(run_metadata, plan, tracer, arrays, options)
    if options.output_partition_graphs and run_metadata is not None:
        from minitf.session.step_stats import partition_graph

        run_metadata.partition_graphs.append(partition_graph(plan))
    return results


def _fill(run_metadata, plan, tracer, arrays, options):
    from minitf.session.step_stats import step_stats

    run_metadata.step_stats.CopyFrom(step_stats(
        plan, tracer, arrays, options.trace_level >= options.HARDWARE_TRACE))


def _not_watching(number, *outputs):
    """A watcher that takes no notice."""

"""Synchronous training by several replicas: gradients are averaged before they are applied.

Here all replicas are threads of one process and one session.
"""

from minitf import tf_logging
from minitf.framework import dtypes
from minitf.framework.graph import (
    GraphKeys, colocate_with, control_dependencies, device, name_scope)
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.ops import array_ops, control_flow_ops, state_ops
from minitf.ops.accumulator_ops import ConditionalAccumulator, SparseConditionalAccumulator
from minitf.ops.queue_ops import FIFOQueue
from minitf.train.optimizer import Optimizer
from minitf.train.queue_runner import QueueRunner
from minitf.train.session_manager import _ready
from minitf.train.session_run_hook import SessionRunHook
from minitf.variable_base import Variable
from minitf.variables import global_variables, report_uninitialized_variables


class SyncReplicasOptimizer(Optimizer):
    """Applies the mean of ``replicas_to_aggregate`` gradients at a time by another optimizer.

    Replicas add their gradients to accumulators and wait for a token. The chief's queue runner
    takes the means when there are enough gradients, applies them, and hands out tokens with the
    number of the next step. Gradients that were begun at an earlier step are dropped.
    (J. Chen et al., "Revisiting Distributed Synchronous SGD", 2016.)

    Args:
      opt: the optimizer that applies the means.
      replicas_to_aggregate: how many gradients a mean is of.
      total_num_replicas: how many replicas there are; by default as many.
      variable_averages: an ExponentialMovingAverage to update after each step.
      variables_to_average: its variables.
      use_locking: of the optimizer.
      name: the name scope of the accumulators.
    """

    def __init__(self, opt, replicas_to_aggregate, total_num_replicas=None, variable_averages=None,
                 variables_to_average=None, use_locking=False, name="sync_replicas"):
        if total_num_replicas is None:
            total_num_replicas = replicas_to_aggregate
        super().__init__(use_locking, name)
        tf_logging.info("SyncReplicasV2: replicas_to_aggregate=%s; total_num_replicas=%s",
                        replicas_to_aggregate, total_num_replicas)
        self._opt = opt
        self._replicas_to_aggregate = replicas_to_aggregate
        self._total_num_replicas = total_num_replicas
        self._tokens_per_step = max(total_num_replicas, replicas_to_aggregate)
        self._variable_averages = variable_averages
        self._variables_to_average = variables_to_average
        self._gradients_applied = False
        self._global_step = None
        self._local_step = None
        self._sync_token_queue = None
        self._chief_queue_runner = None
        self._accumulators = []  # with their devices

    def compute_gradients(self, *args, **kwargs):
        """The gradients as the wrapped optimizer computes them."""
        return self._opt.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """An operation for each replica to run: adds its gradients, waits for the next step.

        It also makes ``chief_init_op``, ``local_step_init_op``, ``ready_for_local_init_op`` and the
        chief's queue runner.

        Args:
          grads_and_vars: (gradient, variable) pairs.
          global_step: the variable that counts steps.
          name: not used.

        Raises:
          ValueError: no pairs, no global step, or a gradient that is none.
        """
        if not grads_and_vars:
            raise ValueError("Must supply at least one variable")
        if global_step is None:
            raise ValueError("Global step is required to check staleness")
        self._global_step = global_step
        with colocate_with(control_flow_ops.no_op()):  # an anchor on the replica's own device
            self._local_step = Variable(
                initial_value=0, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES],
                dtype=global_step.dtype.base_dtype, name="sync_rep_local_step")
        self.local_step_init_op = state_ops.assign(self._local_step, global_step)
        chief_init_ops = [self.local_step_init_op]
        self.ready_for_local_init_op = report_uninitialized_variables(global_variables())
        with name_scope(None, self._name):
            train_ops, means = self._accumulate(grads_and_vars)
            with device(global_step.device), name_scope(""):
                update_op = self._opt.apply_gradients(means, global_step)
            with device(global_step.device), name_scope(""):
                dummy_queue = self._make_queues(global_step)
            with device(global_step.device), name_scope(""):
                with control_dependencies(train_ops):
                    token = self._sync_token_queue.dequeue()
                train_op = state_ops.assign(self._local_step, token)
                self._chief_queue_runner = QueueRunner(
                    dummy_queue, [self._step_end(update_op, global_step)])
            for accumulator, where in self._accumulators:
                with device(where):
                    chief_init_ops.append(
                        accumulator.set_global_step(global_step, name="SetGlobalStep"))
            self.chief_init_op = control_flow_ops.group(*chief_init_ops)
            self._gradients_applied = True
            return train_op

    def _accumulate(self, grads_and_vars):
        """The operations that add gradients to accumulators, and (mean, variable) pairs."""
        train_ops, means = [], []
        for grad, variable in grads_and_vars:
            with device(variable.device):
                if grad is None:
                    means.append((None, variable))
                    continue
                shared_name = variable.name + "/grad_accum"
                if isinstance(grad, Tensor):
                    accumulator = ConditionalAccumulator(grad.dtype, shape=variable.shape,
                                                         shared_name=shared_name)
                    train_ops.append(accumulator.apply_grad(grad, local_step=self._local_step))
                    mean = accumulator.take_grad(self._replicas_to_aggregate)
                elif isinstance(grad, IndexedSlices):
                    accumulator = SparseConditionalAccumulator(grad.dtype, shape=(),
                                                               shared_name=shared_name)
                    train_ops.append(accumulator.apply_indexed_slices_grad(
                        grad, local_step=self._local_step))
                    mean = accumulator.take_indexed_slices_grad(self._replicas_to_aggregate)
                else:
                    raise ValueError("Unknown grad type!")
                means.append((mean, variable))
                self._accumulators.append((accumulator, variable.device))
        return train_ops, means

    def _make_queues(self, global_step):
        """Makes the queue of tokens; the other is for the QueueRunner to close and stays empty."""
        self._sync_token_queue = FIFOQueue(-1, global_step.dtype.base_dtype, shapes=(),
                                           name="sync_token_q", shared_name="sync_token_q")
        return FIFOQueue(1, dtypes.int32, shapes=(), name="dummy_queue", shared_name="dummy_queue")

    def _step_end(self, update_op, global_step):
        """The operation that updates the variables and then hands out tokens."""
        with control_dependencies([update_op]):
            tokens = array_ops.fill([self._tokens_per_step], global_step)
            sync_op = self._sync_token_queue.enqueue_many((tokens,))
        if self._variable_averages is not None:
            with control_dependencies([sync_op]), name_scope(""):
                sync_op = self._variable_averages.apply(self._variables_to_average)
        return sync_op

    def get_chief_queue_runner(self):
        """The QueueRunner that makes the steps; the chief starts it.

        Raises:
          ValueError: before ``apply_gradients``.
        """
        if not self._gradients_applied:
            raise ValueError("Should be called after apply_gradients().")
        return self._chief_queue_runner

    def make_session_run_hook(self, is_chief, num_tokens=-1):
        """A hook that initializes a replica; the chief's hands out tokens and makes the steps, too.

        Args:
          is_chief: whether this replica is the chief.
          num_tokens: how many tokens to begin with; by default ``replicas_to_aggregate``.
        """
        return _SyncReplicasOptimizerHook(self, is_chief, num_tokens)

    def get_init_tokens_op(self, num_tokens=-1):
        """The operation that hands out the first tokens, for replicas to begin with.

        Args:
          num_tokens: how many; by default ``replicas_to_aggregate``.

        Raises:
          ValueError: before ``apply_gradients``, or too few tokens for the first step.
        """
        if not self._gradients_applied:
            raise ValueError(
                "get_init_tokens_op() should be called after apply_gradients().")
        needed = self._replicas_to_aggregate - self._total_num_replicas
        if num_tokens == -1:
            num_tokens = self._replicas_to_aggregate
        elif num_tokens < needed:
            raise ValueError(f"Too few tokens to finish the first step: {num_tokens} (given) vs "
                             f"{needed} (needed)")
        if num_tokens <= 0:
            return control_flow_ops.no_op(name="no_init_tokens")
        with device(self._global_step.device), name_scope(""):
            tokens = array_ops.fill([num_tokens], self._global_step)
            return self._sync_token_queue.enqueue_many((tokens,))

    # ---- the wrapped optimizer's ----

    def get_slot(self, *args, **kwargs):
        """The wrapped optimizer's slot."""
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args, **kwargs):
        """The names of the wrapped optimizer's slots."""
        return self._opt.get_slot_names(*args, **kwargs)

    def variables(self):
        """The wrapped optimizer's variables."""
        return self._opt.variables()


class _SyncReplicasOptimizerHook(SessionRunHook):
    """See ``SyncReplicasOptimizer.make_session_run_hook``."""

    def __init__(self, sync_optimizer, is_chief, num_tokens):
        self._sync_optimizer = sync_optimizer
        self._is_chief = is_chief
        self._num_tokens = num_tokens

    def begin(self):
        optimizer = self._sync_optimizer
        if not optimizer._gradients_applied:
            raise ValueError("SyncReplicasOptimizer.apply_gradient should be called before using "
                             "the hook.")
        self._ready_for_local_init_op = optimizer.ready_for_local_init_op
        self._q_runner = self._init_tokens_op = None
        if self._is_chief:
            self._local_init_op = optimizer.chief_init_op
            self._q_runner = optimizer.get_chief_queue_runner()
            self._init_tokens_op = optimizer.get_init_tokens_op(self._num_tokens)
        else:
            self._local_init_op = optimizer.local_step_init_op

    def after_create_session(self, session, coord):
        is_ready, message = _ready(self._ready_for_local_init_op, session,
                                   "Model is not ready for SyncReplicasOptimizer local init.")
        if not is_ready:
            raise RuntimeError("Init operations did not make model ready for SyncReplicasOptimizer "
                               f"local_init. Init op: {self._local_init_op.name}, error: {message}")
        session.run(self._local_init_op)
        if self._init_tokens_op is not None:
            session.run(self._init_tokens_op)
        if self._q_runner is not None:
            self._q_runner.create_threads(session, coord=coord, daemon=True, start=True)

"""StepStats of a traced run, as TensorBoard's graph page and ``Timeline`` read them."""

from minitf.framework import protos
from minitf.framework.operation import Tensor
from minitf.session.watch import describe

CPU = "/job:localhost/replica:0/task:0/device:CPU:0"

_ALLOCATOR = "cpu"
_RESOURCE_BYTES = 64  # of a handle, in TensorFlow

# Ops that pass on what they get, whose kernels the profiler of the host leaves out.
_CHEAP = frozenset([
    "Const", "Enter", "Exit", "Identity", "LoopCond", "Merge", "NextIteration", "NoOp", "RefEnter",
    "RefExit", "RefIdentity", "RefMerge", "RefNextIteration", "RefSwitch", "Switch"])


def step_stats(plan, tracer, arrays, with_host):
    """The StepStats message of a run.

    Args:
      plan: the watched plan that ran.
      tracer: its Tracer.
      arrays: what was fed, in the plan's order.
      with_host: whether to add what the host's profiler sees: each kernel with its thread.
    """
    stats = protos.StepStats()
    device = protos.DeviceStepStats(device=CPU)
    nodes = _Nodes(plan, tracer, device)
    nodes.add_source()
    nodes.add_constants()
    nodes.add_feeds(arrays)
    nodes.add_records()
    nodes.add_fetches()
    device.node_stats.sort(key=lambda node: node.all_start_nanos)
    if with_host:
        _fill_host(stats.dev_stats.add(device="/host:CPU"), plan, tracer)
    stats.dev_stats.append(device)
    return stats


def argument_names(plan):
    """{fed tensor: the name of the _Arg that stands for it}: numbered by the tensors' names."""
    order = sorted(plan.feeds, key=lambda tensor: tensor.name)
    return {tensor: f"_arg_{tensor.op.name}_{tensor.value_index}_{i}"
            for i, tensor in enumerate(order)}


def result_names(plan):
    """{fetched tensor: the name of its _Retval}."""
    fed = set(plan.feeds)
    order = sorted((element for element in plan.fetches
                    if isinstance(element, Tensor) and element not in fed),
                   key=lambda tensor: tensor.name)
    return {tensor: f"_retval_{tensor.op.name}_{tensor.value_index}_{i}"
            for i, tensor in enumerate(order)}


class _Nodes:
    """Fills the DeviceStepStats of the CPU."""

    def __init__(self, plan, tracer, device):
        self._plan = plan
        self._tracer = tracer
        self._device = device
        self._arguments = argument_names(plan)
        self._shown = {op for op, *_ in plan.watched}.union(plan.unlined)
        self._allocations = {}  # tensor -> (AllocatorMemoryUsed, bytes) of its last computation
        self._count = 0

    def add_source(self):
        """The node that TensorFlow starts a step with."""
        start = self._tracer.started
        self._add("_SOURCE", "NoOp", [], start, start)

    def add_constants(self):
        """Constants and resources, which no line computes: shown when they are first read."""
        first_read = {}
        for number, start, _, _ in self._tracer.records:
            for tensor in self._plan.watched[number][0].inputs:
                first_read.setdefault(tensor.op, start)
        for op in self._plan.unlined:
            folded = op in self._plan.folded
            when = first_read.get(op, self._tracer.started) - 1000
            node = self._add(op.name, "Const" if folded else op.type,
                             [] if folded else self._inputs(op), when, when)
            for tensor in op.outputs:
                name = self._plan.expressions.get(tensor)
                if name is not None:
                    known = describe(self._plan.names[name])
                    self._describe(node, tensor, known)
                    if known is not None:
                        node.memory_stats.persistent_memory_size += known[1]

    def add_feeds(self, arrays):
        for tensor, array in zip(self._plan.feeds, arrays):
            start = self._tracer.started
            node = self._add(self._arguments[tensor], "_Arg", [], start, start)
            self._describe(node, tensor, describe(array), 0)

    def add_records(self):
        """The lines that ran, once for each time."""
        for number, start, end, known in self._tracer.records:
            op, tensors, freed, reuses = self._plan.watched[number]
            node = self._add(op.name, op.type, self._inputs(op), start, end)
            for tensor, its in zip(tensors, known):
                self._describe(node, tensor, its)
                if its is not None and its[3] and not reuses and _allocates(op):
                    self._allocate(node, tensor, its[1], end)
            for tensor in freed:
                self._free(tensor, end)

    def add_fetches(self):
        names = result_names(self._plan)
        end = max((end for _, _, end, _ in self._tracer.records), default=self._tracer.started)
        for element in self._plan.fetches:
            if element in names:
                self._add(names[element], "_Retval", [self._input_name(element)], end, end)

    def _inputs(self, op):
        """The inputs as a label shows them, and the control inputs that the run has."""
        names = [self._input_name(tensor) for tensor in op.inputs]
        return names + [f"^{other.name}" for other in op.control_inputs if other in self._shown]

    def _input_name(self, tensor):
        if tensor in self._arguments:
            return self._arguments[tensor]
        return tensor._as_node_def_input()

    def _add(self, name, kind, inputs, start, end):
        node = self._device.node_stats.add(
            node_name=name, timeline_label=f"{name} = {kind}({', '.join(inputs)})")
        started = start + self._tracer.wall_offset
        node.all_start_nanos = node.scheduled_nanos = started
        node.all_start_micros = node.scheduled_micros = started // 1000
        node.op_end_rel_nanos = node.all_end_rel_nanos = end - start
        node.op_end_rel_micros = node.all_end_rel_micros = (end - start) // 1000
        node.memory_stats.SetInParent()
        return node

    def _describe(self, node, tensor, known, slot=None):
        """Adds an output to a node: dtype, shape and bytes."""
        output = node.output.add(slot=tensor.value_index if slot is None else slot)
        description = output.tensor_description
        description.dtype = tensor.dtype.base_dtype.as_datatype_enum
        description.shape.SetInParent()
        allocation = description.allocation_description
        allocation.allocator_name = _ALLOCATOR
        if known is None:
            allocation.requested_bytes = _RESOURCE_BYTES
            return
        shape, size, address, _ = known
        for dim in shape:
            description.shape.dim.add(size=dim)
        allocation.requested_bytes = size
        allocation.ptr = address

    def _allocate(self, node, tensor, size, when):
        """Notes memory that a node took for an output."""
        allocation = node.output[-1].tensor_description.allocation_description
        allocation.allocated_bytes = size
        allocation.has_single_reference = True
        self._count += 1
        allocation.allocation_id = self._count
        memory = node.memory[0] if node.memory else node.memory.add(allocator_name=_ALLOCATOR)
        memory.total_bytes += size
        memory.peak_bytes += size
        memory.live_bytes += size
        memory.allocation_records.add(
            alloc_micros=(when + self._tracer.wall_offset) // 1000, alloc_bytes=size)
        self._allocations[tensor] = memory, size

    def _free(self, tensor, when):
        """Notes, with the node that took it, when a tensor's memory became free."""
        if tensor in self._allocations:
            memory, size = self._allocations.pop(tensor)
            memory.allocation_records.add(
                alloc_micros=(when + self._tracer.wall_offset) // 1000, alloc_bytes=-size)


def _allocates(op):
    """Whether an op's output is memory of its own."""
    return not (op.op_type.is_view or op.type in _CHEAP
                or any(tensor.dtype._is_ref_dtype for tensor in op.outputs))


def _fill_host(device, plan, tracer):
    """The kernels, with the thread that ran them."""
    thread = tracer.thread & 0xFFFFFFFF
    device.thread_names[thread] = "tf_Compute"
    for number, start, end, _ in tracer.records:
        op = plan.watched[number][0]
        if op.type not in _CHEAP:
            device.node_stats.add(
                node_name=f"{op.name}:{op.type}", thread_id=thread,
                all_start_micros=(start + tracer.wall_offset) // 1000,
                all_end_rel_micros=(end - start) // 1000,
                timeline_label=f"device={CPU},async=false")


def partition_graph(plan):
    """The GraphDef of what a run computes on its device, with _Arg and _Retval for its ends."""
    graph = protos.GraphDef()
    if plan.order:
        graph.versions.CopyFrom(plan.order[0].graph.graph_def_versions)
    arguments = argument_names(plan)
    shown = {op for op, *_ in plan.watched}.union(plan.unlined)
    for i, (tensor, name) in enumerate(arguments.items()):
        _add_end(graph, name, "_Arg", tensor, i)
    for op in plan.order:
        if op in shown:
            _add_node(graph, op, plan, arguments, shown)
    for i, (tensor, name) in enumerate(result_names(plan).items()):
        _add_end(graph, name, "_Retval", tensor, i).input.append(tensor._as_node_def_input())
    return graph


def _add_node(graph, op, plan, arguments, shown):
    node = graph.node.add()
    if op in plan.folded and op.type != "Const":
        from minitf.framework.tensor_value import make_tensor_proto

        value = plan.names[next(plan.expressions[tensor] for tensor in op.outputs
                                if tensor in plan.expressions)]
        node.name, node.op = op.name, "Const"
        node.attr["dtype"].type = op.outputs[0].dtype.base_dtype.as_datatype_enum
        node.attr["value"].tensor.CopyFrom(
            make_tensor_proto(value, op.outputs[0].dtype.base_dtype))
    else:
        node.CopyFrom(op.node_def)
        del node.input[:]
        node.input.extend(arguments.get(tensor) or tensor._as_node_def_input()
                          for tensor in op.inputs)
        node.input.extend(sorted(f"^{other.name}" for other in op.control_inputs if other in shown))
    node.device = CPU


def _add_end(graph, name, kind, tensor, index):
    node = graph.node.add(name=name, op=kind, device=CPU)
    node.attr["T"].type = tensor.dtype.base_dtype.as_datatype_enum
    node.attr["index"].i = index
    return node

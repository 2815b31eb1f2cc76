"""``Timeline``: the StepStats of a traced run as a picture, in Chrome's trace format.

    metadata = tf.RunMetadata()
    sess.run(train_op, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
             run_metadata=metadata)
    text = Timeline(metadata.step_stats).generate_chrome_trace_format()

Written to a file, chrome://tracing or https://ui.perfetto.dev opens it. The format is described in
"Trace Event Format" by Google; what goes into it is as in TensorFlow's timeline.
"""

import collections
import json
import re

AllocationMaximum = collections.namedtuple("AllocationMaximum", "timestamp num_bytes tensors")
AllocationMaximum.__doc__ = """When an allocator had the most bytes in use, and by which tensors."""

StepStatsAnalysis = collections.namedtuple("StepStatsAnalysis", "chrome_trace allocator_maximums")
StepStatsAnalysis.__doc__ = """The trace, and {allocator name: AllocationMaximum}."""


class ChromeTrace:
    """Events of a trace: those about processes come first."""

    def __init__(self):
        self._processes = []
        self._events = []

    def name_process(self, name, pid):
        """Says what a row of the picture is called."""
        self._processes.append(
            {"name": "process_name", "ph": "M", "pid": pid, "args": {"name": name}})

    def add(self, phase, category, name, pid, tid, timestamp, **more):
        """Adds an event, with the time in microseconds."""
        self._events.append({"ph": phase, "cat": category, "name": name, "pid": pid, "tid": tid,
                             "ts": timestamp, **more})

    def format_to_string(self, pretty=False):
        """The trace as JSON; indented, if ``pretty``."""
        trace = {"traceEvents": self._processes + self._events}
        if pretty:
            return json.dumps(trace, indent=4, separators=(",", ": "))
        return json.dumps(trace, separators=(",", ":"))


class _Tensor:
    """When a tensor was made and last used, and the memory that it took."""

    def __init__(self, number, pid, output, created, end):
        allocation = output.tensor_description.allocation_description
        self.number = number
        self.pid = pid
        self.allocator = allocation.allocator_name
        self.num_bytes = allocation.requested_bytes
        self.created = created
        self.last_used = end


class Timeline:
    """What a step did, and when.

    Args:
      step_stats: the StepStats message of a RunMetadata.
      graph: the graph that ran; not needed.
    """

    def __init__(self, step_stats, graph=None):
        self._step_stats = step_stats
        self._graph = graph
        self._trace = ChromeTrace()
        self._compute_pids = {}  # device -> row of its operations
        self._tensor_pids = {}  # device -> row of its tensors
        self._tensors = {}  # name -> _Tensor
        self._flow_starts = {}  # tensor name -> (time, pid, lane) of the operation that made it
        self._flows = 0
        self._allocator_maximums = {}

    def generate_chrome_trace_format(self, show_dataflow=True, show_memory=False):
        """The trace as a JSON string.

        Args:
          show_dataflow: whether arrows lead from the makers of tensors to their readers.
          show_memory: whether tensors' lives, and the memory in use, are shown.
        """
        analysis = self.analyze_step_stats(show_dataflow, show_memory)
        return analysis.chrome_trace.format_to_string(pretty=True)

    def analyze_step_stats(self, show_dataflow=True, show_memory=True):
        """The StepStatsAnalysis of the step; arguments as above."""
        self._name_rows()
        for device in self._step_stats.dev_stats:
            _assign_lanes(device)
        for device, node in self._nodes():
            self._note_outputs(device, node, show_memory)
        for device, node in self._nodes():
            self._show_node(device, node, show_dataflow)
        if show_memory:
            self._show_memory()
        return StepStatsAnalysis(self._trace, self._allocator_maximums)

    def _nodes(self):
        for device in self._step_stats.dev_stats:
            for node in device.node_stats:
                yield device.device, node

    def _name_rows(self):
        self._trace.name_process("Allocators", 0)
        for i, device in enumerate(self._step_stats.dev_stats):
            self._compute_pids[device.device] = 2 * i + 1
            self._tensor_pids[device.device] = 2 * i + 2
            self._trace.name_process(device.device + " Compute", 2 * i + 1)
            self._trace.name_process(device.device + " Tensors", 2 * i + 2)

    def _note_outputs(self, device, node, show_memory):
        start, end = node.all_start_micros, node.all_start_micros + node.all_end_rel_micros
        pid, tid = self._tensor_pids[device], node.thread_id
        for i, output in enumerate(node.output):
            name = f"{node.node_name}:{i}" if i else node.node_name
            tensor = _Tensor(len(self._tensors), pid, output, start, end)
            self._tensors[name] = tensor
            self._flow_starts[name] = end, self._compute_pids[device], tid
            if show_memory:
                self._trace.add("N", "Tensor", name, pid, tid, start, id=tensor.number)
                text = str(output.tensor_description).replace('"', "")
                self._trace.add("O", "Tensor", name, pid, tid, end - 1, id=tensor.number,
                                args={"snapshot": {"tensor_description": text}})

    def _show_node(self, device, node, show_dataflow):
        """Shows an operation as a bar, and where its inputs come from."""
        pid, tid, start = self._compute_pids[device], node.thread_id, node.all_start_micros
        of_gpu = "/stream:" in device or "/memcpy" in device
        name, (op, inputs) = node.node_name, _parsed_label(node.timeline_label)
        if of_gpu:  # their names are `name:op`
            name, op = (*name.split(":"), "unknown")[:2]
            inputs = []
        elif name == "RecvTensor":
            op, inputs = name, []
        arguments = {"name": name, "op": op}
        arguments.update((f"input{i}", text) for i, text in enumerate(inputs))
        self._trace.add("X", "Op", op, pid, tid, start, dur=node.all_end_rel_micros, args=arguments)
        for text in inputs:
            self._use(self._known_name(text), start, node.all_end_rel_micros, pid, tid,
                      show_dataflow)

    def _known_name(self, name):
        """A tensor's name; between devices, that of the one which was sent."""
        if name not in self._tensors and name.rfind("/_") > 0:
            return name[:name.rfind("/_")]
        return name

    def _use(self, name, start, duration, pid, tid, show_dataflow):
        if name not in self._tensors:
            return
        tensor = self._tensors[name]
        tensor.last_used = max(tensor.last_used, start + duration - 1)
        made, from_pid, from_tid = self._flow_starts[name]
        if show_dataflow and (from_pid, from_tid) != (pid, tid):  # in one lane, arrows clutter
            self._trace.add("s", "DataFlow", name, from_pid, from_tid, made, id=self._flows)
            self._trace.add("t", "DataFlow", name, pid, tid, start, id=self._flows)
            self._flows += 1

    def _show_memory(self):
        """Shows the ends of tensors' lives, and how many bytes each allocator had in use when."""
        changes = {}
        for name, tensor in self._tensors.items():
            self._trace.add("D", "Tensor", name, tensor.pid, 0, tensor.last_used, id=tensor.number)
            changes.setdefault(tensor.allocator, []).extend([
                (tensor.created, tensor.num_bytes, name),
                (tensor.last_used, -tensor.num_bytes, name)])
        for allocator, its in changes.items():
            in_use, holders = 0, set()
            maximum = AllocationMaximum(0, 0, set())
            for time, num_bytes, name in sorted(its):
                in_use += num_bytes
                if num_bytes < 0:
                    holders.discard(name)
                else:
                    holders.add(name)
                if in_use > maximum.num_bytes:
                    maximum = AllocationMaximum(time, in_use, set(holders))
                self._trace.add("C", "Memory", allocator, 0, 0, time, args={allocator: in_use})
            self._allocator_maximums[allocator] = maximum


def _assign_lanes(device):
    """Gives each operation the first lane that is free when it starts, as its thread."""
    ends = [0]
    for node in device.node_stats:
        lane = next((i for i, end in enumerate(ends) if node.all_start_micros > end), len(ends))
        if lane == len(ends):
            ends.append(0)
        ends[lane] = node.all_start_micros + node.all_end_rel_micros
        node.thread_id = lane


def _parsed_label(label):
    """The op and the inputs of a label ``name = op(input, ...)``."""
    match = re.match(r"(.*) = (.*)\((.*)\)", label)
    if match is None:
        return "unknown", []
    return match[2], match[3].split(", ") if match[3] else []

"""Places for boxes: layers from top to bottom, so that edges point down.

A small version of the method of K. Sugiyama, S. Tagawa and M. Toda, "Methods for Visual
Understanding of Hierarchical System Structures" (1981): boxes get the layer below their sources,
then each layer is sorted by where the neighbours in the layers above and below are.
"""

from collections import namedtuple

Box = namedtuple("Box", "label x y width height")

GAP, LAYER_GAP, MARGIN = 24, 46, 12
HEIGHT = 24
_LETTER = 6.7
_SWEEPS = 4


def width_of(text):
    """How wide a box with a text is, in pixels."""
    return int(len(text) * _LETTER) + 18


def place(labels, edges):
    """Gives each label a box.

    Args:
      labels: texts, in the order of creation.
      edges: (source, target) labels. Edges from a label to an earlier one (loops) do not count.

    Returns:
      ``({label: Box}, width, height)`` of the drawing, in pixels.
    """
    position = {label: i for i, label in enumerate(labels)}
    sources = {label: [] for label in labels}
    targets = {label: [] for label in labels}
    for source, target in edges:
        if position[source] < position[target]:
            sources[target].append(source)
            targets[source].append(target)
    layers = _sorted_layers(_layers(labels, sources, targets), sources, targets)
    widths = [sum(width_of(label) + GAP for label in layer) - GAP for layer in layers]
    whole = max(widths, default=0)
    boxes = {}
    for depth, (layer, width) in enumerate(zip(layers, widths)):
        x = MARGIN + (whole - width) // 2
        for label in layer:
            boxes[label] = Box(label, x, MARGIN + depth * (HEIGHT + LAYER_GAP), width_of(label),
                               HEIGHT)
            x += width_of(label) + GAP
    height = 2 * MARGIN + len(layers) * (HEIGHT + LAYER_GAP) - LAYER_GAP
    return boxes, whole + 2 * MARGIN, max(height, 2 * MARGIN)


def _layers(labels, sources, targets):
    depth = {}
    for label in labels:
        depth[label] = 1 + max((depth[source] for source in sources[label]), default=-1)
    # What nothing leads to moves down to just above its first reader: constants stand beside it.
    for label in reversed(labels):
        if not sources[label] and targets[label]:
            depth[label] = max(min(depth[target] for target in targets[label]) - 1, 0)
    layers = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for label in labels:
        layers[depth[label]].append(label)
    return [layer for layer in layers if layer]


def _sorted_layers(layers, sources, targets):
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        neighbours = sources if downwards else targets
        at = {label: (i + 0.5) / len(layer) for layer in layers for i, label in enumerate(layer)}
        for layer in layers if downwards else reversed(layers):
            wanted = {}
            for label in layer:
                places = [at[other] for other in neighbours[label]]
                wanted[label] = sum(places) / len(places) if places else at[label]
            layer.sort(key=wanted.get)
            at.update((label, (i + 0.5) / len(layer)) for i, label in enumerate(layer))
    return layers

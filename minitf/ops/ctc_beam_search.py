"""A search for the most probable label sequences under connectionist temporal classification.

It reads step by step and keeps, of all sequences that the paths so far spell, the most probable
ones. The paths that spell a sequence are of two kinds, since they go on differently: those that end
in a blank, and those that end in the last label. Repeating the label is the same sequence after the
latter, and a longer one after the former.

Source: Graves 2012, "Sequence transduction with recurrent neural networks", section 2.5.
"""

import numpy as np


class _Sequences:
    """A tree of all sequences met: a node is a label behind the sequence that its parent is."""

    def __init__(self):
        self.parents = [-1]
        self.labels = [-1]
        self._nodes = {}

    def longer(self, parent, label):
        """The node of a sequence and one more label; the same one whenever asked."""
        node = self._nodes.setdefault((parent, label), len(self.parents))
        if node == len(self.parents):
            self.parents.append(parent)
            self.labels.append(label)
        return node

    def labels_of(self, node):
        labels = []
        while node:
            labels.append(self.labels[node])
            node = self.parents[node]
        return labels[::-1]


def beam_search(scores, width):
    """The most probable sequences, the best first.

    Args:
      scores: [time, classes], floats; the last class is the blank.
      width: how many sequences are kept at each step.

    Returns:
      A list of (labels, log probability) of up to ``width`` sequences.
    """
    tree = _Sequences()
    dtype = scores.dtype.type
    nodes = [0]
    # Log probabilities of the paths that end in a blank, in the last label, and of both.
    blank, label, total = (np.array([value], dtype) for value in (0, -np.inf, 0))
    for row in scores:
        row = row - row.max()
        row -= np.log(np.exp(row).sum())
        last = np.array([tree.labels[node] for node in nodes])
        grown = _longer(row, last, blank, total)
        # A longer sequence that is kept already gets there from its beginning.
        place = {node: i for i, node in enumerate(nodes)}
        beginnings = np.array([place.get(tree.parents[node], -1) for node in nodes])
        have = np.flatnonzero(beginnings >= 0)
        arriving = np.full_like(total, -np.inf)
        arriving[have] = grown[beginnings[have], last[have]]
        grown[beginnings[have], last[have]] = -np.inf

        label = np.logaddexp(label + np.where(last >= 0, row[last], 0), arriving)
        blank = total + row[-1]
        total = np.logaddexp(blank, label)
        new = _best(grown.ravel(), width)
        kept = _best(np.concatenate([total, grown.ravel()[new]]), width)
        parents, added = np.divmod(new, grown.shape[1])
        longer = [(nodes[parents[i]], int(added[i])) for i in kept[kept >= len(nodes)] - len(nodes)]
        old = kept[kept < len(nodes)]
        fresh = grown.ravel()[new[kept[kept >= len(nodes)] - len(nodes)]]
        nodes = [nodes[i] for i in old] + [tree.longer(*pair) for pair in longer]
        blank = np.concatenate([blank[old], np.full_like(fresh, -np.inf)])
        label = np.concatenate([label[old], fresh])
        total = np.concatenate([total[old], fresh])
    return [(tree.labels_of(nodes[i]), total[i]) for i in np.argsort(-total, kind="stable")]


def _longer(row, last, blank, total):
    """Log probabilities of all sequences with one more label: [sequences, labels]."""
    before = np.repeat(total[:, np.newaxis], len(row) - 1, axis=1)
    again = np.flatnonzero(last >= 0)
    before[again, last[again]] = blank[again]
    return before + row[:-1]


def _best(values, width):
    """The places of the ``width`` largest values, those of -inf left out, in ascending order."""
    possible = np.flatnonzero(values > -np.inf)
    if len(possible) <= width:
        return possible
    values = values[possible]
    least = np.partition(values, -width)[-width]
    better, equal = np.flatnonzero(values > least), np.flatnonzero(values == least)
    return possible[np.sort(np.concatenate([better, equal[:width - len(better)]]))]

"""A graph as a person sees it: TensorBoard's graph page, driven in a headless Chromium.

    with GraphPage("opt") as page:
        page.expand("b")
        page.nodes()["b/Adam"].kind         # "meta": a namespace
        page.edge("a", "MatMul").label      # "10×2"
        page.screenshot("var_b.png")

It needs the packages tensorboard and selenium, and the programs chromium and chromedriver. What is
read of the page (custom elements, their shadow roots, CSS classes) is that of TensorBoard 2.15 to
2.21.
"""

import base64
import contextlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import NamedTuple

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CHROMIUM_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                   "--no-first-run", "--disable-background-networking", "--disable-sync",
                   "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars")
_DEADLINE = 40  # seconds, for anything that is waited for
_PAUSE = 0.1  # seconds between looks


def missing():
    """What the page cannot be opened without on this machine: a sentence, or None."""
    for package in ("selenium", "tensorboard"):
        if importlib.util.find_spec(package) is None:
            return f"the Python package {package} is not installed"
    if _chromium() is None:
        return "there is no program chromium (Debian: apt-get install chromium)"
    if shutil.which("chromedriver") is None:
        return "there is no program chromedriver (Debian: apt-get install chromium-driver)"
    return None


class Annotation(NamedTuple):
    """A small shape beside a node that stands for a node elsewhere, or a constant drawn small."""

    name: str
    label: str


class Node(NamedTuple):
    """A node in the drawing.

    ``kind`` is "op", "meta" (a namespace) or "series"; ``place`` is "main" or "auxiliary" (taken
    out of the main graph, at the right); ``inputs`` and ``outputs`` are the annotations at its
    sides.
    """

    name: str
    label: str
    kind: str
    place: str
    inputs: tuple
    outputs: tuple


class Edge(NamedTuple):
    """An arrow of the drawing; ``label`` is the tensor's shape, or how many tensors there are."""

    source: str
    target: str
    label: str
    is_control: bool
    is_reference: bool


class GraphPage:
    """TensorBoard's graph page for a log directory: a server and a browser, until ``close``.

    Args:
      logdir: the directory with the event files.
      run: the run to show; by default the one that TensorBoard shows first.
      width, height: the size of the window in CSS pixels.
      scale: pixels of a screenshot for one CSS pixel.

    Raises:
      RuntimeError: something needed is missing, or TensorBoard did not start.
      TimeoutError: the log directory has no graph, or the page did not load.
    """

    def __init__(self, logdir, run=None, width=1600, height=1000, scale=2):
        reason = missing()
        if reason is not None:
            raise RuntimeError(f"TensorBoard cannot be opened here: {reason}")
        self._stack = contextlib.ExitStack()
        with contextlib.ExitStack() as stack:
            self.url = stack.enter_context(_serving(logdir))
            _wait_for_graph(self.url, run)
            self._driver = stack.enter_context(_browsing(width, height))
            self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": height, "deviceScaleFactor": scale, "mobile": False})
            self._driver.get(self.url + "#graphs")
            self._wait_until_drawn(run)
            if run is not None:
                self._choose_run(run)
            self._stack = stack.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Closes the browser and ends the server."""
        self._stack.close()

    # ---- what is drawn ----

    def nodes(self):
        """All nodes drawn now: {full name: Node}; the op of a namespace's own name is ``b/(b)``."""
        return {entry["name"]: Node(
            entry["name"], entry["label"], entry["kind"], entry["place"],
            tuple(Annotation(*item) for item in entry["inputs"]),
            tuple(Annotation(*item) for item in entry["outputs"]))
            for entry in self._script("return nodes()")}

    def edges(self):
        """All visible edges drawn now, a list of Edge."""
        return [Edge(*entry) for entry in self._script("return edges()")]

    def edge(self, source, target):
        """The edge between two nodes, by full names.

        Raises:
          KeyError: there is none.
        """
        for edge in self.edges():
            if (edge.source, edge.target) == (source, target):
                return edge
        raise KeyError(f"no edge from {source} to {target}")

    # ---- what a person does ----

    def expand(self, name):
        """Opens a namespace by a double click on it; one that is open stays so.

        Raises:
          KeyError: there is no such node in the drawing.
          TimeoutError: it did not open.
        """
        self._toggle(name, True)

    def collapse(self, name):
        """Closes a namespace, as ``expand`` opens it."""
        self._toggle(name, False)

    def select(self, name):
        """Selects a node by a click: it and the annotations that stand for it get a red frame."""
        self.fit()
        self._mouse(name, "click")
        self._settle()

    def deselect(self):
        """Ends the selection, and closes the information card, by a click beside the graph."""
        x, y = self._script("return beside()")
        self._mouse_at(x, y, "click")

    def color_by(self, tag, what):
        """Colours nodes by what a traced run noted.

        Args:
          tag: the tag of its RunMetadata.
          what: "compute_time" (microseconds) or "memory" (bytes).

        Returns:
          The value of the darkest colour, as the legend shows it.
        """
        if not self._script("return chooseTag(arguments[0])", tag):
            raise KeyError(f"TensorBoard lists no tag {tag}")
        self._wait(lambda: self._script("return colorBy(arguments[0])", what), f"stats of {tag}")
        self._settle()
        return self._script("return greatest(arguments[0])", what)

    def fit(self):
        """Fits the drawing into the window."""
        self._script("scene().fit()")
        self._settle()

    # ---- pictures ----

    def screenshot(self, path, margin=24):
        """Writes a PNG of the drawing alone, cut to what is drawn and ``margin`` CSS pixels."""
        self.fit()
        self._script("hideControls(true)")
        left, top, right, bottom = self._script("return extent()")
        self._capture(path, {"x": left - margin, "y": top - margin, "scale": 1,
                             "width": right - left + 2 * margin,
                             "height": bottom - top + 2 * margin})
        self._script("hideControls(false)")

    def window_screenshot(self, path):
        """Writes a PNG of the whole page."""
        self.fit()
        self._capture(path)

    def scalars_screenshot(self, path, curves):
        """Goes to the page of scalars, for good, and writes a PNG of it, without smoothing.

        Args:
          path: the file to write.
          curves: how many there must be, in all charts together.

        Raises:
          TimeoutError: there are fewer.
        """
        self._driver.get(self.url + "#scalars&_smoothingWeight=0")
        self._driver.refresh()
        self._wait(lambda: self._script("return curves()") >= curves, f"{curves} curves")
        self._capture(path)

    def _capture(self, path, clip=None):
        options = {"format": "png"} if clip is None else {"format": "png", "clip": clip}
        picture = self._driver.execute_cdp_cmd("Page.captureScreenshot", options)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    # ---- how ----

    def _script(self, body, *arguments):
        return self._driver.execute_script(_LIBRARY + body, *arguments)

    def _toggle(self, name, is_open):
        def is_done():
            return self._script("return isOpen(arguments[0])", name) == is_open

        if not is_done():
            self.fit()
            self._mouse(name, "double_click")
            self._wait(is_done, f"{name} to {'open' if is_open else 'close'}")
            self._settle()

    def _mouse(self, name, gesture):
        handle = self._script("return handleOf(arguments[0])", name)
        if handle is None:
            raise KeyError(f"no node {name} in the drawing; there are {sorted(self.nodes())}")
        self._mouse_at(*handle, gesture)

    def _mouse_at(self, x, y, gesture):
        from selenium.webdriver import ActionChains

        actions = ActionChains(self._driver, duration=0)
        actions.w3c_actions.pointer_action.move_to_location(x, y)
        getattr(actions, gesture)().perform()
        self._script("getSelection().removeAllRanges()")  # a double click marks the text below it

    def _choose_run(self, run):
        if self._script("return shownRun()") == run:
            return
        if not self._script("return clickRun(arguments[0])", run):
            raise KeyError(f"TensorBoard lists no run {run}")
        self._wait(lambda: self._script("return shownRun()") == run, f"run {run}")
        self._wait_until_drawn(run)

    def _wait_until_drawn(self, run):
        self._wait(lambda: self._script("return isDrawn()"), f"the graph of {run or 'the run'}")
        self._script("letClicksThrough()")
        self._settle()

    def _settle(self):
        """Waits until the drawing has stopped moving."""
        seen = []

        def is_still():
            seen.append(json.dumps(self._script("return geometry()")))
            return len(seen) > 2 and seen[-1] == seen[-2] == seen[-3]

        self._wait(is_still, "the drawing to stand still")

    @staticmethod
    def _wait(condition, what):
        _wait(condition, f"TensorBoard's graph page: {what}")


class DashboardPage:
    """TensorBoard's other pages for a log directory: scalars, images, text, and so on.

    Args:
      logdir: the directory with the event files.
      width, height: the size of the window in CSS pixels.

    Raises:
      RuntimeError: something needed is missing, or TensorBoard did not start.
    """

    def __init__(self, logdir, width=1400, height=1000):
        reason = missing()
        if reason is not None:
            raise RuntimeError(f"TensorBoard cannot be opened here: {reason}")
        with contextlib.ExitStack() as stack:
            self.url = stack.enter_context(_serving(logdir))
            self._driver = stack.enter_context(_browsing(width, height))
            self._stack = stack.pop_all()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._stack.close()

    def data(self, route):
        """What the server answers under ``data/plugin/``, from JSON."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}data/plugin/{route}", timeout=_DEADLINE) as answer:
            return json.load(answer)

    def show(self, dashboard, text):
        """Opens a page, such as "images", and waits until a text stands on it.

        Raises:
          TimeoutError: it does not appear.
        """
        self._driver.get("about:blank")
        self._driver.get(f"{self.url}#{dashboard}")
        _wait(lambda: text in self.text(), f"{text!r} on TensorBoard's page {dashboard}")

    def text(self):
        """All text on the page."""
        return self._driver.execute_script(_ALL_TEXT)

    def screenshot(self, path):
        """Saves what the window shows as PNG."""
        self._driver.save_screenshot(str(path))


# The texts of a document, of shadow roots, and of frames.
_ALL_TEXT = r"""
function texts(root) {
  let found = '';
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) found += node.textContent + '\n';
    else if (node.shadowRoot) found += texts(node.shadowRoot);
    else if (node.tagName === 'IFRAME' && node.contentDocument) {
      found += texts(node.contentDocument);
    }
  }
  return found;
}
return texts(document);
"""


# ---- the two programs ----


@contextlib.contextmanager
def _serving(logdir):
    """A TensorBoard server for ``logdir`` on a free port of this machine; gives its URL."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir),
               "--host", "127.0.0.1", "--port", "0"]
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = None
            deadline = time.monotonic() + _DEADLINE
            while url is None:
                log.seek(0)
                text = log.read()
                url = re.search(r"http://127\.0\.0\.1:\d+/", text)
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"TensorBoard did not start:\n{text[-2000:]}")
                time.sleep(_PAUSE)
            yield url.group()
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for_graph(url, run):
    """Waits until the server has read a graph (of ``run``): the page looks only once."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def has_graph():
        with opener.open(url + "data/plugin/graphs/info", timeout=_DEADLINE) as answer:
            info = json.load(answer)
        shown = info.values() if run is None else [info.get(run, {})]
        return any(entry.get("run_graph") for entry in shown)

    _wait(has_graph, "TensorBoard to read a graph" + (f" of run {run}" if run else ""))


@contextlib.contextmanager
def _browsing(width, height):
    """A headless Chromium with a profile of its own; gives the WebDriver."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = _chromium()
        for flag in (*_CHROMIUM_FLAGS, f"--user-data-dir={profile}",
                     f"--window-size={width},{height}"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            yield driver
        finally:
            driver.quit()


def _chromium():
    return next(filter(None, map(shutil.which, _CHROMIUMS)), None)


def _wait(condition, what):
    """Looks again and again until ``condition()`` holds.

    Raises:
      TimeoutError: it did not within the deadline.
    """
    deadline = time.monotonic() + _DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {_DEADLINE} s in vain for {what}")
        time.sleep(_PAUSE)


# ---- reading the page ----

# JavaScript that every script starts with. A node is g.node[data-name]; the group that it lies in
# says whether it was taken out of the main graph. A text's own label is its first text node: the
# others are tooltips.
_LIBRARY = r"""
function find(root, selector) {
  const element = root.querySelector(selector);
  if (element) return element;
  for (const child of root.querySelectorAll('*')) {
    const found = child.shadowRoot && find(child.shadowRoot, selector);
    if (found) return found;
  }
  return null;
}
function findAll(root, selector) {
  const inside = [...root.querySelectorAll('*')].filter(child => child.shadowRoot);
  return [...root.querySelectorAll(selector),
          ...inside.flatMap(child => findAll(child.shadowRoot, selector))];
}
function curves() {
  return findAll(document, 'path.line').filter(path => path.getAttribute('d')).length;
}
function scene() { return find(document, 'tf-graph-scene'); }
function drawing() { return scene().shadowRoot.querySelector('#svg #root > g.scene'); }
function isDrawn() {
  const element = scene();
  return Boolean(element && element.progress && element.progress.value === 100
                 && element.renderHierarchy !== element.outdated
                 && drawing() && drawing().querySelector('g.node'));
}
function ownText(element) {
  const text = element && [...element.childNodes].find(node => node.nodeType === Node.TEXT_NODE);
  return text ? text.textContent : '';
}
function all(selector) { return [...drawing().querySelectorAll(selector)]; }
function kindOf(group) {
  return ['op', 'meta', 'series'].find(kind => group.classList.contains(kind)) || '';
}
function annotations(group, side) {
  return [...group.querySelectorAll(`:scope > g.${side} > g.annotation`)].map(item => [
    item.dataset.name, ownText(item.querySelector(':scope > text.annotation-label'))]);
}
function nodes() {
  const drawn = all('g.nodes > g.node').filter(group => !group.classList.contains('bridge'));
  return drawn.map(group => ({
    name: group.dataset.name,
    label: ownText(group.querySelector(':scope > text.nodelabel')),
    kind: kindOf(group),
    place: group.closest('g.in-extract, g.out-extract') ? 'auxiliary' : 'main',
    inputs: annotations(group, 'in-annotations'),
    outputs: annotations(group, 'out-annotations'),
  }));
}
function edges() {
  return all('g.edges > g.edge').filter(group => !group.classList.contains('structural')
      && !group.querySelector('path.structural')).map(group => {
    const [source, target] = group.dataset.edge.split('--');
    const line = group.querySelector('path.edgeline');
    const has = name => group.classList.contains(name) || line.classList.contains(name);
    const label = group.querySelector('textPath');
    return [source, target, label ? label.textContent : '',
            has('control-dep'), has('referenceedge')];
  });
}
function groupOf(name) {
  return all('g.nodes > g.node').find(group => group.dataset.name === name) || null;
}
function shapeOf(name) {
  const group = groupOf(name);
  return group && group.querySelector(':scope > g.nodeshape > .nodecolortarget');
}
function handleOf(name) {
  // An open namespace is taken at its upper edge, where nothing lies on it.
  if (!shapeOf(name)) return null;
  const box = shapeOf(name).getBoundingClientRect();
  const y = isOpen(name) ? box.top + 3 : (box.top + box.bottom) / 2;
  return [Math.round((box.left + box.right) / 2), Math.round(y)];
}
function beside() {
  const box = scene().getBoundingClientRect();
  return [Math.round(box.left + 5), Math.round(box.bottom - 5)];
}
function isOpen(name) {
  const group = groupOf(name);
  return Boolean(group && group.querySelector(':scope > g.subscene g.node'));
}
function geometry() {
  return all('g.node, g.annotation').map(group => {
    const box = group.getBoundingClientRect();
    return [box.left, box.top, box.width, box.height].map(Math.round);
  });
}
function extent() {
  // The group's own box counts hidden edges too; what is seen are shapes, labels and lines.
  const boxes = all('.nodecolortarget, text, path.edgeline, path.annotation-edge')
    .map(element => element.getBoundingClientRect()).filter(box => box.width && box.height);
  return [Math.min(...boxes.map(box => box.left)), Math.min(...boxes.map(box => box.top)),
          Math.max(...boxes.map(box => box.right)), Math.max(...boxes.map(box => box.bottom))];
}
function letClicksThrough() {
  // The information card lies over the drawing and would take the second of two clicks.
  find(document, 'tf-graph-board').shadowRoot.querySelector('#info').style.pointerEvents = 'none';
}
function hideControls(hidden) {
  const board = find(document, 'tf-graph-board').shadowRoot;
  board.querySelector('#info').style.visibility = hidden ? 'hidden' : '';
  for (const element of scene().shadowRoot.querySelectorAll('#minimap, .titleContainer')) {
    element.style.visibility = hidden ? 'hidden' : '';
  }
}
function controls() { return find(document, 'tf-graph-controls'); }
function chooseTag(tag) {
  for (const set of controls().datasets) {
    const index = set.tags.findIndex(item => item.tag === tag);
    if (index >= 0) controls().set('_selectedTagIndex', index);
    if (index >= 0) return true;
  }
  return false;
}
function colorBy(what) {
  if (controls().stats) controls().set('colorBy', what);
  return Boolean(controls().stats && controls().colorByParams);
}
function greatest(what) { return controls().colorByParams[what].maxValue; }
function shownRun() { return find(document, 'tf-graph-controls').selection.run; }
function clickRun(run) {
  const controls = find(document, 'tf-graph-controls').shadowRoot;
  for (const item of controls.querySelectorAll('paper-item')) {
    if (item.textContent.trim() === run) {
      scene().outdated = scene().renderHierarchy;
      item.click();
      return true;
    }
  }
  return false;
}
"""

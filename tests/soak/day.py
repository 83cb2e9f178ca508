"""One kernel, one page, and widgets that are opened, used and closed; what must hold in between."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Error, FileChooser, FilePayload

from tests.browser.harness import NotebookPage
from tests.soak import MB
from tests.soak.acts import Hand
from tests.tools.screenshots import IDLE

CHECKOUT = Path(__file__).resolve().parents[2]
ROOT = ".dv-explorer, .dv-board, .dv-lab, .dv-compare, .dv-atlas-view, .dv-husky-wolf"
# what is there to read but for what was said of the last act, which a reload does not repeat
READ = "root => { root.querySelectorAll('.dv-said').forEach(said => (said.textContent = '')); return root.innerText; }"
SHOWN_CODE = ".dv-code-opener button[aria-expanded=true]"
CLOSE = "globals().get('w') is not None and w.close(); w = None; gc.collect(); gc.collect()"
CHECK = """
touched = []
for one in watched:
    try:
        one.check()
    except AssertionError as error:
        touched.append(str(error))
"""
LEFT = """{
    "memory": int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE"),
    "threads": sorted(thread.name for thread in threading.enumerate()),
    "models": [type(model).__name__ for model in ipywidgets.widgets.widget._instances.values()],
}"""


def bring(chooser: FileChooser) -> None:
    """Gives whoever asks a picture; who asks for a folder gets none."""
    if not chooser.element.evaluate("input => input.webkitdirectory"):
        chooser.set_files(picture())


def picture() -> FilePayload:
    """A small picture, for whoever asks for a file."""
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)).save(file, "PNG")
    return FilePayload(name="noise.png", mimeType="image/png", buffer=file.getvalue())


@dataclass
class Round:
    """What came of one widget."""

    name: str
    acts: Counter[str] = field(default_factory=Counter)
    memory: int = 0
    threads: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def events(self) -> int:
        """How many things were done."""
        return sum(self.acts.values())

    def __str__(self) -> str:
        done = ", ".join(f"{count} {kind}" for kind, count in sorted(self.acts.items()))
        told = "".join(f"\n    WRONG {text}" for text in self.wrong)
        return f"{self.name:28} {self.memory / MB:7.0f} MB {self.threads:3} threads  {done}{told}"


class Day:
    """Uses one widget after the other in `notebook`, which has three cells: the start, the widget, a second view."""

    def __init__(self, notebook: NotebookPage, seed: int, shots: Path | None = None) -> None:
        self.notebook, self.page, self.shots = notebook, notebook.page, shots
        self.chance = np.random.default_rng(seed)
        self.page.on("filechooser", bring)

    def use(self, name: str, code: str, events: int) -> Round:
        """Opens a widget, uses it, and looks at what is left when it is closed."""
        found = Round(name)
        try:
            self._open(code)
            hand = Hand(self.page, self.page.locator(ROOT).first, self.chance)
            for number in range(events):
                found.acts[hand.act()] += 1
                if number == events // 2:
                    self._disturb(found)
            self._settle()
            self._keep(name)
        except (AssertionError, Error) as error:
            found.wrong.append(" ".join(str(error).split()))
        self._close(found)
        return found

    def _open(self, code: str) -> None:
        self.notebook.set_cell(1, f"w = {code}\ndisplay(w)")
        self.notebook.set_cell(2, "display(w)" if self.chance.random() < 0.25 else "")
        self.notebook.run_all()
        root = self.page.locator(ROOT).first
        root.wait_for()
        root.scroll_into_view_if_needed()

    def _disturb(self, found: Round) -> None:
        """What happens to a page in a day besides: another theme, a narrow window, an interrupt, a reload."""
        kind = str(self.chance.choice(["theme", "narrow", "interrupt", "reload"]))
        found.acts[kind] += 1
        if kind == "theme":
            self.notebook.set_theme(str(self.chance.choice(["light", "dark"])))
        elif kind == "narrow":
            size = self.page.viewport_size
            self.page.set_viewport_size({"width": 700, "height": 800})
            self.page.wait_for_timeout(300)
            if size is not None:
                self.page.set_viewport_size(size)
        elif kind == "interrupt":
            self.notebook.interrupt()
        else:
            self._reload(found)

    def _reload(self, found: Round) -> None:
        self.page.keyboard.press("Escape")
        self.page.mouse.move(0, 0)  # what is read under the pointer is not told after a reload
        self._settle()
        for opener in self.page.locator(SHOWN_CODE).all():
            opener.click()  # code is shown until the page is left
        before = self.page.locator(ROOT).first.evaluate(READ)
        self.notebook.save()
        self.notebook.reload()
        self.page.locator(ROOT).first.wait_for()
        self._settle()
        after = self.page.locator(ROOT).first.evaluate(READ)
        if words(before) != words(after):
            found.wrong.append(f"another state after a reload: {sorted(words(before) ^ words(after))[:12]}")

    def _settle(self) -> None:
        """Until nothing is computed, and what came of it is drawn."""
        for _ in range(2):
            self.notebook.python(IDLE)
            self.page.wait_for_timeout(300)

    def _keep(self, name: str) -> None:
        if self.shots is not None:
            self.page.screenshot(path=self.shots / f"{name}.png")

    def _close(self, found: Round) -> None:
        self.notebook.python(CLOSE)
        left = self.notebook.value(LEFT)
        found.memory, found.threads = left["memory"], len(left["threads"])
        if "deepvis" in left["threads"]:
            found.wrong.append(f"a thread is left: {left['threads']}")
        models = [name for name in left["models"] if name != "_CanvasManager"]  # ipycanvas has one for all
        if models:
            found.wrong.append(f"models are left with ipywidgets: {models}")
        found.wrong += [f"the console says: {text}" for text in self.notebook.console.unexpected()]
        self.notebook.console.clear()

    def untouched(self) -> list[str]:
        """What has become of the user's modules and of torch; nothing, it is hoped."""
        self.notebook.python(CHECK)
        return list(self.notebook.value("touched"))


def words(text: str) -> set[str]:
    """The words on a page, without its numbers: those of times differ."""
    return {word for word in text.split() if word.isalpha()}

"""An Explorer's hand-out in a browser: opened as a file with the network off, and its network asked directly."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from playwright.sync_api import Page

import deepvis_widgets as dv
from deepvis_widgets.core.picture.fills import occlude
from deepvis_widgets.widgets.page.store import unpacked

COMPUTED = '() => (document.querySelector(".dv-x-status")?.innerText ?? "").includes("computed in this page")'
PATIENCE = 90_000  # ms for the network to be there on a busy machine
FILES = """() => {
  const { network, runtime, worker, facts } = JSON.parse(document.getElementById("parts").textContent)[0].inner.data;
  const text = (name) => document.querySelector(`script[data-name="${name}"]`).textContent;
  const named = Object.entries({ network, runtime, worker, facts });
  return Object.fromEntries(named.map(([file, name]) => [file, text(name)]));
}"""
# the page's own thread with the page's own bytes, asked about pictures of ours
ASK = """
async ([view, questions]) => {
  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer);
  const fetched = (name) => fetch("data:;base64," + window.stored[name]);
  const bytes = async (name) => new Uint8Array(await (await fetched(name)).arrayBuffer());
  const opened = new Response(new Blob([await bytes("runtime")]).stream().pipeThrough(new DecompressionStream("gzip")));
  const worker = new Worker(URL.createObjectURL(new Blob([await bytes("worker")], { type: "text/javascript" })));
  const facts = JSON.parse(new TextDecoder().decode(await bytes("facts")));
  const pixels = { view: floats(view), cover: new Float32Array() };
  worker.postMessage({ runtime: await opened.arrayBuffer(), network: await bytes("network"), size: facts.size });
  worker.postMessage({ facts, ...pixels });
  const found = [];
  for (const question of questions) {
    worker.postMessage({ fill: "grey", position: null, target: null, overlay: "map", tile: 56, onScreen: null,
                         ranking: 0, seq: 0, ...question });
    const told = await new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
    if (told.error) throw new Error(told.error);
    const named = told.answer.frames.map(([message, buffers]) => [message.kind, [message, buffers]]);
    const frames = Object.fromEntries(named);
    const [map, bars] = [frames["unit/map"], frames["bars/values"]];
    const { lo, hi } = map[0].meta;
    found.push({ milliseconds: told.milliseconds, unit: told.answer.unit, lo, hi,
                 map: [...new Uint16Array(map[1][0])], shown: [...new Float32Array(bars[1][0])] });
  }
  worker.terminate();
  return found;
}
"""


def open_page(page: Page, file: Path) -> None:
    """Open a hand-out, and wait for the first answer of its network; `ask` finds its files in `window.stored`."""
    page.goto(file.as_uri())
    page.wait_for_function(COMPUTED, timeout=PATIENCE)
    stored = {name: base64.b64encode(unpacked(text)).decode() for name, text in page.evaluate(FILES).items()}
    page.evaluate("stored => { window.stored = stored; }", stored)


def ask(page: Page, view: torch.Tensor, questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the network in the page answers about a view: `shown`, what bars show, and the 16-bit map of a unit."""
    data = base64.b64encode(view.contiguous().numpy().astype("<f4").tobytes()).decode()
    found: list[dict[str, Any]] = page.evaluate(ASK, [data, list(questions)])
    return found


def boxes(net: dv.Network, count: int, seed: int = 0) -> list[tuple[int, int, int, int]]:
    """Places of an occluder, some of them beyond the picture's border."""
    random, (height, width) = np.random.default_rng(seed), net.size
    tops, lefts = random.integers(-10, height - 10, count), random.integers(-10, width - 10, count)
    sides = random.integers(8, height // 2, (count, 2))
    return [(int(top), int(left), int(h), int(w)) for top, left, (h, w) in zip(tops, lefts, sides, strict=True)]


def covered(net: dv.Network, view: torch.Tensor, places: Sequence[tuple[int, int, int, int]]) -> torch.Tensor:
    """The view under a grey occluder at each place."""
    return torch.stack([occlude(view, torch.full_like(view, 0.5), box) for box in places])


def compared(page: Page, net: dv.Network, pictures: Sequence[Any], each: int) -> tuple[float, int, int]:
    """Over `each` covered versions of all pictures: the largest error of a logit as a share of the logits' spread, how
    often the top class agrees, and of how many.

    What bars show are probabilities, whose logarithms are the logits but for a constant.
    """
    layer, worst, agreed, asked = net.layers.names[-1], 0.0, 0, 0
    for number, picture in enumerate(pictures):
        view, places = net.view(picture), boxes(net, each, number)
        answers = ask(page, view, [{"box": list(box), "layer": layer, "unit": 0} for box in places])
        logits = net.logits(covered(net, view, places)).double()
        for wanted, answer in zip(logits, answers, strict=True):
            found = torch.tensor(answer["shown"], dtype=torch.float64).log()
            spread = float(wanted.max() - wanted.min())
            errors = (found - found.max()) - (wanted - wanted.max())
            worst = max(worst, float(errors.abs().max()) / spread)
            agreed += int(found.argmax() == wanted.argmax())
            asked += 1
    return worst, agreed, asked


def frame_values(answer: dict[str, Any], shape: tuple[int, int]) -> np.ndarray:
    """The map of a unit, as its 16 bits say."""
    steps = np.array(answer["map"], np.float64).reshape(shape)
    return answer["lo"] + (answer["hi"] - answer["lo"]) * steps / 65535


def occluder(page: Page) -> tuple[int, int, int, int]:
    """Where the page says that the occluder is."""
    top, left, height, width = json.loads(str(page.locator(".dv-stage").get_attribute("data-occluder")))
    return top, left, height, width


def shares(page: Page) -> dict[str, float]:
    """The rows of the class bars."""
    rows = page.locator(".dv-x-class")
    return {
        str(row.get_attribute("data-class")): float(row.get_attribute("data-share") or "nan")
        for row in (rows.nth(place) for place in range(rows.count()))
    }

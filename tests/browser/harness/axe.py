"""What axe-core finds fault with in the outputs of a notebook: contrasts, names, roles; not in Jupyter's own parts."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

# pinned in js/package.json; it never becomes part of the package
AXE = Path(__file__).resolve().parents[3] / "js" / "node_modules" / "axe-core" / "axe.min.js"
OUTPUTS = ".jp-OutputArea-output"
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# rules of a whole page, which is Jupyter's
NOT_OURS = ("region", "page-has-heading-one", "heading-order", "landmark-one-main", "bypass")

# What is scrolled out of a panel that hides its overflow counts as hidden, and is not looked at: every panel shows it,
# and the outputs take the notebook's ground along, as it lies behind them when they are scrolled to.
_RUN = """async ([include, tags, off]) => {
  const rules = Object.fromEntries(off.map(name => [name, {enabled: false}]));
  const options = {runOnly: {type: 'tag', values: tags}, rules, resultTypes: ['violations'], reporter: 'v2'};
  const sheet = document.head.appendChild(document.createElement('style'));
  sheet.textContent = `.dv-unrolled { overflow: visible !important; }
    .jp-OutputArea-output { background: var(--jp-layout-color0) !important; }`;
  const panels = [];
  const first = document.querySelector(include);
  for (let up = first?.parentElement; up; up = up.parentElement) panels.push(up);
  for (const panel of panels) panel.classList.add('dv-unrolled');
  const {violations} = await axe.run({include: [[include]]}, options);
  for (const panel of panels) panel.classList.remove('dv-unrolled');
  sheet.remove();
  const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ');
  return violations.flatMap(({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 160)}: ${why(node)}`));
}"""


def faults(page: Page, within: str = OUTPUTS) -> list[str]:
    """Return one line for each fault: the rule, the element, and what is wrong with it."""
    if not AXE.exists():
        raise AssertionError("axe-core is not there: run npm ci in js/.")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN, [within, list(STANDARDS), list(NOT_OURS)])
    return found

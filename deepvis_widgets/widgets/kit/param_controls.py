"""Controls of methods: the entries of a menu of them, and for each parameter what its range, step and label ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import ipywidgets

from ...core.params import Spec
from ...methods.base import Method

FINEST = 100_000  # steps of a slider; a finer range is typed


def entry(found: Method, serves: bool) -> tuple[str, str]:
    """A method's text and value in a menu; one that cannot serve is drawn grey, and says why when it is chosen.

    >>> from deepvis_widgets.methods import method
    >>> entry(method("lrp"), True), entry(method("lrp"), False)
    (('LRP', 'lrp'), ('(LRP: not here)', 'lrp'))
    """
    return (found.title if serves else f"({found.title}: not here)"), found.name


def refill(menu: ipywidgets.Dropdown, options: Sequence[tuple[str, Any]], *value: Any) -> None:
    """Gives a menu other entries, and another value where one is given, so that those who observe it notice nothing.
    Without one the value that is chosen stays; if it is not among the new ones it becomes the first of them.

    Call it on the main thread (see engine.main_thread), or what a person chooses at that moment is lost.

    >>> menu = ipywidgets.Dropdown(options=[("one", 1), ("two", 2)], value=2)
    >>> menu.observe(print, names="value")
    >>> refill(menu, [("nothing", 0), ("one", 1), ("two, not here", 2)])
    >>> menu.value, menu.label
    (2, 'two, not here')
    >>> refill(menu, menu.options, 1)
    >>> menu.value
    1
    """
    chosen, values = (*value, menu.value)[0], [found for _, found in options]
    if chosen not in values:
        menu.options = options
    elif list(menu.options) != list(options) or menu.value != chosen:
        with _unobserved(menu), menu.hold_sync():
            menu.options = options
            menu.index = values.index(chosen)


@contextmanager
def _unobserved(menu: ipywidgets.Dropdown) -> Iterator[None]:
    """The browser is told of changes of the value, and nobody else."""
    tell = menu.notify_change
    menu.notify_change = lambda change: tell(change) if change["name"] not in ("value", "label") else None
    try:
        yield
    finally:
        del menu.notify_change


class Controls(ipywidgets.VBox):
    """One control per parameter, in `by_name`; `values` are the current ones, `on_change` is called at any change.

    >>> from deepvis_widgets.methods import methods
    >>> Controls(methods()["occlusion"], print).by_name["stride"].description
    'Stride'
    """

    def __init__(self, specs: list[Spec], on_change: Callable[[], None]) -> None:
        self.by_name = {spec.name: control(spec) for spec in specs}
        super().__init__(list(self.by_name.values()))
        self.add_class("dv-controls")
        for made in self.by_name.values():
            made.observe(lambda _: on_change(), names="value")

    @property
    def values(self) -> dict[str, Any]:
        """Parameter name → value, as keyword arguments of dv.explain."""
        return {name: made.value for name, made in self.by_name.items()}


def control(spec: Spec) -> ipywidgets.ValueWidget:
    """A dropdown for choices, a slider for a range, a field for numbers of a wide range and for free text.

    >>> type(control(Spec("k", 2, "Size", low=1, high=9, step=1))).__name__
    'IntSlider'
    """
    common = {"description": spec.label, "tooltip": spec.help or spec.label, "style": {"description_width": "130px"}}
    if spec.choices is not None:
        return ipywidgets.Dropdown(
            options=[(str(choice), choice) for choice in spec.choices], value=spec.default, **common
        )
    if isinstance(spec.default, str):
        return ipywidgets.Text(value=spec.default, continuous_update=False, **common)
    limits = {"min": spec.low, "max": spec.high, "step": spec.step, "value": spec.default, "continuous_update": False}
    assert spec.low is not None and spec.high is not None and spec.step is not None
    whole, fine = isinstance(spec.default, int), (spec.high - spec.low) / spec.step > FINEST
    if fine:
        return (ipywidgets.BoundedIntText if whole else ipywidgets.BoundedFloatText)(**limits, **common)
    return (ipywidgets.IntSlider if whole else ipywidgets.FloatSlider)(**limits, **common)

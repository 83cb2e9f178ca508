"""The small network in words: the names of its numbers, and its relevance as sentences with every formula."""

from __future__ import annotations

from ...core.errors import DeepvisError
from .toy_network import EDGES, HIDDEN, INPUTS, LAYERS, OUTPUT, START_BIASES, Division, Edge, Flow

_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def low(*neurons: int) -> str:
    """Returns neuron numbers as a subscript."""
    return "".join(map(str, neurons)).translate(_LOW)


def name_of(element: int | Edge) -> str:
    """Returns the name of a neuron's or an edge's number.

    >>> name_of((1, 4)), name_of(2), name_of(5)
    ('w14', 'a2', 'b5')
    """
    if isinstance(element, tuple):
        return f"w{element[0]}{element[1]}"
    return f"a{element}" if element in INPUTS else f"b{element}"


_elements: tuple[int | Edge, ...] = (*INPUTS, *EDGES, *START_BIASES)
ELEMENTS = {name_of(element): element for element in _elements}


def element_named(name: str) -> int | Edge:
    """Returns the neuron or edge whose number has this name; DeepvisError where there is none.

    >>> element_named("w14")
    (1, 4)
    """
    if name not in ELEMENTS:
        raise DeepvisError(f'There is no number "{name}"; accepted: {", ".join(ELEMENTS)}.')
    return ELEMENTS[name]


def title_of(name: str) -> str:
    """Returns a number's name for a menu.

    >>> title_of("w14")
    'weight w₁₄ (1 → 4)'
    """
    element = element_named(name)
    if isinstance(element, tuple):
        return f"weight w{low(*element)} ({element[0]} → {element[1]})"
    return f"input a{low(element)}" if element in INPUTS else f"bias b{low(element)}"


def digits(value: float) -> str:
    """Returns a number with four digits, and a proper minus; what is only rounding is zero."""
    return f"{0.0 if abs(value) < 1e-12 else value:.4g}".replace("-", "−")


def bracketed(value: float) -> str:
    """Returns the same, in brackets where it is negative."""
    return f"({digits(value)})" if value < 0 else digits(value)


def describe(pointed: int | Edge | None, step: int, state: Flow, division: Division) -> str:
    """Returns the neuron or edge pointed at in words, or else the step."""
    if isinstance(pointed, tuple):
        return edge_words(pointed, state, division)
    return step_words(step, state, division) if pointed is None else neuron_words(pointed, state)


def edge_words(edge: Edge, state: Flow, division: Division) -> str:
    """Returns what an edge carries: forwards a product, backwards a message, with the rule's formula."""
    i, k = edge
    done = state.redistributed[k]
    part = next((part for part in done.parts if part.share and part.numerators[i]), None)
    name = f"R{low(i)}←{low(k)}"
    if part is None or done.relevance == 0:
        return f"{name} = 0: {_nothing(edge, state, division)}."
    share = "" if part.share == 1 else f"{bracketed(part.share)} · "
    numbers = f"{share}{bracketed(done.relevance)} · {bracketed(part.numerators[i])} / {bracketed(part.denominator)}"
    return f"{name} = {_symbols(edge, part.numerators[i], state, division)} = {numbers} = {digits(done.messages[i])}."


def _nothing(edge: Edge, state: Flow, division: Division) -> str:
    i, k = edge
    if state.redistributed[k].relevance == 0:
        return f"neuron {k} has no relevance to hand back"
    if state.activations[i] == 0 and division.name not in ("w²", "flat"):
        return f"neuron {i} is silent (a{low(i)} = 0)"
    if division.name == "z+":
        return f"a{low(i)}w{low(i, k)} does not speak for neuron {k}, and z⁺ counts only what does"
    return "the rule gives this edge nothing"


def _symbols(edge: Edge, numerator: float, state: Flow, division: Division) -> str:
    i, k = edge
    to, weight, value = f"R{low(k)}", f"w{low(i, k)}", f"a{low(i)}w{low(i, k)}"
    plus = "+" if state.sums[k] >= 0 else "−"
    if division.name == "epsilon":
        return f"{to} · {value} / (Σₙ aₙwₙ{low(k)} + b{low(k)} {plus} ε)"
    if division.name == "gamma":
        own = "⁺" if state.sums[k] > 0 else "⁻"
        favoured = (numerator > 0) == (state.sums[k] > 0)
        return f"{to} · {'(1 + γ) ' if favoured else ''}{value} / (Σₙ aₙwₙ{low(k)} + γ Σₙ (aₙwₙ{low(k)}){own} + bias)"
    if division.name == "w²":
        return f"{to} · {weight}² / Σₙ wₙ{low(k)}²"
    if division.name == "flat":
        return f"{to} · 1 / number of inputs"
    if numerator > 0:
        return f"{'α · ' if division.name == 'alpha-beta' else ''}{to} · {value} / (Σₙ (aₙwₙ{low(k)})⁺ + b{low(k)}⁺)"
    return f"−β · {to} · {value} / (Σₙ (aₙwₙ{low(k)})⁻ + b{low(k)}⁻)"


def neuron_words(k: int, state: Flow) -> str:
    """Returns what a neuron says, and what relevance it got from whom."""
    said = f"Neuron {k}: a{low(k)} = {digits(state.activations[k])}"
    if k in HIDDEN:
        said += f" = max(0, {digits(state.sums[k])})"
    if k == OUTPUT:
        return f"{said} is the answer f(x), and so is its relevance R{low(k)}."
    after = [j for j in (HIDDEN if k in INPUTS else (OUTPUT,)) if k in state.redistributed[j].messages]
    if not after:
        return f"{said}; it has no edge to the next layer, so R{low(k)} = 0."
    names = " + ".join(f"R{low(k)}←{low(j)}" for j in after)
    numbers = " + ".join(bracketed(state.redistributed[j].messages[k]) for j in after)
    total = f" = {digits(state.relevances[k])}" if len(after) > 1 else ""
    return f"{said}; R{low(k)} = {names} = {numbers if total else digits(state.relevances[k])}{total}."


def step_words(step: int, state: Flow, division: Division) -> str:
    """Returns what happens in a step of the way back."""
    if step == 0:
        return f"Forward: the network answers f(x) = a₇ = {digits(state.activations[OUTPUT])}."
    if step == 1:
        return f"All relevance begins at the answer: R₇ = f(x) = {digits(state.relevances[OUTPUT])}."
    if step in (3, 7):
        layer = LAYERS[1 if step == 3 else 0]
        single = ", ".join(f"R{low(k)} = {digits(state.relevances[k])}" for k in layer)
        total = digits(sum(state.relevances[k] for k in layer))
        return f"What arrives at each neuron is added up: {single}. Together {total}{_lost(step, state, division)}."
    k = OUTPUT if step == 2 else step
    done = state.redistributed[k]
    sent = ", ".join(f"R{low(i)}←{low(k)} = {digits(m)}" for i, m in done.messages.items()) or "nothing"
    taken = f"its bias takes {digits(done.bias)}, {_rest(division)} {digits(done.epsilon)}"
    return f"Neuron {k} hands back R{low(k)} = {digits(done.relevance)}: {sent}; {taken}."


def _rest(division: Division) -> str:
    """Returns what else takes relevance: where all inputs speak alike, one half of the αβ rule has nobody to go to."""
    return "ε and what found no taker" if division.name == "alpha-beta" else "ε"


def _lost(step: int, state: Flow, division: Division) -> str:
    above = state.ledger.entries[2:] if step == 3 else state.ledger.entries[1:]
    bias, epsilon = sum(entry.bias for entry in above), sum(entry.epsilon for entry in above)
    start = state.relevances[OUTPUT]
    return f" of {digits(start)}: biases took {digits(bias)} on the way, {_rest(division)} {digits(epsilon)}"

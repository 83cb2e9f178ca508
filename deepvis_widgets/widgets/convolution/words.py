"""The convolution board in words."""

from __future__ import annotations

from collections.abc import Sequence

from ..board.pen import short
from .arithmetic import Axis
from .costs import CLIMBING, Times, operations, slope
from .lesson import Lesson


def in_brackets(value: float) -> str:
    """A number as a factor: negative ones in brackets."""
    return f"({short(value)})" if value < 0 else short(value)


def at(lesson: Lesson, row: int, col: int) -> str:
    """A position as it is named: one number in one dimension, row and column in two."""
    return f"{row}, {col}" if lesson.dims == 2 else str(col)


def total(lesson: Lesson, index: int) -> str:
    """The sum behind one cell that comes out; zeros that were filled in are left out."""
    row, col = lesson.position(index)
    terms = []
    for weight, place in zip(lesson.slide.kernel.flatten().tolist(), lesson.window(index), strict=True):
        if lesson.slide.real[place]:
            terms.append(f"{in_brackets(weight)}·{in_brackets(float(lesson.slide.source[place]))}")
    name = f"{'Wᵀy' if lesson.transposed else 'y'}({at(lesson, row, col)})"
    return f"{name} = {' + '.join([*terms]) or '0'} = {short(float(lesson.result[row, col]))}"


def step(lesson: Lesson, index: int) -> str:
    """The sum behind one cell that comes out, and where it is found."""
    filled = sum(not lesson.slide.real[place] for place in lesson.window(index))
    line = "column" if lesson.transposed else "row"
    found = f"Cell {index + 1} of {lesson.count}: {total(lesson, index)}."
    return f"{found} {_filled(filled, lesson.transposed)}In W this is {line} {index}."


def _filled(count: int, transposed: bool) -> str:
    if not count:
        return ""
    zeros = "inserted or added zeros" if transposed else "the zeros of the padding"
    return f"{count} weight{'s meet' if count > 1 else ' meets'} {zeros}. "


def output_size(axis: Axis) -> str:
    """The size of the output of a convolution, with its formula and its numbers."""
    i, k, s, p, d = axis.size, axis.kernel, axis.stride, axis.padding, axis.dilation
    return f"⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1 = ⌊({i} + 2·{p} − {d}·({k} − 1) − 1) / {s}⌋ + 1 = {axis.output}"


def transposed_size(axis: Axis) -> str:
    """The size that the transposed convolution gives back, with its formula and its numbers."""
    s, p, d, k, a, o = axis.stride, axis.padding, axis.dilation, axis.kernel, axis.extra, axis.output
    return f"s(o − 1) + a + d(k − 1) + 1 − 2p = {s}·({o} − 1) + {a} + {d}·({k} − 1) + 1 − 2·{p} = {axis.size}"


def facts(lesson: Lesson) -> list[tuple[str, str]]:
    """(what, its value) below the board."""
    return transposed_facts(lesson) if lesson.transposed else forward_facts(lesson)


def forward_facts(lesson: Lesson) -> list[tuple[str, str]]:
    """(what, its value) below a convolution."""
    rows, cols = lesson.matrix.shape
    filled = int((lesson.weights >= 0).sum())
    return [
        ("Cells of the output along an axis", output_size(lesson.made.cols)),
        ("W", f"{rows} × {cols}; {filled} of its {rows * cols} numbers are weights of the kernel, the others are zero"),
        ("W x and the sliding kernel", agreement(lesson)),
    ]


def transposed_facts(lesson: Lesson) -> list[tuple[str, str]]:
    """(what, its value) below a transposed convolution: both ways, and how far Wᵀ is from an inverse."""
    axis, inverse = lesson.made.cols, lesson.inverse
    rows, cols = lesson.matrix.shape
    zeros = f"s − 1 = {axis.stride - 1} between the cells of y, d(k − 1) − p = {axis.border} on both sides"
    gram = "W Wᵀ" if rows <= cols else "Wᵀ W"
    return [
        ("Cells along an axis", transposed_size(axis)),
        ("Zeros put in", f"{zeros}, a = {axis.extra} more at the end; the flipped kernel slides by 1"),
        ("Wᵀ y and the sliding kernel", agreement(lesson)),
        ("W⁺", pseudo_inverse(lesson)),
        *costs(lesson),
        (f"‖{gram} − I‖", f"{short(inverse.gap)}; with 0 the transpose would be the inverse"),
        ("‖x − Wᵀ y‖ / ‖x‖", _share(inverse.transposed_error)),
        ("‖x − W⁺ y‖ / ‖x‖", _share(inverse.restored_error)),
    ]


def costs(lesson: Lesson) -> list[tuple[str, str]]:
    """(what, its value): the multiplications of the product and of the inverse, counted."""
    outputs, inputs = lesson.matrix.shape
    found = operations(outputs, inputs, int((lesson.weights >= 0).sum()))
    product = (
        f"n·m·p = {inputs}·{outputs}·1 = {found.product} multiplications; the sliding kernel needs {found.sliding}"
    )
    steps = " + ".join(f"{count} ({name})" for name, count in found.steps.items())
    inverse = (
        f"{steps} = {found.inverse} multiplications"
        if lesson.inverse.formula
        else "there is no inverse to multiply with"
    )
    return [("Cost of Wᵀ y", product), ("Cost of W⁺ y", inverse)]


def times(found: Sequence[Times]) -> str:
    """What was measured for the largest input, and how it grew."""
    last, sizes = found[-1], [each.size for each in found]
    ways = {"W⁺ y": "inverse", "Wᵀ y": "product", "the sliding kernel": "sliding"}
    took = ", ".join(f"{name} {1000 * getattr(last, way):.3g} ms" for name, way in ways.items())
    if len(found) < CLIMBING:
        return f"n = {last.size}: {took}."
    grew = ", ".join(f"n^{slope(sizes, [getattr(each, way) for each in found]):.1f}" for way in ways.values())
    return f"n = {last.size}: {took}. Over the last {CLIMBING} sizes they grew as {grew}."


def pseudo_inverse(lesson: Lesson) -> str:
    """What W⁺ is here."""
    rows, cols = lesson.matrix.shape
    rank, formula = lesson.inverse.rank, lesson.inverse.formula
    if not formula:
        return (
            f"W is {rows} × {cols} but its rank is only {rank}, so neither W Wᵀ nor Wᵀ W can be inverted; shown is the "
            "Moore–Penrose inverse by singular values"
        )
    kind = "square" if rows == cols else "wide" if rows < cols else "tall"
    return f"{formula}, because W is {kind} ({rows} × {cols}) and has full rank {rank}"


def agreement(lesson: Lesson) -> str:
    """How far the matrix product and the sliding kernel are apart."""
    gap = float((lesson.product - lesson.result.flatten()).abs().max())
    return "agree" if gap < 1e-9 else f"differ by {gap:.3g}"


def _share(error: float | None) -> str:
    if error is None:
        return "undefined, because x is zero"
    return "0" if error < 1e-9 else short(error)

"""What the page adds up by itself, as it stands before anybody touches it: sums of maps, and what an occluder does."""

from __future__ import annotations

import numpy as np

from .numbers import decimal, percent
from .parts import Bars, Map, Occluder, Part, Picture, Row, Sum

STRONGEST = 8  # bars of an occluder's answers


def order(part: Sum, chosen: int) -> np.ndarray:
    """Returns the numbers of a sum's terms for a class, the one that adds most to the score first."""
    shares = part.weights[chosen] * part.maps.mean((1, 2))
    return np.argsort(-np.abs(shares), kind="stable")


def summed(part: Sum) -> Map:
    """Returns the sum of the terms that a Sum shows first, as a map over its picture.

    >>> maps = np.array([[[1.0, 0.0]], [[0.0, 1.0]]], np.float32)
    >>> picture = np.zeros((1, 2, 3), np.uint8)
    >>> part = Sum(picture, maps, np.array([[2.0, 3.0]]), np.zeros(1), ["wolf"], ["a", "b"], count=1)
    >>> summed(part).values.tolist(), summed(part).title
    ([[0.0, 3.0]], 'wolf: 1 of 2 terms')
    """
    terms = order(part, part.chosen)[: part.count]
    values = np.tensordot(part.weights[part.chosen][terms], part.maps[terms], 1).astype(np.float32)
    said = f"{part.labels[part.chosen]}: {len(terms)} of {len(part.maps)} terms"
    return Map(values, said, [f"score {decimal(score(part, terms))}"], part.picture, "blue-red", signed=True, size=320)


def score(part: Sum, terms: np.ndarray) -> float:
    """Returns the score of the chosen class from these terms: the mean of their sum, and the bias."""
    means = part.maps[terms].mean((1, 2))
    return float(part.weights[part.chosen][terms] @ means + part.biases[part.chosen])


def standing_sum(part: Sum) -> Part:
    """Returns a sum as it stands: the map beside its terms."""
    terms = order(part, part.chosen)[:STRONGEST]
    shares = (part.weights[part.chosen][terms] * part.maps[terms].mean((1, 2))).tolist()
    bars = Bars([part.names[term] for term in terms], shares, [decimal(share) for share in shares], "Largest terms")
    return Row([summed(part), bars])


def place(part: Occluder) -> tuple[int, int]:
    """Returns the corner (top, left) of an occluder at first: in the middle, where none is given."""
    if part.start is not None:
        return part.start
    sides = zip(part.picture.shape[:2], part.window, strict=True)
    top, left = ((side - length) // 2 for side, length in sides)
    return top, left


def covered(part: Occluder) -> np.ndarray:
    """Returns the picture (h, w, 3) as the network sees it."""
    (top, left), (height, width) = place(part), part.window
    shown = np.array(part.picture)
    shown[top : top + height, left : left + width] = part.fill[top : top + height, left : left + width]
    return shown


def answers(part: Occluder) -> np.ndarray:
    """Returns the answers (n,) of the measured position next to where the occluder is.

    >>> values = np.arange(4.0).reshape(2, 2, 1)
    >>> picture = np.zeros((8, 8, 3), np.uint8)
    >>> answers(Occluder(picture, picture, (4, 4), (4, 4), values, ["wolf"], start=(3, 0))).tolist()
    [2.0]
    """
    sides = zip(place(part), part.stride, part.values.shape[:2], strict=True)
    row, col = (min(int(corner / stride + 0.5), count - 1) for corner, stride, count in sides)
    found: np.ndarray = part.values[row, col]
    return found


def standing_occluder(part: Occluder) -> Part:
    """Returns an occluder as it stands: the covered picture beside the answers."""
    values = answers(part)
    told = [percent(float(value)) if part.percent else decimal(float(value)) for value in values]
    strongest = np.argsort(-values, kind="stable")[:STRONGEST].tolist()
    names, told = [part.names[index] for index in strongest], [told[index] for index in strongest]
    box = (*place(part), *part.window)
    bars = Bars(names, values[strongest].tolist(), told)
    return Row([Picture(covered(part), part.title, 320, boxes=[box]), bars])

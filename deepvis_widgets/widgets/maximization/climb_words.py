"""What became of all classes while one was climbed: how far it rose itself, and which others were pushed down."""

from __future__ import annotations

import torch
from torch import Tensor

from ...core.network.network import Network
from .ascent_run import Look

NAMED = 4  # classes at most
LEAST = 0.5  # a smaller fall of a score is not worth a name


def pushed_down(look: Look) -> list[tuple[int, float]]:
    """Returns the other classes whose score fell, and by how much in the mean over the pictures; the most first."""
    assert look.first_scores is not None and look.scores is not None
    changes = (look.scores - look.first_scores).mean(0)
    others = [index for index in range(len(changes)) if index != look.target.channel]
    fallen = [(index, float(changes[index])) for index in others if changes[index] < -LEAST]
    return sorted(fallen, key=lambda pair: pair[1])


def share_of_others(look: Look) -> float:
    """Returns how much of what a class gained came from lower scores of the others, negative where they rose.

    After a softmax, log(p / (1 − p)) = S − log Σ exp(S of each other class): the class's own rise and the others' fall
    add up to the gain, in the mean over the pictures. 0 where nothing was gained.
    """
    assert look.first_scores is not None and look.scores is not None
    own = float((look.scores - look.first_scores)[:, look.target.channel].mean())
    fall = float((_others(look, look.first_scores) - _others(look, look.scores)).mean())
    return fall / (own + fall) if own + fall > 0 else 0.0


def _others(look: Look, scores: Tensor) -> Tensor:
    own = look.target.channel
    return torch.cat([scores[:, :own], scores[:, own + 1 :]], 1).logsumexp(1)


def climb_words(network: Network, look: Look) -> str:
    """Returns the class's own rise, its probability, who was pushed down and what that was worth; "" for a unit."""
    if look.first_scores is None or look.scores is None:
        return ""
    own, answers = look.target.channel, network.answers
    said = [
        f"{network.labels[own]}: {answers.score} {_signed(float((look.scores - look.first_scores)[:, own].mean()))}"
    ]
    if answers.probable:
        before, after = (float(answers.probabilities(s)[:, own].mean()) for s in (look.first_scores, look.scores))
        said.append(f"probability {before:.2f} → {after:.2f}")
    if answers.kind == "classes" and network.classes > 1 and not look.params.minimize:
        share = share_of_others(look)
        said.append(f"{share:.0%} of the gain by lower scores of others" if share > 0 else "no gain by lower others")
    fallen = pushed_down(look)
    named = ", ".join(f"{network.labels[index]} {_signed(change)}" for index, change in fallen[:NAMED])
    more = f" and {len(fallen) - NAMED} more" if len(fallen) > NAMED else ""
    said.append(f"pushed down: {named}{more}" if fallen else "no other class was pushed down")
    return " · ".join(said)


def _signed(number: float) -> str:
    """Returns a number with its sign, a real minus.

    >>> _signed(-2.34), _signed(10.0)
    ('−2.3', '+10.0')
    """
    return f"{number:+.1f}".replace("-", "−")

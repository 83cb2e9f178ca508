"""The base of all meanings that a network's output can have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeVar

from torch import Tensor, nn

from ..checks import whole
from ..errors import DeepvisError
from ..network.layer import listed
from .output import Place, tensor_in

A = TypeVar("A", bound="Answers")
Weights = Callable[[], Any]
Embed = Callable[[Any], Tensor]  # a picture → the network's output for it


@dataclass(frozen=True)
class Answers(ABC):
    """What a network answers: one score for each of `labels`, of which any can be explained.

    `output` says which part of what the network returns is meant: a key or a place, None: the one there is. `kind` is
    the name of the meaning, `noun` what one answer is called, `normalisers` the operations after which scores
    are probabilities, `score` what a score is called, and `title` what bars show. `probable` says whether answers have
    probabilities, `percent` whether what is shown is a share of one, `ranked` whether the highest is what the network
    says, `placed` whether answers have places in the picture. Without labels they are numbered once the network is
    known.

    >>> from .classes import Classes
    >>> Classes(["husky", "wolf"]).labels
    ('husky', 'wolf')
    """

    labels: tuple[str, ...] = ()
    output: Place = field(default=None, kw_only=True)

    kind: ClassVar[str]
    noun: ClassVar[str] = "class"
    normalisers: ClassVar[tuple[str, ...]] = ()
    score: ClassVar[str] = "logit"
    title: ClassVar[str] = "Class probabilities"
    probable: ClassVar[bool] = True
    percent: ClassVar[bool] = True
    ranked: ClassVar[bool] = True
    placed: ClassVar[bool] = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", as_labels(self.labels))

    @property
    def key(self) -> tuple[Any, ...]:
        """What decides the scores beside the network: of two meanings that score alike it is equal."""
        return (self.kind, self.output)

    def called(self: A, labels: Sequence[str]) -> A:
        """Returns the same with other labels."""
        return replace(self, labels=as_labels(labels))

    def at(self: A, place: Any, size: tuple[int, int]) -> A:
        """Returns the same for one place of a picture of `size` (H, W). Raises DeepvisError where answers have none."""
        raise DeepvisError(f"This network answers with {self.kind}; its answers have no place in the picture.")

    def compared_with(self: A, picture: Any) -> A:
        """Returns the same with another second picture. Raises DeepvisError where answers compare with none."""
        raise DeepvisError(f"This network answers with {self.kind}; it compares its picture with no second one.")

    def found_in(self: A, module: nn.Module) -> A:
        """Returns the same with what only the module itself shows."""
        return self

    def shown_by(self: A, picked: Sequence[Any]) -> A:
        """Returns the same with what the answers to several pictures show."""
        return self

    # --- from what a network returns to scores ---

    def pick(self, returned: Any) -> Any:
        """Returns what is meant of all that a network returned: a tensor (B, n)."""
        return rows(tensor_in(returned, self.output, len(self.labels)))

    def scores(self, picked: Any) -> Tensor:
        """Returns the scores (B, n), each of which can be explained; differentiable."""
        scores: Tensor = picked
        return scores

    def current(self, weights: Weights, embed: Embed) -> Answers:
        """Returns the meaning for the weights as they are now: `weights` says which they are, None where a change could
        not be noticed, and `embed` passes a picture through the network.
        """
        return self

    # --- from scores to what is shown ---

    @abstractmethod
    def probabilities(self, scores: Tensor) -> Tensor:
        """Returns probabilities (B, n) of scores (B, n). Raises DeepvisError where answers have none."""

    def shown(self, scores: Tensor) -> Tensor:
        """Returns what is shown of scores (B, n): probabilities where there are any, else the scores themselves."""
        return self.probabilities(scores) if self.probable else scores

    def bars(self, scores: Tensor, picked: Any) -> Tensor:
        """Returns what the bars show (n,) for the first picture of a pass."""
        return self.shown(scores[:1].detach().float())[0]

    def tops(self, scores: Tensor) -> Tensor:
        """Returns which of the scores (B, n) are explained where nothing was chosen, (B,): the highest."""
        return scores.argmax(1)

    def top(self, scores: Tensor) -> int:
        """Returns the same for the scores (n,) of one picture."""
        return int(self.tops(scores[None]))

    def words(self, index: int, value: float, digits: int = 1) -> str:
        """Returns a value that is shown, in words: "93.1%"."""
        return f"{value:.{digits}%}"

    def span(self, index: int) -> tuple[float, float] | None:
        """Returns what the whole bar of an answer stands for: (low, high); None: as far as the values that come."""
        return (0.0, 1.0)

    # --- labels ---

    def fitted(self: A, count: int, name: str, known: Sequence[str] | None = None) -> A:
        """Returns the same with one label for each of `count` answers of the network `name`: those it has, else those
        `known`, else numbers. Raises DeepvisError where it has more or fewer.
        """
        if not self.labels:
            return replace(self, labels=as_labels(known or [f"{self.noun} {index}" for index in range(count)]))
        if len(self.labels) != count:
            raise DeepvisError(
                f"{len(self.labels)} labels were given and {name} has {count} {self.nouns}; give one label per "
                f"{self.noun}."
            )
        return self

    def index(self, asked: int | str) -> int:
        """Returns the index of an answer given by index or label. Raises DeepvisError where there is none."""
        if isinstance(asked, str):
            if asked not in self.labels:
                raise DeepvisError(f'There is no {self.noun} "{asked}"; this network knows {listed(self.labels)}.')
            return self.labels.index(asked)
        index = whole(asked)
        if index is None or not 0 <= index < len(self.labels):
            raise DeepvisError(f"There is no {self.noun} {asked}; the {self.nouns} are 0 to {len(self.labels) - 1}.")
        return index

    @property
    def nouns(self) -> str:
        """Several of its answers, in a word."""
        if self.noun.endswith("y"):
            return f"{self.noun[:-1]}ies"
        return f"{self.noun}es" if self.noun.endswith(("s", "x")) else f"{self.noun}s"


def as_labels(labels: Sequence[str] | None) -> tuple[str, ...]:
    """Returns labels as they are kept: one name alone is a list of one.

    >>> as_labels("defect"), as_labels(None)
    (('defect',), ())
    """
    return (labels,) if isinstance(labels, str) else tuple(map(str, labels or ()))


def rows(tensor: Tensor) -> Tensor:
    """Returns scores as rows (B, n): of one number for each picture, (B,), and of maps of one position.

    Raises DeepvisError for a tensor of another shape.
    """
    if not tensor.is_floating_point() or not tensor.numel():
        what = f"{tensor.dtype}".removeprefix("torch.") if tensor.numel() else "no numbers"
        raise DeepvisError(
            f"The network returned {what} of shape {tuple(tensor.shape)}; accepted are scores, as floats: "
            "give the network before the step that picks a class or rounds, or output= to say which part is meant."
        )
    if tensor.ndim == 4 and tensor.shape[2:] == (1, 1):
        return tensor.flatten(1)
    if tensor.ndim < 2:  # squeeze() leaves no dimension of one number for one picture
        return tensor.reshape(-1, 1)
    if tensor.ndim != 2:
        raise DeepvisError(
            f"The network returned a tensor of shape {tuple(tensor.shape)}; accepted are scores (batch, answers), one "
            "number for each picture (batch,), or maps (batch, classes, height, width)."
        )
    return tensor

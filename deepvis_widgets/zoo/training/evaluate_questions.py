"""How well questions about scenes never seen are answered, and where the answers' maps peak:
`python -m deepvis_widgets.zoo.training.evaluate_questions`.

A class activation map of the answer given should peak on the object where the question is about it, and beside it
where it is about the ground or the sky.
"""

import argparse
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.picture.peaks import inside, peaks, points
from ..questions import ANSWERS, QuestionNet, load_question_module, question_words, questions
from ..questions.asking import OBJECT, Question
from .dataset import draw_scenes, fresh_orders
from .question_maps import SIDE, Maps, joined, maps_of

Shares = dict[str, float]


@dataclass(frozen=True)
class Answered:
    """One question, what was answered, and whether the map of that answer peaks where the reason lies; None where the
    reason lies nowhere."""

    question: Question
    answer: str
    well_placed: bool | None

    @property
    def right(self) -> bool:
        """Whether the answer is the scene's."""
        return self.answer == self.question.answer


def answered(network: QuestionNet, data: Maps, seed: int = 0) -> Iterator[Answered]:
    """Yields every question of every scene, answered."""
    rng = np.random.default_rng(seed)
    for place, scene in enumerate(data.scenes):
        with torch.inference_mode():
            yield from _of_one(network, data, place, list(questions(scene, rng)))


def _of_one(network: QuestionNet, data: Maps, place: int, asked: list[Question]) -> Iterator[Answered]:
    maps = joined(network, data, torch.tensor([place]))
    words = torch.stack([question_words(question.text) for question in asked])
    evidence = network.evidence(words)
    cams = evidence @ maps[0]  # questions, answers, positions
    scores = cams.mean(2) + network.without_picture(words)
    given = scores.argmax(1)
    for row, question in enumerate(asked):
        cam = cams[row, given[row]].view(1, 1, SIDE, SIDE)
        large = F.interpolate(cam, data.masks.shape[1:], mode="bilinear", align_corners=False)[0]
        yield Answered(question, ANSWERS[int(given[row])], _well_placed(question.about, large, data.masks[[place]]))


def _well_placed(about: str | None, cam: Tensor, mask: Tensor) -> bool | None:
    if about is None:
        return None
    if about == OBJECT:
        return bool(points(cam, mask)[0])
    return bool(cam.max() > 0) and not bool(inside(mask, peaks(cam))[0])


def _shares(hits: Iterator[tuple[str, bool]]) -> Shares:
    found: dict[str, list[bool]] = defaultdict(list)
    for name, hit in hits:
        found[name].append(hit)
    return {name: float(np.mean(found[name])) for name in found}


def right_by_kind(found: list[Answered]) -> Shares:
    """Returns the share of right answers for each kind of question."""
    return _shares((one.question.kind, one.right) for one in found)


def well_placed_by_kind(found: list[Answered]) -> Shares:
    """Returns, for each kind of question with a reason in the picture, how often the answer's map peaks there: within 4
    pixels of the object, or not on it where the reason is the ground or the sky."""
    return _shares((one.question.kind, one.well_placed) for one in found if one.well_placed is not None)


def table(found: list[Answered]) -> str:
    """Returns both shares of each kind as text."""
    right, placed = right_by_kind(found), well_placed_by_kind(found)
    about = {one.question.kind: one.question.about for one in found if one.question.about}
    lines = [f"{'kind':20}{'right':>8}{'peaks well':>12}  about"]
    lines += [f"{kind:20}{right[kind]:8.3f}{placed[kind]:12.3f}  {about[kind]}" for kind in right]
    return "\n".join(lines)


def main() -> None:
    """Draws fresh scenes and prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m deepvis_widgets.zoo.training.evaluate_questions", description=__doc__
    )
    parser.add_argument("--scenes", type=int, default=600, help="fresh scenes to draw")
    parser.add_argument("--seed", type=int, default=2_000_000, help="seed of the first scene")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="cores to use")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    network = load_question_module()
    scenes = draw_scenes(fresh_orders(chosen.scenes, chosen.seed), chosen.threads)
    print(table(list(answered(network, maps_of(network, scenes)))))


if __name__ == "__main__":
    main()

"""The network that answers questions about scenes: the embedded trunk's maps, opened and shut by the words.

Words and picture meet as in Zhou et al. 2015 ("Simple baseline for visual question answering"): a count of words beside
pooled maps, one linear map to the answers. Here the words also scale each map before it is pooled, or which animal it
is could not depend on what was asked. Both parts are linear in the words, and the second in the maps. So an answer's
score is a sum over words exactly, and a sum over positions, and its class activation map is exact:
`classifier.weight[answer, :maps] * gate(words)` times the maps.
"""

from importlib.resources import as_file, files
from typing import cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ..embedded import EMBEDDED, EmbeddedNet, load_module
from .phrases import ANSWERS, VOCABULARY

QUESTIONS = "husky-wolf-questions"
TRUNK = "features."
EARLY = "pool2"  # the early maps: as many positions as the last ones, each seeing a ninth of the picture
EARLY_MAPS, LATE_MAPS, COLOR_MAPS, LOCAL_MAPS = 64, 128, 64, 128
MAPS = LATE_MAPS + LOCAL_MAPS


class Gate(nn.Module):
    """Scales each map by what the words say of it, the same everywhere."""

    def __init__(self, words: int, maps: int) -> None:
        super().__init__()
        self.words = nn.Linear(words, maps, bias=False)

    def forward(self, maps: Tensor, words: Tensor) -> Tensor:
        """Returns maps (B, K, h, w) scaled by the words (B, V)."""
        return maps * cast(Tensor, self.words(words))[:, :, None, None]


class QuestionNet(nn.Module):
    """Maps normalised pictures (B, 3, 128, 128) and counts of words (B, V) to scores of the answers (B, answers)."""

    def __init__(self, trunk: EmbeddedNet) -> None:
        super().__init__()
        self.features = trunk.features
        self.color = nn.Sequential(
            nn.Conv2d(3, 32, 4, 4), nn.ReLU(), nn.Conv2d(32, COLOR_MAPS, 3, 2, padding=1), nn.ReLU()
        )
        self.local = nn.Sequential(nn.Conv2d(COLOR_MAPS + EARLY_MAPS + LATE_MAPS, LOCAL_MAPS, 1), nn.ReLU())
        self.gate = Gate(len(VOCABULARY), MAPS)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = nn.Linear(MAPS + len(VOCABULARY), len(ANSWERS))

    def trunk_maps(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the trunk's early maps (B, 64, 16, 16) and its last ones (B, 128, 16, 16)."""
        early = maps = pictures
        for name, layer in self.features.named_children():
            maps = layer(maps)
            if name == EARLY:
                early = maps
        return early, maps

    def joined(self, pictures: Tensor, early: Tensor, late: Tensor) -> Tensor:
        """Returns the maps that words are joined to: (B, 256, 16, 16), the trunk's last ones first."""
        return torch.cat([late, self.local(torch.cat([self.color(pictures), early, late], 1))], 1)

    def forward(self, pictures: Tensor, words: Tensor) -> Tensor:
        """Returns the scores of the answers."""
        gated = self.gate(self.joined(pictures, *self.trunk_maps(pictures)), words)
        pooled = self.flatten(self.pool(gated))
        return cast(Tensor, self.classifier(torch.cat([pooled, words], 1)))

    def evidence(self, words: Tensor) -> Tensor:
        """Returns what each map speaks for, once the words have scaled it, for words (B, V): (B, answers, K).

        Times the maps this is the class activation map of every answer.
        """
        return cast(Tensor, self.gate.words(words))[:, None] * self.classifier.weight[:, :MAPS]

    def without_picture(self, words: Tensor) -> Tensor:
        """Returns the part of the scores that the words alone decide, for words (B, V): (B, answers)."""
        return words @ self.classifier.weight[:, MAPS:].T + self.classifier.bias

    def by_word(self, pictures: Tensor, words: Tensor) -> Tensor:
        """Returns what each word adds to the scores: (B, V, answers), zero for words that were not said.

        Over the words, and with `classifier.bias`, it sums to the scores.
        """
        maps = self.joined(pictures, *self.trunk_maps(pictures))
        each = torch.diag_embed(words)
        opened = self.gate.words(each) * maps.mean((2, 3))[:, None]
        return cast(Tensor, self.classifier(torch.cat([opened, each], 2))) - self.classifier.bias


def own_weights(network: QuestionNet) -> dict[str, Tensor]:
    """Returns what was trained for questions: everything but the trunk, which is stored with its own network."""
    return {key: value for key, value in network.state_dict().items() if not key.startswith(TRUNK)}


def load_question_module() -> QuestionNet:
    """Returns the trained network, float32, in eval mode.

    >>> tuple(load_question_module().classifier.weight.shape) == (len(ANSWERS), MAPS + len(VOCABULARY))
    True
    """
    network = QuestionNet(cast(EmbeddedNet, load_module(EMBEDDED[0])))
    with as_file(files(__package__).joinpath("..", "weights", f"{QUESTIONS}.safetensors")) as path:
        weights = load_file(path)
    trunk = {key: value for key, value in network.state_dict().items() if key.startswith(TRUNK)}
    network.load_state_dict(trunk | {key: value.float() for key, value in weights.items()})
    return network.eval()

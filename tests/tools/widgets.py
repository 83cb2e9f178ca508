"""Every public widget, opened in a cell, and something simple and certain done to it: what screenshots are taken of."""

from __future__ import annotations

from dataclasses import dataclass

SNOWY = 'dv.scene("husky", background="snow", seed=3)'


@dataclass(frozen=True)
class Case:
    """A widget: `code` makes it, and each of `acts`, (name, code), is done to it, as `w`, after the one before."""

    name: str
    code: str
    acts: tuple[tuple[str, str], ...] = ()

    @property
    def cell(self) -> str:
        """The cell of the notebook that shows it."""
        return f"w = {self.code}\nw"


CASES = (
    Case(
        "explorer",
        "dv.Explorer()",
        (
            ("unit", 'w.layer = "features.relu3"; w.unit = 7'),
            ("occluder", 'w.method = "lrp"; w.occluder = (40, 30, 48, 40)'),
            ("difference", 'w.occluder = None; w.tiles = "gradient"; w.backward = "gradient"; w.about = "top"'),
            ("class", 'w.target = "wolf"; w.method = "grad_cam"; w.localize = True; w.about = "facts"'),
        ),
    ),
    Case(
        "compare",
        'dv.Compare(["husky-wolf", "husky-wolf-biased"])',
        (
            ("target", 'w.target = "wolf"; w.selected = "occlusion"; w.cursor = (60, 70)'),
            ("scores", "w.scores = w.curves = w.outline = True"),
        ),
    ),
    Case(
        "husky-wolf",
        'dv.HuskyWolf(seed=0, first="biased", fresh=1)',
        (
            ("explained", "w.cast(1, 0); w.next(); w.picture = 4"),
            ("truth", "w.next(); w.cast(0, 1); w.next()"),
        ),
    ),
    Case(
        "snow-lab",
        "dv.SnowLab(seed=0, fresh=2, steps=4, animals=2, grounds=1)",
        (("trained", "w.share = 0.5; w.train()"),),
    ),
    Case(
        "occlusion-lab",
        f'dv.OcclusionLab("husky-wolf-biased", {SNOWY})',
        (("swept", "w.stride = 16; w.sweep()"),),
    ),
    Case(
        "maximization-lab",
        'dv.MaximizationLab("husky-wolf", layer="features.conv3", unit=3, seeds=2, steps=24)',
        (("made", "w.start()"), ("kept", "w.keep()")),
    ),
    Case(
        "maximization-plate",
        'dv.MaximizationPlate("husky-wolf-flattened", ["features.relu1", "relu2"], units=2, runs=2, steps=8)',
        (("drawn", "w.draw()"),),
    ),
    Case("shift-lab", "dv.ShiftLab()", (("moved", "w.row = 0"), ("across", 'w.direction = "across"'))),
    Case("cam-board", f"dv.CamBoard(picture={SNOWY})", (("sum", 'w.target = "wolf"; w.step = 3; w.threshold = 0.5'),)),
    Case(
        "cam-video",
        'dv.CamVideo("husky-wolf", [dv.scene("wolf", seed=seed) for seed in (3, 4)])',
        (("second", 'w.step = 1; w.target = "husky"'),),
    ),
    Case(
        "circuit-board",
        f'dv.CircuitBoard(picture={SNOWY}, target="wolf")',
        (("below", 'w.go_down("features.relu8", 48)'),),
    ),
    Case("question-board", f"dv.QuestionBoard(picture={SNOWY})", (("ground", 'w.ask("what is the ground?")'),)),
    Case(
        "teach-board",
        "dv.TeachBoard()",
        (("taught", 'w.examples = {"husky": [w.choices[0][1]], "wolf": [w.choices[1][1]]}; w.target = "wolf"'),),
    ),
    Case("relevance-board", "dv.RelevanceBoard()", (("back", 'w.rule = "gamma"; w.step = 7'),)),
    Case(
        "relevance-ledger",
        f'dv.RelevanceLedger("husky-wolf", {SNOWY})',
        (("layer", 'w.target = "wolf"; w.layer = "features.relu3"'),),
    ),
    Case(
        "convolution-board",
        "dv.ConvolutionBoard()",
        (("square", "w.arrange(dims=2, input_size=4, kernel_size=2); w.step = 4; w.transposed = True"),),
    ),
    Case("deconvnet-board", "dv.DeconvnetBoard()", (("last", 'w.seed = "activation"; w.step = 6'),)),
    Case("interaction-board", "dv.InteractionBoard()", (("strided", "w.arrange(stride=2, depth=2, input_size=12)"),)),
    Case("pooling-board", "dv.PoolingBoard()", (("last", "w.step = 6"),)),
    Case(
        "atlas-view",
        'dv.AtlasView(None, "husky-wolf", "features.relu3")',
        (("unit", 'w.address = "features.relu3:5"'),),
    ),
    Case(
        "score-table",
        f'dv.score_table(["husky-wolf", "husky-wolf-biased"], [{SNOWY}], ["cam", "lrp"], quiet=True)',
    ),
)

"""See inside image classifiers: interactive notebook widgets for PyTorch networks."""

from typing import TYPE_CHECKING

from deepvis_widgets._later import at_first_use
from deepvis_widgets._version import __version__
from deepvis_widgets.core.errors import Cancelled, DeepvisError
from deepvis_widgets.methods import explain, methods  # now: the package of that name would hide the function

__all__ = [
    "Atlas",
    "AtlasView",
    "CamBoard",
    "Cancelled",
    "Compare",
    "ConvolutionBoard",
    "DeepvisError",
    "Explorer",
    "HuskyWolf",
    "MaximizationLab",
    "Network",
    "OcclusionLab",
    "PoolingBoard",
    "Preprocess",
    "RelevanceBoard",
    "RelevanceLedger",
    "ScoreTable",
    "SnowLab",
    "__version__",
    "explain",
    "load",
    "methods",
    "sanity",
    "scene",
    "score",
    "score_table",
    "train_on_snow",
]

if TYPE_CHECKING:
    from deepvis_widgets.atlas import Atlas
    from deepvis_widgets.core.network import Network
    from deepvis_widgets.core.preprocess import Preprocess
    from deepvis_widgets.scores import ScoreTable, sanity, score, score_table
    from deepvis_widgets.widgets.atlas_view import AtlasView
    from deepvis_widgets.widgets.cam_board import CamBoard
    from deepvis_widgets.widgets.compare import Compare
    from deepvis_widgets.widgets.convolution_board import ConvolutionBoard
    from deepvis_widgets.widgets.explorer import Explorer
    from deepvis_widgets.widgets.husky_wolf import HuskyWolf
    from deepvis_widgets.widgets.husky_wolf_snow import SnowLab
    from deepvis_widgets.widgets.maximization_lab import MaximizationLab
    from deepvis_widgets.widgets.occlusion_lab import OcclusionLab
    from deepvis_widgets.widgets.pooling_board import PoolingBoard
    from deepvis_widgets.widgets.relevance_board import RelevanceBoard
    from deepvis_widgets.widgets.relevance_ledger import RelevanceLedger
    from deepvis_widgets.zoo.load import load
    from deepvis_widgets.zoo.scenes import scene
    from deepvis_widgets.zoo.small import train_on_snow
else:
    __getattr__, __dir__ = at_first_use(
        __name__,
        __all__,
        {
            "Atlas": "atlas",
            "AtlasView": "widgets.atlas_view",
            "CamBoard": "widgets.cam_board",
            "Compare": "widgets.compare",
            "ConvolutionBoard": "widgets.convolution_board",
            "Explorer": "widgets.explorer",
            "HuskyWolf": "widgets.husky_wolf",
            "MaximizationLab": "widgets.maximization_lab",
            "Network": "core.network",
            "OcclusionLab": "widgets.occlusion_lab",
            "PoolingBoard": "widgets.pooling_board",
            "Preprocess": "core.preprocess",
            "RelevanceBoard": "widgets.relevance_board",
            "RelevanceLedger": "widgets.relevance_ledger",
            "ScoreTable": "scores",
            "SnowLab": "widgets.husky_wolf_snow",
            "load": "zoo.load",
            "sanity": "scores",
            "scene": "zoo.scenes",
            "score": "scores",
            "score_table": "scores",
            "train_on_snow": "zoo.small",
        },
    )

"""See inside image classifiers: interactive notebook widgets for PyTorch networks."""

from typing import TYPE_CHECKING

from deepvis_widgets._later import at_first_use
from deepvis_widgets._version import __version__
from deepvis_widgets.core.errors import Cancelled, DeepvisError
from deepvis_widgets.methods import explain, methods  # now: the package of that name would hide the function

__all__ = [
    "Atlas",
    "AtlasView",
    "Boxes",
    "CamBoard",
    "CamVideo",
    "Cancelled",
    "CircuitBoard",
    "Classes",
    "Compare",
    "ConvolutionBoard",
    "DeconvnetBoard",
    "DeepvisError",
    "Explorer",
    "Fixed",
    "HuskyWolf",
    "InteractionBoard",
    "Labels",
    "MaximizationLab",
    "MaximizationPlate",
    "Network",
    "Numbers",
    "OcclusionLab",
    "Picture",
    "Pixels",
    "PoolingBoard",
    "Preprocess",
    "QuestionBoard",
    "RelevanceBoard",
    "RelevanceLedger",
    "ScoreTable",
    "ShiftLab",
    "Similarity",
    "SnowLab",
    "TeachBoard",
    "Values",
    "Words",
    "__version__",
    "circuit",
    "contributions",
    "explain",
    "handout",
    "load",
    "methods",
    "nmf",
    "pca",
    "photo",
    "plate",
    "sanity",
    "scene",
    "score",
    "score_table",
    "teach",
    "train_on_snow",
]

if TYPE_CHECKING:
    from deepvis_widgets.atlas import Atlas
    from deepvis_widgets.core.answers.boxes import Boxes
    from deepvis_widgets.core.answers.classes import Classes, Labels
    from deepvis_widgets.core.answers.pixels import Pixels
    from deepvis_widgets.core.answers.similarity import Similarity
    from deepvis_widgets.core.answers.values import Values
    from deepvis_widgets.core.inputs.numbers import Numbers
    from deepvis_widgets.core.inputs.others import Fixed, Picture
    from deepvis_widgets.core.inputs.words import Words
    from deepvis_widgets.core.network.network import Network
    from deepvis_widgets.core.picture.preprocess import Preprocess
    from deepvis_widgets.methods.circuits.explain import circuit
    from deepvis_widgets.methods.concepts.factors import nmf, pca
    from deepvis_widgets.methods.perturbation.contributions import contributions
    from deepvis_widgets.methods.synthesis.plate import plate
    from deepvis_widgets.scores import ScoreTable, sanity, score, score_table
    from deepvis_widgets.widgets.atlas_view.atlas_view import AtlasView
    from deepvis_widgets.widgets.cam.cam_board import CamBoard
    from deepvis_widgets.widgets.circuit.circuit_board import CircuitBoard
    from deepvis_widgets.widgets.compare.compare import Compare
    from deepvis_widgets.widgets.convolution.convolution_board import ConvolutionBoard
    from deepvis_widgets.widgets.deconvnet.deconvnet_board import DeconvnetBoard
    from deepvis_widgets.widgets.explorer.explorer import Explorer
    from deepvis_widgets.widgets.husky_wolf.husky_wolf import HuskyWolf
    from deepvis_widgets.widgets.husky_wolf.snow.snow_lab import SnowLab
    from deepvis_widgets.widgets.interaction.interaction_board import InteractionBoard
    from deepvis_widgets.widgets.kit.handout import handout
    from deepvis_widgets.widgets.maximization.maximization_lab import MaximizationLab
    from deepvis_widgets.widgets.occlusion.occlusion_lab import OcclusionLab
    from deepvis_widgets.widgets.plate.maximization_plate import MaximizationPlate
    from deepvis_widgets.widgets.pooling.pooling_board import PoolingBoard
    from deepvis_widgets.widgets.question.question_board import QuestionBoard
    from deepvis_widgets.widgets.relevance.relevance_board import RelevanceBoard
    from deepvis_widgets.widgets.relevance.relevance_ledger import RelevanceLedger
    from deepvis_widgets.widgets.shift.shift_lab import ShiftLab
    from deepvis_widgets.widgets.teach.teach_board import TeachBoard
    from deepvis_widgets.widgets.video.cam_video import CamVideo
    from deepvis_widgets.zoo.load import load
    from deepvis_widgets.zoo.photos import photo
    from deepvis_widgets.zoo.scenes import scene
    from deepvis_widgets.zoo.snow_net import train_on_snow
    from deepvis_widgets.zoo.teaching.teach import teach
else:
    __getattr__, __dir__ = at_first_use(
        __name__,
        __all__,
        {
            "Atlas": "atlas",
            "AtlasView": "widgets.atlas_view.atlas_view",
            "Boxes": "core.answers.boxes",
            "CamBoard": "widgets.cam.cam_board",
            "CamVideo": "widgets.video.cam_video",
            "CircuitBoard": "widgets.circuit.circuit_board",
            "Classes": "core.answers.classes",
            "Compare": "widgets.compare.compare",
            "ConvolutionBoard": "widgets.convolution.convolution_board",
            "DeconvnetBoard": "widgets.deconvnet.deconvnet_board",
            "Explorer": "widgets.explorer.explorer",
            "Fixed": "core.inputs.others",
            "HuskyWolf": "widgets.husky_wolf.husky_wolf",
            "InteractionBoard": "widgets.interaction.interaction_board",
            "Labels": "core.answers.classes",
            "MaximizationLab": "widgets.maximization.maximization_lab",
            "MaximizationPlate": "widgets.plate.maximization_plate",
            "Network": "core.network.network",
            "Numbers": "core.inputs.numbers",
            "OcclusionLab": "widgets.occlusion.occlusion_lab",
            "Picture": "core.inputs.others",
            "Pixels": "core.answers.pixels",
            "PoolingBoard": "widgets.pooling.pooling_board",
            "Preprocess": "core.picture.preprocess",
            "QuestionBoard": "widgets.question.question_board",
            "RelevanceBoard": "widgets.relevance.relevance_board",
            "RelevanceLedger": "widgets.relevance.relevance_ledger",
            "ScoreTable": "scores",
            "ShiftLab": "widgets.shift.shift_lab",
            "Similarity": "core.answers.similarity",
            "SnowLab": "widgets.husky_wolf.snow.snow_lab",
            "TeachBoard": "widgets.teach.teach_board",
            "Values": "core.answers.values",
            "Words": "core.inputs.words",
            "circuit": "methods.circuits.explain",
            "contributions": "methods.perturbation.contributions",
            "handout": "widgets.kit.handout",
            "load": "zoo.load",
            "nmf": "methods.concepts.factors",
            "pca": "methods.concepts.factors",
            "photo": "zoo.photos",
            "plate": "methods.synthesis.plate",
            "sanity": "scores",
            "scene": "zoo.scenes",
            "score": "scores",
            "score_table": "scores",
            "teach": "zoo.teaching.teach",
            "train_on_snow": "zoo.snow_net",
        },
    )

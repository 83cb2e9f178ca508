"""Floor 3: how good explanations are, as numbers. One file, one score."""

from .mass import mass, squares
from .perturbation import Curves, curves
from .pointing import pointing
from .rank_correlation import rank_correlation
from .sanity import Sanity, sanity
from .score import NEED_A_MASK, SCORES, measure, score
from .table import ScoreTable, score_table

__all__ = [
    "NEED_A_MASK",
    "SCORES",
    "Curves",
    "Sanity",
    "ScoreTable",
    "curves",
    "mass",
    "measure",
    "pointing",
    "rank_correlation",
    "sanity",
    "score",
    "score_table",
    "squares",
]

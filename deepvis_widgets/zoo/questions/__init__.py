"""Questions about scenes in plain words, and the network that answers them."""

from .asking import Question, questions
from .language import question_words
from .network import QUESTIONS, QuestionNet, load_question_module
from .phrases import ANSWERS, KINDS, VOCABULARY

__all__ = [
    "ANSWERS",
    "KINDS",
    "QUESTIONS",
    "VOCABULARY",
    "Question",
    "QuestionNet",
    "load_question_module",
    "question_words",
    "questions",
]

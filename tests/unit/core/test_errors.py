"""Every error is told in one sentence."""

from __future__ import annotations

from deepvis_widgets.core.errors import DeepvisError, sentence


def test_other_errors_become_sentences_too() -> None:
    assert sentence(ValueError("a\n  b"), "running lrp") == "Something failed while running lrp: ValueError: a b"
    assert sentence(DeepvisError("As it is."), "x") == "As it is."
    assert sentence(MemoryError(), "running lrp") == "Memory ran out while running lrp."
    assert len(sentence(RuntimeError("x" * 5000), "running lrp")) < 400

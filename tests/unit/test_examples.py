"""The examples in docstrings say what really comes out."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import deepvis_widgets as dv

ROOT = Path(__file__).resolve().parents[2]
WITH_EXAMPLES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for file in (ROOT / "deepvis_widgets").rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert failed == 0, capsys.readouterr().out
    assert tried > 0


@pytest.mark.parametrize("name", [name for name in dv.__all__ if callable(getattr(dv, name))])
def test_a_public_name_has_an_example(name: str) -> None:
    assert ">>> " in (getattr(dv, name).__doc__ or "")

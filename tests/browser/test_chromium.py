"""Finding the browser, and what happens where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import chromium

CHECKOUT = Path(__file__).resolve().parents[2]


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_named_browser_comes_first(tmp_path, monkeypatch):
    named = program(tmp_path, "mine")
    program(tmp_path, "chromium")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CHROMIUM", str(named))
    assert chromium.find() == str(named)


def test_a_browser_on_the_path_is_found(tmp_path, monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = program(tmp_path, "google-chrome")
    assert chromium.find() == str(found)


def test_a_wrong_name_is_an_error_even_beside_another_browser(tmp_path, monkeypatch, capsys):
    program(tmp_path, "chromium")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "gone"))
    assert chromium.main(["--install"]) == 1
    assert "CHROMIUM names" in capsys.readouterr().err


def test_without_a_browser_and_without_apt_one_sentence_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "MAC", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.main(["--install"]) == 1
    assert "The browser tests need Chromium" in capsys.readouterr().err


def test_without_a_browser_the_browser_tests_fail_and_are_not_skipped(tmp_path):
    environment = {**os.environ, "CHROMIUM": str(tmp_path / "gone")}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/browser/test_harness.py::test_voila_opens_dark"],
        **{"cwd": CHECKOUT, "env": environment, "capture_output": True, "text": True, "timeout": 120},
    )
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "1 error" in run.stdout and "skipped" not in run.stdout
    assert "CHROMIUM names" in run.stdout

"""What stands beside the package says the same as setup.py: the workflow, the hooks before a commit, the citation."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import setuptools
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
WORKFLOW = CHECKOUT / ".github" / "workflows" / "ci.yml"
PYTHON = "Programming Language :: Python :: 3."


@pytest.fixture(scope="module")
def setup() -> dict[str, Any]:
    """What setup.py tells setuptools."""
    told: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setuptools, "setup", lambda **arguments: told.update(arguments))
        runpy.run_path(str(CHECKOUT / "setup.py"))
    return told


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def pythons(setup: dict[str, Any]) -> list[str]:
    """The versions that setup.py names: every one from the oldest on."""
    named = [f"3.{line.removeprefix(PYTHON)}" for line in setup["classifiers"] if line.startswith(PYTHON)]
    oldest = int(re.fullmatch(r">=3\.(\d+)", setup["python_requires"])[1])  # type: ignore[index]
    assert named == [f"3.{oldest + more}" for more in range(len(named))] and len(named) >= 4
    return named


def commands(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_the_workflow_runs_what_ci_runs_on_every_python_that_is_named(setup: dict[str, Any]) -> None:
    job = read(WORKFLOW)["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == pythons(setup)
    assert any("matrix.python" in str(step.get("with", {}).get("python-version")) for step in job["steps"])
    assert commands(job) == [".ci/run"]


def test_the_workflow_builds_what_would_be_published() -> None:
    assert "python -m build" in commands(read(WORKFLOW)["jobs"]["package"])


def test_the_hooks_before_a_commit_have_the_versions_of_the_test_environment(setup: dict[str, Any]) -> None:
    hooks = [hook for repo in read(CHECKOUT / ".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    pins = {pin for hook in hooks for pin in hook.get("additional_dependencies", [])}
    assert pins and pins <= set(setup["extras_require"]["test"])
    # what is not pinned here runs in the environment of setup.py
    assert {hook["entry"].split()[0] for hook in hooks if hook["language"] != "system"} == {"ruff"}
    assert [hook["entry"] for hook in hooks if hook["language"] == "system"] == ["make lint"]


def test_the_citation_is_of_this_version(setup: dict[str, Any]) -> None:
    citation = read(CHECKOUT / "CITATION.cff")
    assert (citation["version"], citation["license"]) == (setup["version"], setup["license_expression"])
    assert citation["repository-code"] == setup["url"]


def test_one_place_is_named_everywhere(setup: dict[str, Any]) -> None:
    assert all(link.startswith(setup["url"]) for link in setup["project_urls"].values())
    contact = read(CHECKOUT / ".github" / "ISSUE_TEMPLATE" / "config.yml")["contact_links"]
    assert all(link["url"].startswith(setup["url"]) for link in contact)


@pytest.mark.parametrize(
    "form", sorted((CHECKOUT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml")), ids=lambda p: p.stem
)
def test_a_form_for_issues_asks_something(form: Path) -> None:
    """What GitHub requires of a form: a name, a description, and questions with a label each."""
    asked = read(form)
    assert asked["name"] and asked["description"]
    assert all(question["id"] and question["attributes"]["label"] for question in asked["body"])

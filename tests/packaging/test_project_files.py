"""What stands beside the package says the same as setup.py: the workflow, the hooks before a commit, the citation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.tools.bounds import EXTRAS, accepted, installed, newer, oldest, told_setuptools

CHECKOUT = Path(__file__).resolve().parents[2]
WORKFLOW = CHECKOUT / ".github" / "workflows" / "ci.yml"
PYTHON = "Programming Language :: Python :: 3."


@pytest.fixture(scope="module")
def setup() -> dict[str, Any]:
    """What setup.py tells setuptools."""
    return told_setuptools()


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


def test_the_oldest_of_everything_is_tested_on_the_oldest_python(setup: dict[str, Any]) -> None:
    job = read(WORKFLOW)["jobs"]["lowest"]
    versions = [step["with"]["python-version"] for step in job["steps"] if "python-version" in step.get("with", {})]
    assert versions == pythons(setup)[:1] and commands(job) == ["make lowest"]
    extras = set(re.findall(r"--extra (\w+)", (CHECKOUT / "Makefile").read_text(encoding="utf-8")))
    assert (
        extras == set(EXTRAS) - {"timm"} and setup["extras_require"]["timm"][0] in setup["extras_require"]["imagenet"]
    )


def test_everything_that_is_needed_has_a_lower_bound_and_is_here_within_its_bounds(setup: dict[str, Any]) -> None:
    needed = accepted(setup)
    assert len(needed) > 18 and [str(one) for one in needed if oldest(one) is None] == []
    found = {one: installed(one) for one in needed}
    assert [str(one) for one, version in found.items() if version is None or version not in one.specifier] == []


def test_a_package_that_is_newer_than_its_bound_would_be_named() -> None:
    is_here = installed(Requirement("numpy"))
    assert newer([Requirement(f"numpy>={is_here},<99")]) == []
    assert newer([Requirement("numpy>=1.0")]) == [f"numpy>=1.0 is installed as {is_here}."]
    assert newer([Requirement("no-such-package>=1")]) == ["no-such-package>=1 is installed as None."]


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

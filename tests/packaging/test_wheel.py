"""What a user gets: the sdist, and the wheel that is built from it, are opened. Nothing may be missing from them, and
nothing of ours added.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "deepvis_widgets"
NOT_COPIED = shutil.ignore_patterns(
    *(".git", ".venv*", "node_modules", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".failures")
)
DEPENDENCIES = {
    *(
        "cloudpickle",
        "six",
        "torch",
        "torchvision",
        "numpy",
        "pillow",
        "scipy",
        "scikit-image",
        "safetensors",
        "traitlets",
        "tqdm",
    ),
    *("ipywidgets", "anywidget", "bqplot", "ipycanvas"),
}
# 8 MB of them may be synthesized pictures of the network from PyPI, 4 MB are what runs a network in a page
LARGEST = 19_000_000
# what only a repository needs
FOR_GIT = re.compile(r"\.git|\.pre-commit-config\.yaml$|MANIFEST\.in$")
PAGES = "https://github.com/deepvis-widgets/deepvis_widgets/blob/HEAD/"
FILES = "https://raw.githubusercontent.com/deepvis-widgets/deepvis_widgets/HEAD/"

IMPORT_EVERYTHING = """
import importlib, pathlib, pkgutil, sys
import deepvis_widgets
assert pathlib.Path(deepvis_widgets.__file__).is_relative_to(sys.argv[1]), deepvis_widgets.__file__
for module in pkgutil.walk_packages(deepvis_widgets.__path__, "deepvis_widgets."):
    importlib.import_module(module.name)
for name in deepvis_widgets.__all__:
    getattr(deepvis_widgets, name)
print("imported")
"""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel built from it, as `python -m build` makes them.

    Built from a copy: a build leaves files behind, and would take those of an older one along.
    """
    folder = tmp_path_factory.mktemp("dist")
    source = shutil.copytree(CHECKOUT, folder / "source", ignore=NOT_COPIED)
    # what lies in a working tree, and belongs to nobody else
    for litter in ("js/node_modules/some/index.js", "tests/browser/.failures/shot.png", "tests/__pycache__/a.pyc"):
        (source / litter).parent.mkdir(parents=True, exist_ok=True)
        (source / litter).write_bytes(b"litter")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(source)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (path,) = dist.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def sources(dist: Path) -> dict[str, bytes]:
    """The files of the sdist, below its one folder."""
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        return {name.split("/", 1)[1]: file.read() for name, file in files.items() if file is not None}


@pytest.fixture(scope="module")
def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def metadata(contents: dict[str, bytes]) -> Message:
    (name,) = [name for name in contents if name.endswith(".dist-info/METADATA")]
    return Parser().parsestr(contents[name].decode())


def package_files() -> dict[str, bytes]:
    files = (path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(CHECKOUT).as_posix(): path.read_bytes() for path in files}


def test_every_file_of_the_package_is_in_it_unchanged(contents: dict[str, bytes]) -> None:
    ours = package_files()
    packed = {name: data for name, data in contents.items() if not re.search(r"\.(dist-info|data)/", name)}
    assert sorted(packed) == sorted(ours)
    assert [name for name in ours if packed[name] != ours[name]] == []


def test_jupyterlab_finds_its_extension_where_it_looks(contents: dict[str, bytes]) -> None:
    place = re.compile(r"[^/]+\.data/data/share/jupyter/labextensions/deepvis-widgets/(?:static/)?(.+)")
    found = {place.sub(r"\1", name): data for name, data in contents.items() if ".data/" in name}
    assert found == {file.name: file.read_bytes() for file in (PACKAGE / "lab").iterdir()}


@pytest.mark.parametrize(
    "pattern",
    [
        r"static/\w+\.js",
        r"static/style\.css",
        r"static/onnxruntime\.(wasm\.gz|txt)",
        r"core/picture/\w+\.json",
        r"zoo/weights/[\w.-]+\.safetensors",
        r"zoo/ready/.+",
        r"atlas/ready/.+",
        r"py\.typed",
    ],
)
def test_what_installing_needs_beside_python_is_in_it(contents: dict[str, bytes], pattern: str) -> None:
    found = [name for name in contents if re.fullmatch(f"deepvis_widgets/{pattern}", name)]
    assert found and all(contents[name] or name.endswith("py.typed") for name in found)


def test_each_widget_module_has_its_bundle(contents: dict[str, bytes]) -> None:
    named = re.findall(r'built\("(\w+\.js)"\)', "".join(p.read_text("utf-8") for p in PACKAGE.glob("widgets/**/*.py")))
    packed = {Path(name).name for name in contents if re.fullmatch(r"deepvis_widgets/static/\w+\.js", name)}
    assert packed == set(named) and "explorer.js" in packed


def test_it_carries_no_tests_no_sources_of_the_front_end_and_no_other_package(contents: dict[str, bytes]) -> None:
    tops = {name.split("/")[0] for name in contents}
    assert {re.sub(r"-[\d.]+\.(dist-info|data)$", "", top) for top in tops} == {"deepvis_widgets"}
    assert [name for name in contents if re.search(r"(^|/)(tests?|node_modules|js)/|\.ts$|\.map$", name)] == []


def test_it_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < LARGEST


def test_its_metadata_names_what_it_needs(metadata: Message) -> None:
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert {re.split(r"[^\w-]", line)[0] for line in required} == DEPENDENCIES
    assert metadata["Name"].replace("-", "_") == "deepvis_widgets"
    assert metadata["Requires-Python"] == ">=3.10"
    assert set(metadata.get_all("Provides-Extra", [])) == {
        *("bench", "cluster", "concepts", "demo", "docs", "imagenet"),
        *("onnx", "page", "test", "timm", "transformers", "video"),
    }
    version = re.search(r'"(.+)"', (PACKAGE / "_version.py").read_text(encoding="utf-8"))
    assert version is not None and metadata["Version"] == version.group(1)


def test_every_module_imports_from_it(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", IMPORT_EVERYTHING, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=240)
    assert run.stdout.strip().endswith("imported"), run.stderr


def test_the_sdist_holds_everything_that_the_wheel_is_made_and_tested_with(sources: dict[str, bytes]) -> None:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    tracked = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True).stdout.decode().split("\0")
    wanted = [name for name in tracked if name and (CHECKOUT / name).is_file() and not FOR_GIT.match(name)]
    assert {"js/package-lock.json", "tests/conftest.py", "Makefile", "setup.py"} <= set(wanted)
    assert [name for name in wanted if sources.get(name) != (CHECKOUT / name).read_bytes()] == []


def test_the_sdist_holds_nothing_else(sources: dict[str, bytes]) -> None:
    made = {"PKG-INFO", "setup.cfg"}
    others = [name for name in sources if name not in made and not name.startswith("deepvis_widgets.egg-info/")]
    assert [name for name in others if not (CHECKOUT / name).is_file()] == []
    assert [name for name in others if re.search(r"node_modules|__pycache__|\.failures|\.egg-info", name)] == []


def test_its_metadata_says_where_it_runs_and_where_more_is(metadata: Message) -> None:
    classifiers = metadata.get_all("Classifier", [])
    assert "Operating System :: OS Independent" in classifiers and metadata["License-Expression"] == "MIT"
    links = dict(link.split(", ") for link in metadata.get_all("Project-URL", []))
    assert {"Source", "Documentation", "Issues", "Changelog"} <= set(links)


def test_the_readme_on_pypi_leads_to_files_that_exist(metadata: Message) -> None:
    """README.md has relative links, for GitHub and for a checkout; PyPI has none of the files."""
    here = re.findall(r"\]\(([^)]+)\)", (CHECKOUT / "README.md").read_text(encoding="utf-8"))
    shown = str(metadata.get_payload())
    there = re.findall(r"(!?)\[[^\]]*\]\(([^)]+)\)", shown)
    assert len(there) == len(here) > 20 and all(link.startswith("https://") for _, link in there)
    ours = [(picture, link) for picture, link in there if link.startswith((PAGES, FILES))]
    assert [link for picture, link in ours if not link.startswith(FILES if picture else PAGES)] == []
    named = {link.removeprefix(PAGES).removeprefix(FILES) for _, link in ours}
    assert named == {link for link in here if not link.startswith("https://")}
    assert [name for name in named if not (CHECKOUT / name.split("#")[0]).exists()] == []

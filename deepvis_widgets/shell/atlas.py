"""`atlas build`: what every unit of a network looks for, over a folder of pictures."""

from __future__ import annotations

import argparse
from typing import Any

from ..core.errors import DeepvisError
from .command import AS_IT_IS, DONE, SOME_FAILED, add_network, network_of, tell

EXAMPLES = """examples:
  python -m deepvis_widgets atlas build --model resnet18 --images photos --out resnet18-atlas
  python -m deepvis_widgets atlas build --model husky-wolf --images photos --out atlas --layers features.relu5 --keep
"""


def add(commands: Any) -> None:
    """Adds the command and its options."""
    atlas = commands.add_parser("atlas", help="what every unit of a network looks for")
    about = {"help": "build an atlas over a folder of pictures", "epilog": EXAMPLES, "formatter_class": AS_IT_IS}
    build = atlas.add_subparsers(required=True, metavar="build").add_parser("build", **about)
    add_network(build)
    build.add_argument("--images", required=True, help="a folder of pictures; its folders are searched too")
    build.add_argument("--out", required=True, help="the new folder")
    build.add_argument("--top", type=int, default=9, help="pictures kept for each unit (9)")
    build.add_argument("--layers", nargs="+", help="names of layers; without it, all that show something of their own")
    build.add_argument("--positions", type=int, default=16, help="places of a map in the histogram (16); 0: all")
    build.add_argument("--pictures", action="store_true", help="store patches and deconvs of all units")
    build.add_argument("--patterns", type=int, default=0, help="synthesized pictures stored for each unit (0)")
    build.add_argument("--keep", action="store_true", help="store the strongest pictures themselves")
    build.add_argument("--workers", type=int, help="processes (one per core); 0: this one alone")
    build.add_argument("--scheduler", help="address of a Dask scheduler, whose workers do the work")
    build.add_argument("--overwrite", action="store_true", help="replace an atlas that is there")
    build.set_defaults(run=build_atlas)


def build_atlas(chosen: argparse.Namespace) -> int:
    """Builds an atlas, and says what came of it."""
    from ..atlas import Atlas

    atlas = Atlas.build(
        network_of(chosen),
        chosen.images,
        chosen.out,
        chosen.top,
        chosen.layers,
        pictures=chosen.pictures,
        patterns=chosen.patterns,
        keep=chosen.keep,
        positions=chosen.positions,
        workers=chosen.workers,
        cluster=_client(chosen.scheduler),
        overwrite=chosen.overwrite,
    )
    print(f"{atlas!r} is in {chosen.out}")
    tell([f"left out: {name}: {problem}" for name, problem in atlas.problems])
    return SOME_FAILED if atlas.problems else DONE


def _client(address: str | None) -> Any:
    if address is None:
        return None
    try:
        from distributed import Client
    except ImportError:
        raise DeepvisError('A scheduler needs Dask; install it with pip install "deepvis_widgets[cluster]".') from None
    client: Any = Client
    return client(address)

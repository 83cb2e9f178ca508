"""`python -m deepvis_widgets atlas build --model NAME --images DIR --out DIR`: what takes long, from a shell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from .core.errors import DeepvisError


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    main = argparse.ArgumentParser(prog="python -m deepvis_widgets", description="See inside image networks.")
    atlas = main.add_subparsers(required=True).add_parser("atlas", help="what every unit of a network looks for")
    build = atlas.add_subparsers(required=True).add_parser("build", help="build an atlas over a folder of pictures")
    build.add_argument("--model", required=True, help="an embedded network, or a classifier of torchvision")
    build.add_argument("--weights", help='a weights file, or "random"; without it, the model\'s own')
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
    return main


def build_atlas(chosen: argparse.Namespace) -> None:
    """Build an atlas, and say what came of it."""
    from .atlas import Atlas
    from .zoo.load import load

    atlas = Atlas.build(
        load(chosen.model, chosen.weights),
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
    for name, problem in atlas.problems:
        print(f"left out: {name}: {problem}")


def _client(address: str | None) -> Any:
    if address is None:
        return None
    try:
        from distributed import Client
    except ImportError:
        raise DeepvisError('A scheduler needs Dask; install it with pip install "deepvis_widgets[cluster]".') from None
    client: Any = Client
    return client(address)


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    chosen = parser().parse_args(words)
    try:
        chosen.run(chosen)
    except DeepvisError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; the same command goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

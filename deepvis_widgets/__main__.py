"""From a shell: `python -m deepvis_widgets explain`, `handout` and `atlas build`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .shell import atlas, explain, handout
from .shell.command import AS_IT_IS, Parser, run

EXAMPLES = "\n".join(each.EXAMPLES.splitlines()[1] for each in (explain, handout, atlas))


def parser() -> Parser:
    """The commands and their options."""
    main = Parser(
        prog="python -m deepvis_widgets",
        description="See inside image networks.",
        epilog=f"examples:\n{EXAMPLES}",
        formatter_class=AS_IT_IS,
    )
    commands = main.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for each in (explain, handout, atlas):
        each.add(commands)
    return main


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    return run(parser().parse_args(words))


if __name__ == "__main__":
    sys.exit(main())

"""`handout`: the Explorer on a picture, as one page that needs neither Python nor a network."""

from __future__ import annotations

import argparse
from typing import Any

from .command import AS_IT_IS, DONE, add_network, class_of, network_of

EXAMPLES = """examples:
  python -m deepvis_widgets handout --model husky-wolf --image wolf.png --out page.html
  python -m deepvis_widgets handout --model resnet18 --image cat.jpg --method lrp --target tabby --out cat.html

exit codes: 0 the page is written; 2 the command is not understood or does not fit.
"""


def add(commands: Any) -> None:
    """Adds the command and its options."""
    about = {"help": "a page to hand out: the Explorer on a picture", "epilog": EXAMPLES, "formatter_class": AS_IT_IS}
    handout = commands.add_parser("handout", **about)
    add_network(handout)
    handout.add_argument("--image", required=True, help="a picture")
    handout.add_argument("--layer", help="the layer shown")
    handout.add_argument("--unit", type=int, help="the unit selected in it")
    handout.add_argument("--method", help="the method drawn over the picture")
    handout.add_argument("--target", help="the class explained, by label or number")
    handout.add_argument("--title", help="the title of the page")
    handout.add_argument("--out", required=True, help="the new file, such as page.html")
    handout.set_defaults(run=write_page)


def write_page(chosen: argparse.Namespace) -> int:
    """Opens an Explorer, waits for its answers, and writes the page."""
    from ..widgets.explorer.explorer import Explorer
    from ..widgets.page.html import checked

    file = checked(chosen.out)  # before anything is computed
    network = network_of(chosen)
    target = class_of(network, chosen.target)
    explorer = Explorer(network, chosen.image, layer=chosen.layer, unit=chosen.unit, target=target)
    try:
        if chosen.method is not None:
            explorer.method = chosen.method
        explorer.session.idle()
        print(f"{explorer.handout(file, chosen.title)} is written.")
    finally:
        explorer.close()
    return DONE

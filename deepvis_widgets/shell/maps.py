"""The maps in the folder of `explain`: PNG files that say themselves what they are the answer to."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..core.whole_file import write_whole

NOTE = "deepvis_widgets"  # the name of the text in a PNG file that says what it shows


@dataclass(frozen=True)
class Row:
    """What is known of one map: the `question` it answers, and a row of the table. `problem` says why there is none."""

    picture: str
    method: str
    target: str = ""
    share: float | None = None  # of the class explained, as the bars show it
    top: str = ""
    low: float | None = None
    high: float | None = None
    map: str = ""
    problem: str = ""
    question: str = ""


def write_map(file: Path, image: Image.Image, row: Row) -> None:
    """Writes a map with what is known of it: whole, or not at all."""
    about, content = PngInfo(), io.BytesIO()
    about.add_text(NOTE, json.dumps(asdict(row)))
    image.save(content, "PNG", pnginfo=about)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, content.getvalue())


def read_row(file: Path, question: str) -> Row | None:
    """Returns what is known of a map that is there already, and answers this question; None where it must be made."""
    try:
        with Image.open(file) as image:
            image.load()
            row = Row(**json.loads(str(image.info[NOTE])))
    except (OSError, KeyError, ValueError, TypeError, SyntaxError):
        return None
    return row if row.question == question else None

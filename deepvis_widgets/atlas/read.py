"""Reading the files of an atlas; builder/store.py says what is in them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from ..core.errors import DeepvisError
from .files import FORMAT, INDEX, TILES


@dataclass(frozen=True)
class LayerRow:
    """What the index says of a layer."""

    number: int
    name: str
    channels: int
    height: int
    width: int
    first_bin: int


class Reader:
    """An atlas folder. Any thread may read; no file stays open. Raises DeepvisError where there is none, or one of
    another format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / INDEX).is_file() or not (folder / TILES).is_file():
            raise DeepvisError(f'There is no atlas in "{folder}"; build one with dv.Atlas.build.')
        self.about: dict[str, Any] = dict(self.query("SELECT key, value FROM about"))
        found = self.about.get("format")
        if found != FORMAT:
            raise DeepvisError(
                f'The atlas in "{folder}" has format {found}, and this version reads format {FORMAT}; build it again.'
            )
        self._check()

    def _check(self) -> None:
        """Raises DeepvisError where the small tables are not what builder/store.py writes."""
        with self.reading():
            self.about.update({key: int(self.about[key]) for key in ("pictures", "top")})
            folder = self.about["folder"]
            texts = [self.about["weights"], self.about["network"], folder or "", *self.layers]
            counts = [count for row in self.layers.values() for count in (row.number, row.channels, row.first_bin)]
            names = [name for (name,) in self.query("SELECT name FROM images")]
            if not all(isinstance(text, str) for text in [*texts, *names]) or not all(_counts(counts)):
                raise ValueError("its tables hold values of another kind")
            if folder is not None and any(map(_outside, names)):
                raise ValueError("it names a picture outside its folder")

    def query(self, words: str, *values: Any) -> list[tuple[Any, ...]]:
        """Returns the rows of an SQL query."""
        place = f"{(self.folder / INDEX).absolute().as_uri()}?immutable=1"
        with self.reading(), closing(sqlite3.connect(place, uri=True)) as index:
            return index.execute(words, values).fetchall()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Says in one sentence that the files are damaged, where what they hold cannot be made sense of meanwhile."""
        try:
            yield
        except DeepvisError:
            raise
        except (sqlite3.Error, ValueError, TypeError, LookupError, ArithmeticError) as error:
            raise DeepvisError(f'The atlas in "{self.folder}" is damaged ({error}); build it again.') from error

    @cached_property
    def layers(self) -> dict[str, LayerRow]:
        """The layers by name, in order of execution."""
        rows = self.query("SELECT id, name, channels, height, width, first_bin FROM layers ORDER BY id")
        return {row[1]: LayerRow(*row) for row in rows}

    @cached_property
    def aliases(self) -> dict[str, tuple[str, int]]:
        """Layers whose units are those of a layer that is here, and the channel of their first one there."""
        return {name: (layer, first) for name, layer, first in self.query("SELECT name, layer, first FROM stand_ins")}

    @cached_property
    def edges(self) -> np.ndarray:
        """All edges of the histograms."""
        return np.array([value for (value,) in self.query("SELECT value FROM edges ORDER BY bin")])

    def array(self, layer: int, name: str) -> np.ndarray:
        """Returns one of a layer's arrays."""
        found = self.query("SELECT dtype, shape, data FROM arrays WHERE layer = ? AND name = ?", layer, name)
        with self.reading():
            ((dtype, shape, data),) = found
            return np.frombuffer(data, dtype).reshape(json.loads(shape))

    def tile(self, offset: int, length: int) -> bytes:
        """Returns an encoded picture."""
        with (self.folder / TILES).open("rb") as file:
            file.seek(offset)
            content = file.read(length)
        if len(content) != length:
            raise DeepvisError(f'The atlas in "{self.folder}" is damaged (pictures are missing); build it again.')
        return content


def _counts(values: Iterable[Any]) -> Iterator[bool]:
    return (isinstance(value, int) and value >= 0 for value in values)


def _outside(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts

"""The part of every public widget that says how it is made again."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count, takewhile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import traitlets
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.whole_file import write_whole
from .code import code_of
from .networks import class_said
from .packing import packed
from .recipe import Explanation, Pictured, Recipe
from .text import variable_of

LEFT_OUT = inspect.Parameter.empty  # the value of an argument that was not given
NAMELESS = ("network", "networks", "picture", "video")  # arguments that nobody names where they come first
PICTURES = ("picture", "pictures", "scenes", "video")  # arguments that are pictures, or lists of them


class Remade(traitlets.HasTraits):
    """A widget that can be made again from the arguments named in `ARGUMENTS` and the traits in `SETTINGS`, which are
    set after it was made, in this order. Values that it would have anyway are left out, but for those in
    `STARTED`: it sets these itself when it is made.

    Subclasses override `argument` where an argument is no attribute of the same name, `settings` where it depends on
    more which traits are set, and `explanations`. No file sets anything but what is named there.
    """

    ARGUMENTS: ClassVar[tuple[str, ...]] = ()
    SETTINGS: ClassVar[tuple[str, ...]] = ()
    STARTED: ClassVar[tuple[str, ...]] = ()

    # --- for subclasses ---

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        value = getattr(self, "image" if name == "picture" else name)
        return class_said(self.network, value) if name == "target" and hasattr(self, "network") else value

    def settings(self) -> Iterator[tuple[str, Any]]:
        """The traits to be set, one after the other."""
        for name in self.SETTINGS:
            value = getattr(self, name)
            if name in self.STARTED or not _same(value, self.trait_defaults(name)):
                yield name, value

    def explanations(self) -> Sequence[Explanation]:
        """What explains in lines of code what is on screen."""
        return ()

    # --- common ---

    def recipe(self) -> Recipe:
        """What the widget as it is now is made again from."""
        arguments = {}
        for name in self.ARGUMENTS:
            value = self.argument(name)
            if value is not LEFT_OUT and (name in self.STARTED or not self._is_usual(name, value)):
                arguments[name] = as_pictures(value) if name in PICTURES else value
        pairs = zip(arguments, list(inspect.signature(type(self)).parameters), strict=False)
        leading = takewhile(lambda pair: pair[0] == pair[1] and pair[0] in NAMELESS, pairs)
        given = type(self).__name__, arguments, list(self.settings()), self.explanations()
        return Recipe(*given, leading=[name for name, _ in leading])

    def _is_usual(self, name: str, value: Any) -> bool:
        """Whether an argument that is left out has this value: None stands for what a trait begins with."""
        parameter = inspect.signature(type(self).__init__).parameters.get(name)
        if parameter is not None and (parameter.default is not None or value is None):
            return _same(value, parameter.default)
        return self.has_trait(name) and _same(value, self.trait_defaults(name))

    def code(self) -> str:
        """Returns the lines of code that give what is on screen: explanations by `dv.explain` and its like, and the
        widget as it stands, ready to paste.

        What only you have, a network made in the notebook for one, is a variable that a comment names.
        """
        return code_of(self.recipe())

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes a session, from which `dv.open` makes the widget again as it stands, and returns its path.

        It holds the state, the names of networks, and pictures: by their path where they have one. Raises DeepvisError
        where the file cannot be written.
        """
        file = Path(path).expanduser()
        if file.suffix != ".json":
            raise DeepvisError(f'A session is not saved as "{file.name}"; accepted are names that end in .json.')
        write_whole(file, json.dumps(packed(self.recipe()), ensure_ascii=False, indent=1))
        return file

    def save_beside(self) -> str:
        """Saves a session in the working folder, that of the notebook, and returns a sentence that says where."""
        name = variable_of(type(self).__name__)
        numbered = (Path(f"{name}{number}.json") for number in chain([""], (f"-{n}" for n in count(2))))
        try:
            file = self.save(next(path for path in numbered if not path.exists()))
        except DeepvisError as error:
            return str(error)
        return f'Saved as {file.absolute()}; dv.open("{file}") opens it.'


def as_pictures(value: Any) -> Any:
    """Returns pictures, or lists and mappings of them, as parts of a recipe; a folder or a film is a path already."""
    if isinstance(value, list | tuple):
        return [as_pictures(item) for item in value]
    if isinstance(value, Mapping):
        return {name: as_pictures(item) for name, item in value.items()}
    return None if value is None else Pictured(value)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal, also arrays, and in lists."""
    if isinstance(one, np.ndarray | Tensor) or isinstance(other, np.ndarray | Tensor):
        return one is other or (np.shape(one) == np.shape(other) and bool(np.all(np.asarray(one) == np.asarray(other))))
    return bool(one == other)

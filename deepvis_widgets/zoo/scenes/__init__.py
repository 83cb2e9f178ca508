"""Scenes drawn by a program: one object of a known class on a known background, with its exact mask."""

from .catalog import BACKGROUNDS, CLASSES, Scene, scene
from .ready import READY, ready_scenes

__all__ = ["BACKGROUNDS", "CLASSES", "READY", "Scene", "ready_scenes", "scene"]

"""The keys of the Explorer, as the toolbox had them: one table for the keyboard, the help and the tests."""

from __future__ import annotations

# key (as KeyboardEvent.key), command, what the help says, group
# the browser does unit-move-*, occlude, find-layer, full-screen
_TABLE = (
    ("ArrowLeft", "unit-move-left", "unit to the left", "Units"),
    ("j", "unit-move-left", "unit to the left", "Units"),
    ("ArrowRight", "unit-move-right", "unit to the right", "Units"),
    ("l", "unit-move-right", "unit to the right", "Units"),
    ("ArrowUp", "unit-move-up", "unit above", "Units"),
    ("i", "unit-move-up", "unit above", "Units"),
    ("ArrowDown", "unit-move-down", "unit below", "Units"),
    ("k", "unit-move-down", "unit below", "Units"),
    ("Shift+ArrowLeft", "unit-move-left-3", "three units to the left", "Units"),
    ("Shift+J", "unit-move-left-3", "three units to the left", "Units"),
    ("Shift+ArrowRight", "unit-move-right-3", "three units to the right", "Units"),
    ("Shift+L", "unit-move-right-3", "three units to the right", "Units"),
    ("Shift+ArrowUp", "unit-move-up-3", "three rows up", "Units"),
    ("Shift+I", "unit-move-up-3", "three rows up", "Units"),
    ("Shift+ArrowDown", "unit-move-down-3", "three rows down", "Units"),
    ("Shift+K", "unit-move-down-3", "three rows down", "Units"),
    ("x", "switch", "switch the unit off, and everything follows; again: on", "Units"),
    ("Shift+X", "switch-on", "switch all units on again", "Units"),
    ("y", "why", "why: what the units below add (or double click)", "Units"),
    ("u", "layer-previous", "previous layer", "Layers"),
    ("o", "layer-next", "next layer", "Layers"),
    ("e", "picture-previous", "previous picture", "Pictures"),
    ("w", "picture-next", "next picture", "Pictures"),
    ("p", "occlude", "cover the strongest part; then arrows, + and −, Esc", "Pictures"),
    ("c", "camera", "camera on or off", "Pictures"),
    ("f", "camera-freeze", "freeze or unfreeze the camera", "Pictures"),
    ("/", "find-layer", "find a layer by its name", "Layers"),
    ("Shift+F", "full-screen", "full screen, and back", "Panes"),
    ("z", "zoom", "zoom: grid, unit, backward view", "Panes"),
    ("s", "pattern", "tiles show what each unit wants to see, or its activation", "Panes"),
    ("a", "difference", "tiles show activations, or derivatives of the selected unit", "Panes"),
    ("8", "probabilities", "show or hide the class probabilities", "Panes"),
    ("9", "unit-pictures", "draw or hide the unit's pictures", "Panes"),
    ("d", "freeze", "freeze the backward unit while you browse others", "Backward"),
    ("n", "backward", "backward mode: off, gradient, deconvnet, guided", "Backward"),
    ("m", "backward-view", "backward view: raw, grey, norm, blurred norm", "Backward"),
    ("t", "gamma", "gamma .5, .3, 1, .7", "Contrast"),
    ("Shift+T", "boost", "boost 0, .3, .5, .8, 1", "Contrast"),
    ("h", "help", "this help", "Help"),
    ("Escape", "reset", "close the help; reset zoom, mode and contrast", "Help"),
)

KEYS = [{"key": key, "command": command, "help": text, "group": group} for key, command, text, group in _TABLE]

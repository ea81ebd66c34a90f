"""How often Python looks for objects that are held by nothing but each other.

Nearly all that a command makes is freed without that. By default the search runs after every 700
new objects, and goes through all that a round holds again and again: a twentieth of the time of a
collection, and a tenth where it knows all files.
"""

from __future__ import annotations

import gc

_NEW_OBJECTS = 50_000
_YOUNG, _OLD = 20, 50
"""Searches among the new ones before the next one among the older, and the oldest."""


def look_seldom() -> None:
    """Let this process look after 50,000 new objects; a program of its own decides for itself."""
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _OLD)

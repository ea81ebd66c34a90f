"""Imports that wait until they are asked for, since start-up counts, and those of extras."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


def lazy(package: str, homes: Mapping[str, Iterable[str]]) -> Callable[[str], object]:
    """The ``__getattr__`` of a package (PEP 562); ``homes`` are modules with their names."""
    home_of = {name: home for home, names in homes.items() for name in names}

    def get(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home_of[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return get


@contextmanager
def importing(*packages: str, otherwise: str) -> Iterator[None]:
    """Import what needs packages of an extra.

    Raises:
        XlsyncError: saying what is to be done ``otherwise``, where one of them is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in packages:
            raise
        raise XlsyncError(otherwise) from None

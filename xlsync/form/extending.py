"""A form file that builds on another: what it says itself, and what it takes over.

``extends = "NAME"`` takes over the file NAME of the same folder, or of the installed forms.
Tables are joined key by key; anything else, lists too, takes the place of what was there.
``drop = ["trees.old"]`` first takes such tables or keys out of what is taken over, and
``drop = ["rules.M006"]`` the items of that code out of a list; ``[[add.rules]]`` adds to a list.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlsync.base.errors import FormError

if TYPE_CHECKING:
    from collections.abc import Sequence

Tables = dict[str, Any]

MAX_BYTES = 4 * 1024 * 1024
"""No form file comes near; a larger one is something else."""

EXTENDS = "extends"
DROP = "drop"
ADD = "add"
OWN = "about"
"""What one form alone is; nobody takes it over."""

_PACKAGE = Path(__file__).resolve().parent.parent


def data_folder(name: str) -> Path:
    """Where data is shipped: inside the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


@dataclass(frozen=True, slots=True)
class FormSource:
    """The tables of a file with what it takes over, and which file says what.

    ``files`` are the file itself and those that it builds on, nearest first.
    """

    tables: Tables
    files: list[tuple[Path, Tables]]

    def path_of(self, keys: Sequence[str | int]) -> Path:
        """The file that says what stands at some keys; the first one where none does."""
        return next((path for path, own in self.files if _has(own, keys)), self.files[0][0])


def read_toml(path: Path) -> FormSource:
    """Read a file and everything that it builds on.

    Raises:
        FormError: naming file and key where one of them cannot be read or joined.
    """
    return _read(path, ())


def find(folder: Path, name: str) -> list[Path]:
    """Where a form file of that name may lie: in a folder of the user's, or installed."""
    places = (folder / name, data_folder(folder.name) / name)
    return [place for place in dict.fromkeys(places) if place.is_file()]


def _read(path: Path, before: tuple[Path, ...]) -> FormSource:
    own = _own_tables(path)
    name, drop, added = own.pop(EXTENDS, None), own.pop(DROP, []), own.pop(ADD, {})
    if not isinstance(drop, list) or not all(isinstance(key, str) for key in drop):
        raise FormError([f'{path}: {DROP}: must be a list of keys such as "trees.old"'])
    if not isinstance(added, dict) or not all(isinstance(one, list) for one in added.values()):
        raise FormError([f"{path}: {ADD}: must hold lists such as [[add.rules]]"])
    if name is None:
        for key, given in ((DROP, drop), (ADD, added)):
            if given:
                raise FormError([f"{path}: {key}: there is nothing to {key} without {EXTENDS}"])
        return FormSource(own, [(path, own)])
    if not isinstance(name, str):
        raise FormError([f"{path}: {EXTENDS}: must be the name of a form"])
    bases = [one for one in find(path.parent, f"{name}.toml") if one.resolve() != path.resolve()]
    if not bases:
        raise FormError([f"{path}: {EXTENDS}: there is no {name}.toml beside it or installed"])
    if bases[0] in before:
        raise FormError([f"{path}: {EXTENDS}: {name!r} extends itself"])
    base = _read(bases[0], (*before, path))
    tables = {key: value for key, value in base.tables.items() if key != OWN}
    for key in drop:
        tables = _without(tables, key.split("."), f"{path}: {DROP}: {key!r} is not in {name!r}")
    own = _added(tables, own, added, path)
    return FormSource(_joined(tables, own), [(path, own), *base.files])


def _own_tables(path: Path) -> Tables:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FormError([f"{path}: larger than {MAX_BYTES} bytes, this is no form file"])
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FormError([f"{path}: cannot read: {error.strerror or error}"]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FormError([f"{path}: not valid TOML: {error}"]) from None


def _joined(base: Tables, own: Tables) -> Tables:
    joined = dict(base)
    for key, value in own.items():
        below = joined.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            value = _joined(below, value)  # noqa: PLW2901 - the value that stands there then
        joined[key] = value
    return joined


def _added(base: Tables, own: Tables, added: Tables, path: Path) -> Tables:
    """The file with its lists longer by what it adds to those that it takes over."""
    for key, items in added.items():
        if key in own:
            raise FormError([f"{path}: {ADD}: {key!r} is given anew, so nothing can be added"])
        if not isinstance(base.get(key), list):
            raise FormError([f"{path}: {ADD}: {key!r} is no list of what it extends"])
        own = {**own, key: [*base[key], *items]}
    return own


def _without(tables: Tables, keys: Sequence[str], mistake: str) -> Tables:
    first, *rest = keys
    if rest and isinstance(items := tables.get(first), list):
        code = ".".join(rest)
        kept = [one for one in items if one.get("code") != code]
        if len(kept) == len(items):
            raise FormError([mistake])
        return {**tables, first: kept}
    if first not in tables or (rest and not isinstance(tables[first], dict)):
        raise FormError([mistake])
    left = {key: value for key, value in tables.items() if key != first}
    if rest:
        inner = _without(tables[first], rest, mistake)
        return {key: inner if key == first else value for key, value in tables.items()}
    return left


def _has(tables: Any, keys: Sequence[str | int]) -> bool:  # noqa: ANN401 - what TOML holds
    for key in keys:
        try:
            tables = tables[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True

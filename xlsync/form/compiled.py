"""Forms that were checked before: read again in a hundredth of the time that checking takes.

What was checked lies beside Python's own compiled code, or in the user's folder for caches where
that cannot be written. It may be deleted at any time. Nothing of it is believed for being there: a
file is used only when its name is the digest of the form files and of the code that read them, when
it belongs to this user or to the owner of the code, and when its own digest is right; and it may
hold models and plain values only, so that reading it runs nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle  # held to models and plain values, see _Unpickler
import sys
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlsync.base.errors import XlsyncError
from xlsync.base.files import new_file
from xlsync.base.problems import Severity
from xlsync.base.strict import Strict
from xlsync.form.form import Form
from xlsync.form.mapping import Mapping
from xlsync.form.template import Template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.form.library import Library

_SUFFIX = ".form"
_KEPT = 8
"""Files of one form that are kept, the newest: forms change, and folders of forms alternate."""

_CODE = Path(__file__).resolve().parent
_DIGEST = hashlib.sha256().digest_size


def content_key(folders: Iterable[Path]) -> str:
    """A digest of all form files in some folders, of the code that reads them, and of Python."""
    made = hashlib.sha256(sys.version.encode())
    for path in sorted([*_CODE.rglob("*.py"), *_CODE.parent.glob("base/*.py")]):
        status = path.stat()
        made.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode(errors="replace"))
    for folder in folders:
        for path in sorted(folder.rglob("*.toml")):
            data = path.read_bytes()
            made.update(f"{path}\0{len(data)}\0".encode(errors="replace") + data)
    return made.hexdigest()


def load_form(template: Path, mapping: Path, key: str) -> Form:
    """A form from its two files, or as it was kept under their key.

    Raises:
        FormError: naming file, table and key of what is wrong in or between them.
    """
    name = f"{mapping.stem}-{key}{_SUFFIX}"
    for folder in _folders():
        kept = _kept(folder / name)
        if kept is not None:
            return Form(*kept, template, mapping)
    form = Form.load(template, mapping)
    _keep(name, (form.template, form.mapping, form.libraries))
    return form


def _folders() -> Iterator[Path]:
    if not sys.dont_write_bytecode:
        yield Path(cache_from_source(str(Path(__file__).resolve()))).parent
    given = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):  # no home
        yield (Path(given) if given else Path.home() / ".cache") / "xlsync"


def _kept(path: Path) -> tuple[Template, Mapping, dict[str, Library]] | None:
    """What a file holds; None where there is none, or it is not to be believed."""
    try:
        if os.name != "nt" and path.stat().st_uid not in {os.getuid(), _CODE.stat().st_uid}:
            return None
        data = path.read_bytes()
        if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
            return None
        template, mapping, libraries = _Unpickler(io.BytesIO(data[_DIGEST:])).load()
    except (OSError, ValueError, TypeError, EOFError, AttributeError, pickle.UnpicklingError):
        return None
    is_whole = isinstance(template, Template) and isinstance(mapping, Mapping)
    return (template, mapping, libraries) if is_whole and isinstance(libraries, dict) else None


def _keep(name: str, what: tuple[object, ...]) -> None:
    """Write a file into the first folder that takes it; where none does, all goes on without."""
    data = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with new_file(folder / name) as file:
                file.write(hashlib.sha256(data).digest() + data)
            _forget(folder, name)
        except (OSError, XlsyncError):
            continue
        return


def _forget(folder: Path, name: str) -> None:
    form_id = name.rpartition("-")[0]
    same = [one for one in folder.glob(f"{form_id}-*{_SUFFIX}") if len(one.name) == len(name)]
    for path in sorted(same, key=lambda one: one.stat().st_mtime_ns, reverse=True)[_KEPT:]:
        path.unlink(missing_ok=True)


class _Unpickler(pickle.Unpickler):
    """Knows the models of form files and the severity of rules, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - Python's own signature
        """A class that a file names; UnpicklingError for any other thing."""
        if module == Severity.__module__ and name == Severity.__name__:
            return Severity
        is_ours = module.startswith("xlsync.form.") and module in sys.modules
        known = vars(sys.modules[module]).get(name) if is_ours else None
        if isinstance(known, type) and issubclass(known, Strict):
            return known
        raise pickle.UnpicklingError(f"{module}.{name}")

"""Forms as bytes, for work elsewhere: no process there needs the files that they came from."""

from __future__ import annotations

import hashlib
import pickle  # of what this program packed itself; who sends tasks could send any code as well
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.form.form import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class PackedForms:
    """Some forms: the digest by which a process knows that it has them, and their bytes."""

    digest: str
    data: bytes = field(repr=False, compare=False)

    @classmethod
    def of(cls, forms: Iterable[Form]) -> PackedForms:
        """Pack forms, whatever files they came from."""
        parts = []
        for one in forms:
            paths = str(one.template_path), str(one.mapping_path)
            parts.append((one.template, one.mapping, one.libraries, paths))
        data = pickle.dumps(parts, pickle.HIGHEST_PROTOCOL)
        return cls(hashlib.sha256(data).hexdigest(), data)

    def forms(self) -> Mapping[str, Form]:
        """The forms by id; a process unpacks the same ones once.

        Raises:
            XlsyncError: when the bytes are not those that were packed.
        """
        return _unpacked(self)


@lru_cache(maxsize=4)
def _unpacked(packed: PackedForms) -> dict[str, Form]:
    if hashlib.sha256(packed.data).hexdigest() != packed.digest:
        raise XlsyncError("the forms did not arrive as they were sent")
    parts = pickle.loads(packed.data)  # noqa: S301 - see above
    return {
        mapping.form: Form(template, mapping, libraries, *map(Path, paths))
        for template, mapping, libraries, paths in parts
    }

"""What a dataset says of itself: one file for the folder, one for each round with its parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xlsync.base.errors import XlsyncError
from xlsync.base.files import write_file
from xlsync.report.export.dataset import MARKER

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
ROUND_FILE = "_round.json"

_MAX_BYTES = 256 * 1024 * 1024
"""Of the file of a round; it has some 400 bytes for each unit."""

_ENCODED = {"%": "%25", "/": "%2F", "=": "%3D"}
"""What would not be part of a value in the name of a folder, as other programs read it."""

Document = TypeVar("Document", bound=BaseModel)


class DatasetMarker(BaseModel):
    """That a folder is a dataset, and in which format it is written."""

    model_config = ConfigDict(frozen=True)

    format: int


class DatasetPart(BaseModel):
    """The projects of one unit in one round: a file, where the unit stands, what it was made of.

    ``source`` is the digest of the records, ``forms`` has that of each form's plan.
    """

    model_config = ConfigDict(frozen=True)

    file: str = Field(pattern=r"^unit=[^/\\]+/[0-9a-f]{16}\.parquet$")
    units: list[str] = Field(min_length=1)
    projects: int = Field(ge=1)
    bytes: int = Field(ge=1)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    source: str
    forms: dict[str, str]

    @property
    def folder(self) -> str:
        """The folder of the unit."""
        return self.file.partition("/")[0]


class DatasetRound(BaseModel):
    """The parts of a round that count, and the commit that they were made from."""

    model_config = ConfigDict(frozen=True)

    round: str
    commit: str
    disputed: int
    cancelled: int
    parts: list[DatasetPart]


def folder_of(key: str, value: str) -> str:
    """The name of the folder that holds what has this value."""
    return f"{key}={''.join(_ENCODED.get(one, one) for one in value)}"


def round_folder(dataset: Path, round_name: str) -> Path:
    """Where a round stands in a dataset."""
    return dataset / folder_of("round", round_name)


def is_dataset(path: Path) -> bool:
    """Whether a folder says that it is a dataset."""
    return (path / MARKER).is_file()


def check_format(path: Path) -> None:
    """Make sure that a folder is a dataset as this version of xlsync writes it.

    Raises:
        XlsyncError: when it is none, or another version wrote it.
    """
    if not is_dataset(path):
        raise XlsyncError(
            f"{path}: is no dataset of xlsync; make one with "
            "`xlsync export ROUND -o NAME.dataset`, and name its folder"
        )
    found = _read(path / MARKER, DatasetMarker)
    if found.format != FORMAT:
        raise XlsyncError(
            f"{path}: was written by another version of xlsync (format {found.format}); "
            "export it anew into another folder"
        )


def rounds_of(dataset: Path) -> list[DatasetRound]:
    """Every round that a dataset holds.

    Raises:
        XlsyncError: when what it says of itself cannot be read.
    """
    return [_read(path, DatasetRound) for path in sorted(dataset.glob(f"round=*/{ROUND_FILE}"))]


def round_of(dataset: Path, round_name: str) -> DatasetRound | None:
    """What a dataset says of a round; None where it does not hold it.

    Raises:
        XlsyncError: when that cannot be read.
    """
    path = round_folder(dataset, round_name) / ROUND_FILE
    return _read(path, DatasetRound) if path.exists() else None


def write_document(path: Path, document: BaseModel) -> None:
    """Put a document in place of the former one, whole or not at all.

    Raises:
        XlsyncError: when it cannot be written.
    """
    write_file(path, document.model_dump_json(indent=1).encode() + b"\n")


def _read(path: Path, kind: type[Document]) -> Document:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise XlsyncError(f"{path}: is larger than such a file can be; export the round anew")
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as error:
        where = re.sub(r"\W+", ".", str(error.errors()[0]["loc"])).strip(".") or "JSON"
        raise XlsyncError(
            f"{path}: is not as xlsync writes it ({where}); "
            "remove its folder and export the round anew"
        ) from None
    except OSError as error:
        raise XlsyncError(f"{path}: cannot read: {error.strerror}") from None

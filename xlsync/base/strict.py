"""The base of every model that is read from a TOML file: frozen, and strict about its keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A model without unknown keys, silent conversions or later changes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

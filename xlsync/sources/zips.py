"""What a reader of any zip archive has to know: its flags, and how a damaged one shows itself."""

from __future__ import annotations

import struct
import zipfile
import zlib

ENCRYPTED = 0x1
UTF8 = 0x800
"""Flags of a member (APPNOTE 4.4.4)."""

ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""Everything that zipfile was seen to raise over damaged archives."""

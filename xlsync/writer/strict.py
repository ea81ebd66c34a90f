"""XlsxWriter without its mercy: what it only warns of, or says by a number, is an error here."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xlsync.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Iterator


def done(code: object, what: str) -> None:
    """Check the return code of an XlsxWriter call.

    Raises:
        XlsyncError: when XlsxWriter did not do what was asked.
    """
    if isinstance(code, int) and code != 0:
        raise XlsyncError(f"{what}: the spreadsheet cannot hold it (code {code})")


@contextmanager
def warnings_are_errors() -> Iterator[None]:
    """Turn the warnings of XlsxWriter into errors.

    Raises:
        XlsyncError: with the text of the warning.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            yield
        except UserWarning as warning:
            raise XlsyncError(str(warning)) from None

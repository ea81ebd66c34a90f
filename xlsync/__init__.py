"""Official performance-goal forms as Excel workbooks, canonical JSON and history.

What a program needs stands here, see :mod:`xlsync.api`; each name is imported when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.lazy import lazy

if TYPE_CHECKING:
    from xlsync.api import (
        FormError,
        Problem,
        Severity,
        UsageError,
        XlsyncError,
        collect,
        compare,
        distribute,
        export,
        forms,
        generate,
        init,
        log,
        read,
        show,
        status,
    )
    from xlsync.form import Form
    from xlsync.repository import Repository

__version__ = "0.7.0"

__all__ = [
    "Form",
    "FormError",
    "Problem",
    "Repository",
    "Severity",
    "UsageError",
    "XlsyncError",
    "collect",
    "compare",
    "distribute",
    "export",
    "forms",
    "generate",
    "init",
    "log",
    "read",
    "show",
    "status",
]

_ELSEWHERE = {"xlsync.form": ["Form"], "xlsync.repository": ["Repository"]}

__getattr__ = lazy(__name__, {"xlsync.api": {*__all__} - {"Form", "Repository"}, **_ELSEWHERE})


def __dir__() -> list[str]:
    """What is here, imported or not."""
    return sorted({*globals(), *__all__})

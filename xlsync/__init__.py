"""Official performance-goal forms as Excel workbooks, canonical JSON and history.

What a program needs stands here, see :mod:`xlsync.api`; each name is imported when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

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

__version__ = "0.1.0"

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

_ELSEWHERE = {"Form": "xlsync.form", "Repository": "xlsync.repository"}


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ELSEWHERE.get(name, "xlsync.api")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """What is here, imported or not."""
    return sorted({*globals(), *__all__})

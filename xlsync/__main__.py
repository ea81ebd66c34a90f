"""``xlsync`` and ``python -m xlsync``: the command line, and how it ends while it is loading."""

from __future__ import annotations

import os
import signal
import sys

from xlsync.base.garbage import look_seldom

_INTERRUPTED = 130


def _end(_number: int, _frame: object) -> None:
    # Nothing was begun. An exception would be met by whatever is being imported, and nothing
    # can be imported here, so that the line stands here in both languages.
    line = "xlsync: interrupted" if os.environ.get("XLSYNC_LANG") == "en" else "xlsync：已中断"
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
    os._exit(_INTERRUPTED)


def main() -> None:
    """Load the command line and run it; Ctrl-C ends it in one line from the first moment on."""
    former = signal.signal(signal.SIGINT, _end)
    look_seldom()
    from xlsync.cli import main as run  # noqa: PLC0415 - loading takes longest, and may be ended

    signal.signal(signal.SIGINT, former)
    run()


if __name__ == "__main__":
    main()

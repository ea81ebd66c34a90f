"""The one exception of this package: the file, or a part of it, cannot be read.

It carries the message for the person who sent the file and never leaves the package:
:func:`xlsync.sources.xlsx.reading.read` turns it into a problem.
"""


class UnreadableError(Exception):
    """Why a file cannot be read, in Chinese, with the code of the problem it becomes."""

    def __init__(self, message: str, code: str = "X001") -> None:
        """Keep the message (what is wrong and what to do) and the code (see CORE_CODES)."""
        super().__init__(message)
        self.code = code


def damaged(what: str) -> UnreadableError:
    """Return the error for a damaged file: what is wrong in it, and what to do."""
    return UnreadableError(
        f"文件已损坏：{what}。"
        "请在 WPS 或 Excel 中打开原文件检查并另存，或向报送人重新索取后再读取。"
    )

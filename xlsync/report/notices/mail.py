"""A notice as a mail that was not sent yet: a file that mail programs open as a draft.

``X-Unsent: 1`` is what Outlook writes and reads for that; others open the file to be forwarded
or edited as new. Nothing is sent from here, and no clock stands in the file.
"""

from __future__ import annotations

import hashlib
import re
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from xlsync.report.notices.notice_text import mail_text, subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.rounds.state.notices import Notice

_TYPES = {
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "zip": ("application", "zip"),
}
_ADDRESS = re.compile(r"[^\s@,;，；、<>\"]+@[^\s@,;，；、<>\"]+")
_LONGEST_HEADER = 900
"""RFC 5322, 2.1.1: no line over 998 characters."""


def mail_draft(
    notice: Notice, attachments: Sequence[tuple[str, bytes]] = (), sender: str | None = None
) -> bytes:
    """The draft of a mail (.eml); the same notice and attachments give the same bytes.

    Args:
        notice: what is told; a unit without an address gets a draft without a recipient.
        attachments: name and bytes of each.
        sender: how the text is signed.
    """
    message = EmailMessage(policy=SMTP.clone(max_line_length=78))
    message["Subject"] = subject(notice)[:_LONGEST_HEADER]
    if addresses := _ADDRESS.findall(notice.unit.mail):
        message["To"] = ", ".join(addresses)
    message["X-Unsent"] = "1"
    text = mail_text(notice, sender)
    message.set_content(text, charset="utf-8", cte="base64")
    for name, data in attachments:
        kind = _TYPES.get(name.rpartition(".")[2].lower(), ("application", "octet-stream"))
        message.add_attachment(data, *kind, filename=name)
    if attachments:
        digest = hashlib.sha256(text.encode())
        for _, data in attachments:
            digest.update(data)
        message.set_boundary(f"=_{digest.hexdigest()[:32]}")
    return message.as_bytes()

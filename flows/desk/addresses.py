"""What staff type at a booking: the session's URL, an e-mail address. Neither is ever said again in full."""

from __future__ import annotations

from urllib.parse import urlsplit

from flows.text import Text

LONGEST_URL = 1000
NO_URL = Text("This is no address of a session. Please paste the whole URL, which begins with https://.")
NOT_HTTPS = Text("The URL must begin with https://. Please paste it again from {product}.")


def session_url(typed: str) -> str | Text:
    """The URL of a session (第3条), or why it is none."""
    try:
        parts = urlsplit(typed)
        _ = parts.port  # ValueError where it is no number
    except ValueError:
        return NO_URL
    plain = typed.isascii() and typed.isprintable() and not set(typed) & set(' <>"\\')
    if not plain or len(typed) > LONGEST_URL or "." not in (parts.hostname or "") or "@" in parts.netloc:
        return NO_URL
    return typed if parts.scheme == "https" else NOT_HTTPS

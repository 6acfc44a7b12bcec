"""What could not be sent, by chat or by mail: the one error of all channels."""

from __future__ import annotations


class Undeliverable(Exception):
    """A letter did not leave; `permanent`: it never will, to this address. `code`: what staff and logs may see."""

    def __init__(self, *, permanent: bool, code: str) -> None:
        super().__init__(f"The letter was not delivered ({code}).")
        self.permanent, self.code = permanent, code

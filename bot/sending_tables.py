"""What workers of one bot tell each other of what they send: rows of a moment, each gone when it counts no more."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from bot.columns import big_integer


class SenderRow(SQLModel, table=True):
    """A worker that sends: its share of what the bot may send in a second, for as long as it says so."""

    __tablename__ = "sender"

    owner: str = Field(primary_key=True)
    share: int
    wanting: bool  # more than it has
    lease_until: float  # seconds since the epoch


class SpokenRow(SQLModel, table=True):
    """A chat to which something was sent of late: when, as far as it counts (JSON, seconds since the epoch)."""

    __tablename__ = "spoken"

    chat_id: int = big_integer(primary_key=True)
    sent: str
    until: float  # from then on none of it counts

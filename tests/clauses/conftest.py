"""The clauses are shown on SQLite alone: that both engines do the same is proven elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.counters import Office
from tests.databases import new_file
from tests.desk import OpenDesk, open_desk


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return new_file(tmp_path / "madoguchi.db")


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    """The staff's desk on the office's database."""
    async with open_desk(database_url, tmp_path) as opened:
        yield opened

"""Other offices than Kawagoe, for conversations: its folder with one setting or some words of its terms changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from flows.office import KAWAGOE

TERMS = "terms-2023-07-14.txt"


def office_with_setting(folder: Path, office: Mapping[str, str], line: str) -> Path:
    """The office as it is now with another line of office.toml, such as `requests_per_day = 1`."""
    toml, terms = _now(office)
    name = line.partition("=")[0].strip()
    changed, found = re.subn(rf"^{re.escape(name)} = .*$", lambda _: line, toml, flags=re.MULTILINE)
    assert found == 1, f"office.toml has {found} settings {name}"
    return _written(folder, changed, terms)


def office_with_terms(folder: Path, office: Mapping[str, str], change: str, version: str) -> Path:
    """The office as it is now with `old → new` in the text of its terms, which become a new version."""
    toml, terms = _now(office)
    old, _, new = change.partition(" → ")
    assert terms.count(old) == 1, f"the terms say {terms.count(old)} times {old!r}"
    terms = terms.replace(old, new)
    toml = re.sub(r"^version = .*$", f'version = "{version}"', toml, flags=re.MULTILINE)
    digest = sha256(terms.encode()).hexdigest()
    toml = re.sub(r"^sha256 = .*$", f'sha256 = "{digest}"', toml, flags=re.MULTILINE)
    return _written(folder, toml, terms)


def _now(office: Mapping[str, str]) -> tuple[str, str]:
    folder = Path(office.get("MADOGUCHI_OFFICE", KAWAGOE))
    return (folder / "office.toml").read_text("utf-8"), (folder / TERMS).read_bytes().decode()


def _written(folder: Path, toml: str, terms: str) -> Path:
    office = folder / f"office-{sha256((toml + terms).encode()).hexdigest()[:8]}"
    office.mkdir(exist_ok=True)
    (office / "office.toml").write_text(toml, "utf-8")
    (office / TERMS).write_bytes(terms.encode())
    return office

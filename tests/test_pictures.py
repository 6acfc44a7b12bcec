"""README's pictures are the machines: whoever changes a dialog or the lifecycle draws them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.pictures import PICTURES, drawn

README = Path(__file__).parent.parent / "README.md"


def test_the_pictures_in_the_readme_are_those_of_the_machines() -> None:
    text = README.read_text("utf-8")
    assert drawn(text) == text


@pytest.mark.parametrize("name", PICTURES)
def test_a_readme_without_a_place_for_a_picture_is_refused(name: str) -> None:
    text = README.read_text("utf-8").replace(f"<!-- {name} -->", "")
    with pytest.raises(LookupError, match=name):
        drawn(text)

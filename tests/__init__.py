"""What is promised, proven on real parts. The harnesses assert, too: pytest explains them as it does in a test."""

from pathlib import Path

import pytest

pytest.register_assert_rewrite(*(f"{__name__}.{file.stem}" for file in Path(__file__).parent.iterdir()))

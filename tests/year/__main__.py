"""A year of an office passes, and every rule has held in it: python -m tests.year [--seed 4] [--days 365]

Which people come and what everybody does is drawn by lot from the seed; a failing one fails again.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import sys
import tempfile
from pathlib import Path
from time import process_time

import structlog

from tests.year.history import A_YEAR, live


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--days", type=int, default=A_YEAR)
    given = parser.parse_args()
    gc.freeze()
    gc.set_threshold(50_000)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        history = asyncio.run(live(Path(folder), given.seed, given.days))
    print(f"--seed {given.seed} --days {given.days}: {history}; {process_time():.0f} s of CPU")  # noqa: T201  # asked for
    if history.breaches:
        sys.exit(f"{len(history.breaches)} breaches:\n" + "\n".join(history.breaches[:40]))


main()

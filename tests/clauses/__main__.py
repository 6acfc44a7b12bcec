"""`python -m tests.clauses`: the table clause → code → test. Exit code 1 and a sentence where one is missing."""

from __future__ import annotations

import sys

import click

from tests.clauses.looking import found_code, gaps, named_tests
from tests.clauses.table import TABLE, Clause

WHO = {"U": "job-seeker", "S": "staff", "B": "bot", "O": "office"}


def main() -> int:
    tests = named_tests(TABLE)
    for clause in TABLE:
        click.echo("\n".join(_row(clause, tests[clause.name])))
    missing = gaps(TABLE, tests)
    for sentence in missing:
        click.echo(sentence)
    count = sum(map(len, tests.values()))
    click.echo(f"{len(TABLE)} clauses, {count} tests, {len(missing)} gaps.")
    return 1 if missing else 0


def _row(clause: Clause, tests: list[str]) -> list[str]:
    code = [f"{name}  ({where})" for name in clause.code if (where := found_code(name).where)]
    return [
        f"{clause.name}  「{clause.words}」  binds: {', '.join(WHO[who] for who in clause.who)}",
        *(f"    code  {line}" for line in code),
        *(f"    test  {line}" for line in tests),
        "",
    ]


if __name__ == "__main__":
    sys.exit(main())

"""The table of clauses has no gap; it knows every article; the terms are quoted to the letter."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from itertools import chain

import pytest

from flows import policy
from tests.clauses.__main__ import main
from tests.clauses.looking import TERMS, gaps, named_after, named_tests
from tests.clauses.table import TABLE, Clause

PUBLIC = [
    function
    for name, function in inspect.getmembers(policy, inspect.isfunction)
    if function.__module__ == policy.__name__ and not name.startswith("_")
]
NOWHERE = Clause("4(2)b iii", "翌々営業日中に", "S", ("flows.policy.nothing", "flows.clock.ends_at"))


@pytest.mark.parametrize("function", PUBLIC, ids=lambda function: function.__name__)
def test_each_function_quotes_its_clause_to_the_letter(function: Callable[..., object]) -> None:
    written = function.__doc__ or ""
    passages = [passage for quote in re.findall("「([^「」]+)」", written) for passage in quote.split("…")]
    assert re.match(r"第\d+条|前文", written)
    assert passages
    assert [passage for passage in passages if passage not in TERMS] == []


def test_every_clause_has_code_that_cites_it_and_a_test_that_bears_its_name() -> None:
    assert gaps(TABLE, named_tests(TABLE)) == []


def test_every_article_and_every_paragraph_of_the_terms_is_in_the_table() -> None:
    articles = re.split(r"^第 ?(\d+) ?条（", TERMS, flags=re.MULTILINE)
    for article, text in zip(articles[1::2], articles[2::2], strict=True):
        paragraphs = re.findall(r"^[(（](\d)[)）]", text, re.MULTILINE)
        named = [clause.name for clause in TABLE if re.match(rf"{article}\b", clause.name)]
        assert named
        if article != "7":  # one row: nothing in it can be kept by software apart from the rest
            assert set(paragraphs) == set(re.findall(r"\((\d)\)", "".join(named)))


def test_no_two_clauses_share_the_name_of_a_test() -> None:
    assert len({clause.key for clause in TABLE}) == len(TABLE)
    assert named_after("test_4_2_a_1_the_name", TABLE) == next(c for c in TABLE if c.name == "4(2)a ①")
    assert named_after("test_4_2_a_by_phone", TABLE) == next(c for c in TABLE if c.name == "4(2)a")


def test_what_is_missing_is_said_in_a_sentence_each() -> None:
    said = gaps([NOWHERE], {"4(2)b iii": []})
    assert [sentence.partition(" (")[0] for sentence in said] == [
        "4(2)b iii: flows.policy.nothing is named, and there is no such thing.",
        "4(2)b iii: the docstring of flows.clock.ends_at",
        "4(2)b iii: no test is named after it",
        "4(2)b iii: 「翌々営業日中に」 does not stand in the terms.",
    ]


def test_the_command_prints_each_clause_with_its_code_and_its_tests(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    printed = capsys.readouterr().out
    for clause in TABLE:
        assert f"{clause.name}  「{clause.words}」" in printed
    for words in chain.from_iterable(clause.code for clause in TABLE):
        assert f"code  {words}  (" in printed
    assert "test  tests/clauses/test_article_4_1.py::test_4_1_b_" in printed

"""A name as people type it: kept as it is but for what is no part of it."""

from __future__ import annotations

import unicodedata

import pytest

from flows import answers
from flows.answers import NO_NAME


@pytest.mark.parametrize(
    "typed",
    [
        *("川越 太郎", "川越太郎", "山﨑 陽子", "渡邊 健", "𠮷野 家子", "葛\U000e0100城 翔", "林 一", "金 美淑"),
        *(
            "カワゴエ タロウ",
            "Kawagoe Taro",
            "グエン・ティ・ホア",
            "Nguyễn Thị Hoa",
            "Maria da Silva Santos",
            "O'Neill James",
        ),
        *(
            "Anne-Marie",
            "မောင်မောင်",
            "佐々木 〆子",
            "一ノ瀬 ヶ",
            "小川 ー子",
            "O’Neill",
            "リー",
            "あ" * 60,
            "Sammy Davis Jr.",
        ),
    ],
)
def test_a_name_is_kept_as_typed(typed: str) -> None:
    assert answers.full_name(typed) == typed


@pytest.mark.parametrize("typed", [" 佐藤\u3000一郎 ", "佐藤\u3000\t 一郎\u3000\n"])
def test_white_space_in_a_name_becomes_one_space_and_is_trimmed(typed: str) -> None:
    assert answers.full_name(typed) == "佐藤 一郎"


@pytest.mark.parametrize("ending", ["です", "です。", "と申します", "ともうします。", "でございます．", " です", "。"])
def test_a_polite_ending_is_not_part_of_a_name(ending: str) -> None:
    assert answers.full_name(f"川越太郎{ending}") == "川越太郎"


@pytest.mark.parametrize(
    "name", ["\ufa19田 太郎", "\ufa1b田 花子", "\ufa10本 健", "\uf9dc 太郎", "か\u309b子", "e\u0301a"]
)
def test_a_name_keeps_characters_that_normalisation_would_replace(name: str) -> None:
    assert unicodedata.normalize("NFKC", name) != name
    assert answers.full_name(name) == name


def test_a_name_keeps_the_joiners_that_spelling_needs() -> None:
    assert answers.full_name("ශ්\u200dරී ලං\u200cකා") == "ශ්\u200dරී ලං\u200cකා"


def test_bidi_and_other_controls_are_stripped_from_a_name() -> None:
    assert answers.full_name("\ufeff川越\u202e \u200b太郎\u2066\x07") == "川越 太郎"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "\u3000", "12345", "川越太郎１", "090-1234-5678", "/start", "なし", "テスト", "🙂", "👍", "川越<script>"),
        *(
            "川越太郎 https://t.me/x",
            "あ" * 61,
            "A",
            "---",
            "...",
            "川越太郎（代理 花子）",
            "川越太郎/花子",
            "名前",
            "★川越太郎★",
        ),
        *(
            "川越\n太郎",
            "川越\u2028太郎",
            "です",
            "林",
            "ーー",
            "Test",
            "I don't know",
            "ＮＡＭＥ",
            "匿名",
            "Anonymous",
            "わかりません",
        ),
        *("川越、太郎", "taro@example.jp", "川越\\太郎", "{office}", "川越\ud800", "あ\u0301" * 31),
    ],
)
def test_anything_else_is_no_name(typed: str) -> None:
    assert answers.full_name(typed) == NO_NAME


def test_the_longest_name_is_as_long_as_people_are_told() -> None:
    told = NO_NAME.why.values["max"]
    assert answers.full_name("あ" * told) == "あ" * told
    assert answers.full_name("あ" * (told + 1)) == NO_NAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("川越 太郎", "川越太郎"), ("Ｋａｗａｇｏｅ", "kawagoe"), ("\ufa19田", "神田"), ("ｶﾞ", "ガ")),
        *(
            ("グエン・ティ", "グエン ティ"),
            ("か\u309b子", "が子"),
            ("O'Neill", "O’NEILL"),
            ("Anne‑Marie", "anne marie"),
        ),
    ],
)
def test_two_spellings_of_a_name_share_a_match_key(one: str, other: str) -> None:
    assert answers.match_key(one) == answers.match_key(other)

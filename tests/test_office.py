"""office.toml and the text of the terms: what is in them, where it comes from, and what is refused at start."""

import re
from dataclasses import fields
from datetime import date, time, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from flows.office import KAWAGOE, BadSetting, Closure, Office, Terms
from flows.office_file import load_office

TOML = (KAWAGOE / "office.toml").read_text("utf-8")
FILE = KAWAGOE / "terms-2023-07-14.txt"
OFFICE = load_office(KAWAGOE)
NAMES = [field.name for field in fields(Office) if field.name != "terms"]
TERMS_NAMES = ["file", "version", "sha256", "pages"]


def without_space(text: str) -> str:
    return "".join(text.split())


def folder_with(folder: Path, toml: str, terms: bytes = FILE.read_bytes()) -> Path:
    (folder / "office.toml").write_text(toml, "utf-8")
    (folder / FILE.name).write_bytes(terms)
    return folder


def refused(folder: Path, toml: str, terms: bytes = FILE.read_bytes()) -> BadSetting:
    with pytest.raises(BadSetting) as caught:
        load_office(folder_with(folder, toml, terms))
    return caught.value


def changed(name: str, value: str | None) -> str:
    """office.toml with another value for one setting, or (None) without it."""
    line = "" if value is None else f"{name} = {value}"
    toml, found = re.subn(rf"^{name} = .*$", lambda match: line, TOML, flags=re.MULTILINE)
    assert found == 1
    return toml


def test_kawagoe_is_the_office_of_the_terms() -> None:
    assert (OFFICE.key, OFFICE.name, OFFICE.phone) == ("kawagoe", "ハローワーク川越", "049-242-0197")
    assert (OFFICE.opens, OFFICE.closes) == (time(8, 30), time(17, 15))
    assert OFFICE.zone.key == "Asia/Tokyo"


def test_the_numbers_of_article_4_are_those_of_the_text() -> None:
    assert (OFFICE.session_minutes, OFFICE.session_max_minutes, OFFICE.no_contact_minutes) == (30, 45, 10)
    assert OFFICE.windows == ((time(9, 30), time(12)), (time(13), time(16)))
    assert OFFICE.form_url in OFFICE.terms.text
    assert OFFICE.product in OFFICE.terms.text


def test_24_00_is_the_end_of_the_day() -> None:
    assert OFFICE.cutoff == timedelta(days=1)
    assert OFFICE.deadline_applies_to == "application"


def test_the_year_ends_on_29_december_and_begins_after_3_january() -> None:
    assert OFFICE.year_end == ((12, 29), (1, 3))
    assert OFFICE.holidays_known_until == date(2027, 12, 31)


def test_what_the_terms_leave_open_is_settled() -> None:
    assert (OFFICE.horizon_days, OFFICE.counsellors, OFFICE.closures, OFFICE.openings) == (30, ("1",), (), ())
    assert (OFFICE.requests_per_day, OFFICE.requests_per_30_days, OFFICE.bot_cancel_enabled) == (3, 10, True)
    assert (OFFICE.quiet_from, OFFICE.quiet_until) == (time(21), time(8))
    assert (OFFICE.form_kept_hours, OFFICE.contact_days, OFFICE.record_days) == (24, 90, 365)
    assert OFFICE.staff_lists_at == (time(8, 45), time(13), time(16, 15))


@pytest.mark.parametrize("name", [*NAMES, *TERMS_NAMES])
def test_above_each_setting_stands_its_clause_or_source(name: str) -> None:
    [comment] = re.findall(rf"^(#.*)\n{name} = ", TOML, flags=re.MULTILINE)
    assert re.search(r"第\d+条|前文|Source: ", comment)


def test_comments_quote_the_terms_to_the_letter() -> None:
    quotes = re.findall("「([^「」]+)」", "\n".join(line for line in TOML.splitlines() if line.startswith("#")))
    assert len(quotes) > 15
    assert [quote for quote in quotes if quote not in OFFICE.terms.text] == ["国民の祝日について"]


@pytest.mark.parametrize("name", ["phone", "opens", "closes", "counsellors", "cutoff", "contact_days"])
def test_what_the_office_has_not_confirmed_says_so(name: str) -> None:
    [comment] = re.findall(rf"^(#.*)\n{name} = ", TOML, flags=re.MULTILINE)
    assert "he office must confirm" in comment


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_setting_is_named(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, changed(name, None)).setting == name


@pytest.mark.parametrize("name", TERMS_NAMES)
def test_a_missing_entry_of_the_terms_is_named(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, changed(name, None)).setting == f"terms.{name}"


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    problem = refused(tmp_path, f"opening = '9:00'\n{TOML}")
    assert str(problem) == "The setting opening is not known."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", '""'), ("name", '" "'), ("name", "1"), ("phone", '"call us"'), ("phone", '"0492420197"'),
        ("opens", '"24:00"'), ("opens", '"8.30"'), ("opens", "830"), ("opens", '"8:60"'), ("opens", '"25:00"'),
        ("closes", '"8:00"'), ("closes", '"8:30"'), ("cutoff", '"24:01"'), ("cutoff", '"0:00"'),
        ("form_url", '"jsite.mhlw.go.jp"'), ("guide_url", '"http://example.jp"'), ("zone", '"Asia/Kawagoe"'),
        ("zone", '"../zone"'), ("zone", '"Asia"'), ("zone", "9"), ("session_minutes", "0"),
        ("session_minutes", "true"), ("session_minutes", "-30"), ("session_max_minutes", "20"),
        ("horizon_days", '"30"'), ("horizon_days", "-1"), ("horizon_days", "true"), ("windows", "[]"),
        ("windows", '["9:30", "12:00"]'), ("windows", '[["9:30"]]'), ("windows", '[["9:30", "12:00", "13:00"]]'),
        ("windows", '[["9:30", "9:50"]]'), ("windows", '[["9:59", "10:28"]]'),
        ("windows", '[["9:30", "12:00"], ["11:30", "16:00"]]'),
        ("windows", '[["9:30", "12:00"], ["13:00", "13:29"]]'),
        ("windows", '[["13:00", "16:00"], ["9:30", "12:00"]]'), ("counsellors", "[]"), ("counsellors", '["1", "1"]'),
        ("counsellors", '"12"'), ("counsellors", '["1", "a-b"]'),
        ("counsellors", '["abcdefghijklmnopq"]'), ("counsellors", '["1", ""]'),
        ("year_end", "[[12, 29]]"), ("year_end", "[[12, 32], [1, 3]]"), ("year_end", "[[12, 29], [1, 32]]"),
        ("closures", '[{ day = 2026-12-01, reason = { ja = "点検" } }]'),
        ("closures", '[{ day = 2026-12-01, reason = { en = "inspection" } }]'),
        ("closures", '[{ day = 2026-12-01, reason = "点検" }]'),
        ("closures", '[{ day = 2026-12-01, reason = { ja = "点検", en = "" } }]'),
        ("closures", "[{ day = 2026-12-01 }]"), ("closures", "[2026-12-01]"),
        ("closures", '[{ day = 2026-12-01, reason = { ja = "点検", en = "inspection" }, until = 2026-12-02 }]'),
        ("openings", '["2026-12-05"]'), ("openings", "[2026-12-05T00:00:00Z]"), ("deadline_applies_to", '"reply"'),
        ("bot_cancel_enabled", '"no"'), ("no_reply_latest_at", '"17:30"'), ("no_reply_latest_at", '"17:15"'),
        ("quiet_from", '"15:00"'),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    problem = refused(tmp_path, changed(name, value))
    assert problem.setting == name
    assert str(problem).startswith(f"The setting {name} must ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cutoff", '"0:01"'), ("closes", '"8:31"'), ("quiet_from", '"23:59"'), ("session_minutes", "1"),
        ("session_max_minutes", "30"), ("waiting_offers", "0"), ("windows", '[["9:45", "10:15"]]'),
        ("windows", '[["9:30", "12:00"], ["12:00", "16:00"]]'), ("windows", '[["8:00", "20:59"]]'),
        ("counsellors", '["abcdefghijklmnop", "Z9"]'), ("year_end", "[[2, 29], [3, 1]]"),
        ("no_reply_latest_at", '"17:14"'), ("deadline_applies_to", '"confirmation"'),
        ("closures", '[{ day = 2026-12-01, reason = { ja = "点検", en = "inspection", ne = "जाँच" } }]'),
    ],
)  # fmt: skip
def test_what_just_holds_is_taken(tmp_path: Path, name: str, value: str) -> None:
    load_office(folder_with(tmp_path, changed(name, value)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("arrival_asked_at", '"7:59"'), ("terms_changed_at", '"7:59"'), ("remind_readiness_at", '"7:59"'),
        ("remind_day_before_at", '"7:59"'), ("remind_day_before_at", '"21:00"'), ("no_reply_latest_at", '"7:59"'),
        ("lapse_at", '"21:00"'), ("opens", '"7:59"'), ("windows", '[["7:30", "12:00"]]'),
        ("windows", '[["13:00", "21:00"]]'),
    ],
)  # fmt: skip
def test_nothing_is_said_and_nobody_works_in_the_quiet_hours(tmp_path: Path, name: str, value: str) -> None:
    assert str(refused(tmp_path, changed(name, value))) == (
        "The setting quiet_from must leave sessions, opening, lapse and reminders outside the quiet hours."
    )


def test_an_unknown_entry_of_the_terms_is_named(tmp_path: Path) -> None:
    assert str(refused(tmp_path, f"{TOML}title = '規約'\n")) == "The setting terms.title is not known."


def test_the_terms_are_a_table(tmp_path: Path) -> None:
    without = TOML.partition("[terms]")[0]
    assert str(refused(tmp_path, f"{without}terms = '規約'\n")) == "The setting terms must be a table."


def test_a_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    terms = FILE.read_text("utf-8").encode("utf-16")
    problem = refused(tmp_path, changed("sha256", f'"{sha256(terms).hexdigest()}"'), terms)
    assert problem.setting == "terms.file"


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path, "phone: 049-242-0197").setting == "office.toml"


def test_a_folder_without_an_office_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"office\.toml cannot be read"):
        load_office(tmp_path)


def test_a_closure_keeps_its_reason_in_each_language(tmp_path: Path) -> None:
    closure = '[{ day = 2026-12-01, reason = { ja = "庁舎の点検", en = "building inspection" } }]'
    office = load_office(folder_with(tmp_path, changed("closures", closure)))
    assert office.closures == (Closure(date(2026, 12, 1), {"ja": "庁舎の点検", "en": "building inspection"}),)


def test_an_extra_opening_is_a_day(tmp_path: Path) -> None:
    assert load_office(folder_with(tmp_path, changed("openings", "[2026-12-05]"))).openings == (date(2026, 12, 5),)


def test_signature_this_version_of_the_terms_has_this_text() -> None:
    digest = "02935f6e02c30a71c6057152e7288952e4268a080bf1550ba6fed60c9440651a"
    assert (OFFICE.terms.version, OFFICE.terms.sha256) == ("令和5年7月14日改定", digest)
    assert sha256(FILE.read_bytes()).hexdigest() == digest


def test_the_text_is_the_file_to_the_byte() -> None:
    assert OFFICE.terms.text.encode() == FILE.read_bytes()


def test_signature_a_changed_text_without_a_new_entry_is_refused(tmp_path: Path) -> None:
    terms = FILE.read_bytes().replace("30分".encode(), "40分".encode())
    assert refused(tmp_path, TOML, terms).setting == "terms.sha256"


def test_a_changed_text_with_its_new_entry_is_taken(tmp_path: Path) -> None:
    terms = FILE.read_bytes().replace("30分".encode(), "40分".encode())
    toml = TOML.replace(OFFICE.terms.sha256, sha256(terms).hexdigest()).replace("令和5年7月14日", "令和9年4月1日")
    office = load_office(folder_with(tmp_path, toml, terms))
    assert office.terms.version == "令和9年4月1日改定"
    assert "40分" in office.terms.text


def test_a_missing_text_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path, changed("file", '"terms.txt"')).setting == "terms.file"


@pytest.mark.parametrize("pages", ["[]", "[4, 5]", "[0, 5, 4]", "[0, 13]", '["0"]', "[0, 4, 4]"])
def test_pages_that_do_not_make_the_text_are_refused(tmp_path: Path, pages: str) -> None:
    assert refused(tmp_path, changed("pages", pages)).setting == "terms.pages"


def test_the_pages_joined_are_the_file() -> None:
    assert without_space("".join(OFFICE.terms.pages())) == without_space(FILE.read_text("utf-8"))


def test_there_are_five_pages_and_each_begins_with_its_article() -> None:
    begins = ["オンライン職業相談利用規約", "第4条（", "第5条（", "第10条（", "第 11 条（"]
    assert len(OFFICE.terms.pages()) == 5
    assert all(page.startswith(begin) for page, begin in zip(OFFICE.terms.pages(), begins, strict=True))


def test_every_page_fits_a_message() -> None:
    assert max(len(page) for page in OFFICE.terms.pages()) < 1000


def test_what_is_easily_normalised_away_is_still_there() -> None:
    pages = "".join(OFFICE.terms.pages())
    assert all(sign in pages for sign in ("①", "～", "第 11 条", "2 5 日", "（1）", "(1)", "WEB カメラ"))


def test_pages_come_from_any_text_with_articles() -> None:
    text = "規約\n第１条（目的）\n第2条により行う。\n第 2　条（範囲）\n以上\n附則\n第1条（施行）\n"
    terms = Terms("1", text, "", (0, 1, 2))  # 附則 counts its articles anew
    assert terms.pages() == ("規約", "第１条（目的）\n第2条により行う。", "第 2　条（範囲）\n以上\n附則\n第1条（施行）")

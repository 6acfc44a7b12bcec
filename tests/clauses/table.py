"""Each clause of the terms of use: its words, whom it binds, and the code that keeps it. Its tests are found by name.

Who: U the job-seeker, S staff, B the bot, O the office. A test of 4(2)b iii is a function `test_4_2_b_iii_…`, wherever
it stands under `tests`. Article 4 has two paragraphs (2): the second is called 4(2)b.
"""

from __future__ import annotations

import re
from typing import NamedTuple

CIRCLED = "①②③④⑤"
WIDE = ("5", "7", "10")  # articles whose paragraphs are numbered in wide brackets


class Clause(NamedTuple):
    """`words` stand in the terms, as they are there; between two passages is an ellipsis."""

    name: str
    words: str
    who: str
    code: tuple[str, ...]

    @property
    def key(self) -> str:
        """What the names of its tests begin with, after `test_`."""
        digits = self.name.translate({ord(circled): str(n) for n, circled in enumerate(CIRCLED, 1)})
        return "_".join(re.findall(r"\d+|[a-z]+", digits.lower()))

    @property
    def cites(self) -> tuple[str, ...]:
        """How the docstring of code that keeps it names it: the article, then the paragraph."""
        found = re.match(rf"(\w+) ?(\(\d\))?((?<=\(2\))b)?[a-z ]*([{CIRCLED}]?)", self.name)
        article, paragraph, second, item = found.groups("") if found else ("", "", "", "")
        if not article.isdigit():
            return ("前文" if article == "Preamble" else "改定",)
        brackets = str.maketrans("()", "（）") if article in WIDE else {}
        return tuple(part for part in (f"第{article}条", f"{paragraph.translate(brackets)}{second}{item}") if part)


TABLE = (
    Clause(
        "Preamble 1",
        "利用するためには、この利用規約への同意が必要となります",
        "UB",
        ("flows.policy.consent_missing", "flows.agreeing.agree", "bot.turn.expire"),
    ),
    Clause(
        "Preamble 2",
        "第4条により利用を申し込んだ場合は、この利用規約に同意したものとみなします",
        "USB",
        ("flows.requesting.request", "bot.desk.taking.take"),
    ),
    Clause(
        "1",
        "当ハローワークの相談支援サービスの提供方法の一つとして、オンラインによる職業相談等の機会を提供します",
        "B",
        ("flows.booking",),
    ),
    Clause(
        "2 head",
        "次の全ての条件を満たす方です",
        "UB",
        ("flows.policy.conditions_met", "flows.booking", "bot.desk.taking.take"),
    ),
    Clause(
        "2(1)",
        "ハローワークへの求職登録が完了している方",
        "US",
        (
            "flows.policy.conditions_met", "flows.policy.registration_may_lapse", "flows.registering",
            "flows.answers.seeker_number", "flows.deciding.decline_reasons",
        ),
    ),
    Clause(
        "2(2)",
        "通信が可能な端末（スマートフォン、PC等）を所有し、…オンライン職業相談に必要な環境を準備できる方",
        "U",
        ("flows.policy.conditions_met", "flows.reminding"),
    ),
    Clause(
        "2(3)",
        "ハローワークの個別支援担当職員による継続的な職業相談を希望する方",
        "US",
        ("flows.policy.conditions_met", "flows.places", "bot.desk.deciding.assign"),
    ),
    Clause(
        "3",
        "アプリケーションソフトとしてTeleOfficeを使用します",
        "SB",
        ("flows.desk.addresses.session_url", "bot.desk.writing.set_url"),
    ),
    Clause(
        "4(1)a",
        "1回当たり30分（必要により延長する場合は45分まで）とし",
        "SB",
        ("flows.office_days.OfficeDays.starts", "flows.desk.attendance.extend", "flows.clock.ends_at"),
    ),
    Clause(
        "4(1)b",
        "原則として、営業日上の前々日までに予約が完了した方が利用できます",
        "USB",
        (
            "flows.policy.confirm_by", "flows.policy.latest_day", "flows.policy.closes_at", "flows.policy.first_day",
            "flows.policy.permit", "flows.policy.late_confirmation", "flows.policy.lapses_at",
            "flows.choosing.day_gone", "bot.desk.deciding.confirm",
        ),
    ),
    Clause(
        "4(1)c",
        "2回目以降についての予約申込みは、オンライン職業相談の際にも行うことができます",
        "S",
        ("bot.desk.arranging.book_next",),
    ),
    Clause(
        "4(2)a",
        "「職業相談予約フォーム」…から、または電話にて次の事項をお伝えいただくことが必要です",
        "USB",
        ("flows.booking", "flows.desk.taking", "bot.desk.taking.take"),
    ),
    Clause("4(2)a ①", "① 氏名", "U", ("flows.answers.full_name",)),
    Clause("4(2)a ②", "② 求職番号", "U", ("flows.answers.seeker_number",)),
    Clause(
        "4(2)a ③",
        "③ 希望日時（平日9:30～12:00、13:00～16:00の間の30分単位）",
        "UB",
        (
            "flows.policy.days_to_offer", "flows.policy.last_day", "flows.policy.permit", "flows.policy.day_refused",
            "flows.choosing.free_times", "bot.places.take",
        ),
    ),
    Clause("4(2)a ④", "④ 連絡先メールアドレス", "U", ("flows.answers.email",)),
    Clause(
        "4(2)a ⑤",
        "⑤ 求職情報として登録した電話番号",
        "US",
        ("flows.answers.phone", "flows.answers.shared_phone"),
    ),
    Clause(
        "4(2)b i",
        "予約が可能である日時を記載したメールを送信しますので、この受信をもって予約が確定します",
        "SB",
        (
            "flows.deciding", "bot.desk.deciding.confirm", "bot.desk.deciding.decline", "bot.desk.arranging.propose",
            "flows.policy.proposal_lapses_at", "flows.proposals.answer", "flows.cancelling.status",
        ),
    ),
    Clause(
        "4(2)b ii",
        "予約確定後、…オンライン職業相談等の実施日時及び使用URLをご連絡します",
        "SB",
        ("flows.only_if.has_url", "flows.only_if.no_url", "bot.desk.writing.set_url"),
    ),
    Clause(
        "4(2)b iii",
        "翌営業日中に当ハローワークからの返信がない場合には、メールが届いていない可能性がございますので、"
        "お手数ですがお電話等によりご確認をお願いします",
        "SB",
        (
            "flows.policy.reply_by", "flows.policy.no_reply_at", "flows.clock.staff_lists_at",
            "flows.due.reply_is_late", "flows.listing", "flows.arrival",
        ),
    ),
    Clause(
        "4(3)",
        "2回目以降の予約申込みをオンライン職業相談等の実施の際に行い、日時等が確定している場合は、"
        "当該面談等での予約をもって予約確定とし",
        "S",
        ("bot.desk.arranging.book_next",),
    ),
    Clause(
        "4(4) i",
        "キャンセルの場合は、電話又はメールにて（当日キャンセルの場合は電話のみにて）ご連絡をお願いします",
        "USB",
        ("flows.policy.may_cancel_in_chat", "flows.cancelling.may_cancel", "bot.desk.deciding.cancel"),
    ),
    Clause(
        "4(4) ii",
        "連絡がないまま(2)の実施日時を10分経過した場合は、キャンセルとみなします",
        "USB",
        (
            "flows.clock.no_contact_at", "flows.clock.outcome_asked_at", "flows.clock.remind_one_hour_at",
            "flows.attending", "flows.joining", "bot.contact", "flows.desk.attendance.miss",
            "flows.desk.attendance.contact", "flows.desk.attendance.correct",
        ),
    ),
    Clause(
        "4(4) iii",
        "連絡がないままキャンセルした場合は、今後のオンライン職業相談の利用をお断りする場合があります",
        "S",
        (
            "bot.desk.people.weigh", "flows.requesting.check_the_number", "flows.suspending", "flows.objecting",
            "bot.measures",
        ),
    ),
    Clause(
        "5(1)",
        "利用時間帯、サイト等へのアクセス履歴及び利用者が使用した端末装置等の識別情報を記録することがあります",
        "BO",
        ("flows.requesting.informed", "bot.records", "bot.retention", "flows.unmet", "flows.desk.numbers"),
    ),
    Clause(
        "5(2)",
        "前項の定めにより記録した情報を、個々の端末装置が特定できる形式で公開しないものとします",
        "BO",
        ("bot.desk.week", "bot.records", "flows.desk.hiding", "bot.numbers.export"),
    ),
    Clause(
        "6",
        "利用者の個人情報は、窓口における職業相談と同様に、職業安定法第5条の5に基づき保護されます",
        "BO",
        ("bot.encryption", "bot.retention", "bot.turn.expire", "bot.desk.booking.details", "flows.desk.roles"),
    ),
    Clause(
        "7",
        "当ハローワークの責任に帰すべき事由によらず利用者に損害が発生しても当ハローワークは一切責任を負わず",
        "O",
        ("flows.announcements", "bot.desk.deciding.cancel"),
    ),
    Clause("8", "その損害は利用者が負担するものとします", "U", ("flows.agreeing.terms_pages",)),
    Clause(
        "9",
        "関連する法律、政令、省令、条例、規則及び命令等を遵守するものとします",
        "U",
        ("flows.agreeing.terms_pages",),
    ),
    Clause(
        "10(1)",
        "適正なオンライン職業相談の遂行に支障があると判断した場合には、オンライン職業相談を中止又はお断りする",
        "S",
        ("flows.desk.attendance.stop", "flows.policy.within_limits", "bot.desk.people.weigh"),
    ),
    Clause("10(2)", "録画・録音はその方法を問わず禁止とさせていただきます", "U", ("flows.agreeing", "flows.reminding")),
    Clause(
        "10(3)",
        "個室又は周囲に他人がいない環境を整えてください。通訳、介助者等の同席が必要な場合には、"
        "予め当ハローワークにお伝えください",
        "US",
        ("flows.companions", "flows.accompanying", "flows.deciding.flags", "flows.agreeing", "flows.reminding"),
    ),
    Clause(
        "10(4)",
        "アプリケーションを使用可能な状態にしておいてください。また、通信環境がオンライン職業相談に支障がないことの確認を"
        "済ませて下さい",
        "U",
        ("flows.clock.remind_readiness_at", "flows.clock.remind_day_before_at", "flows.reminding"),
    ),
    Clause("10(5)", "通信にかかる費用は、全て利用者のご負担となります", "U", ("flows.agreeing", "flows.reminding")),
    Clause(
        "11",
        "本規約の変更後にオンライン職業相談を利用した場合、利用者は当該変更について同意したものとみなします",
        "BO",
        (
            "flows.policy.consent_missing", "flows.policy.what_changed", "flows.clock.terms_changed_at",
            "flows.agreeing", "bot.terms.remember", "bot.terms.note_first_use",
        ),
    ),
    Clause("12", "本利用規約には、日本法が適用されるものとします", "O", ("flows.agreeing.terms_pages",)),
    Clause("Signature", "令和 5 年 7 月 1 4 日改定", "O", ("flows.office.Terms", "flows.office_file.load_office")),
)  # fmt: skip

"""When the clock rings for a session, for staff and for new terms: one small pure function each, with its clause.

How long before or after is a setting of the office. Moments are aware; days are those of the office's zone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flows.office_days import DAY, OfficeDays


def no_contact_at(days: OfficeDays, start: datetime) -> datetime:
    """第4条(4) 「連絡がないまま(2)の実施日時を10分経過した場合は、キャンセルとみなします」: when staff are asked."""
    return start + timedelta(minutes=days.office.no_contact_minutes)


def ends_at(days: OfficeDays, start: datetime) -> datetime:
    """第4条(1) 「必要により延長する場合は45分まで」: by then a session has ended."""
    return start + timedelta(minutes=days.office.session_max_minutes)


def outcome_asked_at(days: OfficeDays, start: datetime) -> datetime:
    """第4条(4) 「連絡がないまま…10分経過した場合は、キャンセルとみなします」: how a session went is on record by then.

    With the first list of the next business day staff are asked for an outcome that is missing.
    """
    morning = min(days.office.staff_lists_at, default=days.office.opens)
    return days.at(days.business_day_after(days.day_of(start)), morning)


def staff_lists_at(days: OfficeDays, day: date) -> tuple[datetime, ...]:
    """第4条(2)b 「翌営業日中に」: when staff get the list of what waits; none on a closed day."""
    return tuple(days.at(day, clock) for clock in days.office.staff_lists_at) if days.is_business_day(day) else ()


def staff_list_before(days: OfficeDays, now: datetime) -> datetime | None:
    """第4条(2)b 「翌営業日中に」: the last list of today that is due; None before the first, and on a closed day."""
    return max((at for at in staff_lists_at(days, days.day_of(now)) if at <= now), default=None)


def staff_list_after(days: OfficeDays, now: datetime) -> datetime:
    """第4条(2)b 「翌営業日中に」: the next list, when the one before is worth nothing any more."""
    today = days.day_of(now)
    ahead = [at for at in staff_lists_at(days, today) if at > now]
    return min(ahead or staff_lists_at(days, days.business_day_after(today)), default=now + DAY)


def terms_changed_at(days: OfficeDays, changed: datetime) -> datetime:
    """第11条 「本規約の変更後に」: when people with a booking ahead are told, on the next business day."""
    return days.at(days.business_day_after(days.day_of(changed)), days.office.terms_changed_at)


def arrival_asked_at(days: OfficeDays, handed: datetime) -> datetime:
    """第4条(2)b 「メールが届いていない可能性がございますので」: the business day after a letter went out."""
    return days.at(days.business_day_after(days.day_of(handed)), days.office.arrival_asked_at)


def remind_readiness_at(days: OfficeDays, start: datetime) -> datetime:
    """第10条（4） 「通信環境がオンライン職業相談に支障がないことの確認を済ませて下さい」: some business days before."""
    day = days.business_day_before(days.day_of(start), days.office.remind_readiness_days)
    return days.at(day, days.office.remind_readiness_at)


def remind_day_before_at(days: OfficeDays, start: datetime) -> datetime:
    """第10条（4） 「先立ち、…使用可能な状態にしておいてください」: on the business day before."""
    return days.at(days.business_day_before(days.day_of(start)), days.office.remind_day_before_at)


def remind_one_hour_at(days: OfficeDays, start: datetime) -> datetime:
    """第4条(4) 「連絡がないまま」: brought to mind before the start, though never in the quiet hours."""
    wanted = start - timedelta(minutes=days.office.remind_minutes_before)
    return max(wanted, days.at(days.day_of(start), days.office.quiet_until))


def remind_last_at(days: OfficeDays, start: datetime) -> datetime:
    """第4条(4) 「連絡がないまま」: the last word before the start, with the buttons by which to be in touch."""
    return start - timedelta(minutes=days.office.remind_last_minutes_before)


def url_missing_at(days: OfficeDays, start: datetime) -> datetime:
    """第4条(2)b 「実施日時及び使用URLをご連絡します」: when staff are told that there is none yet."""
    return days.at(days.business_day_before(days.day_of(start)), days.office.url_missing_at)


def url_missing_today_at(days: OfficeDays, start: datetime) -> datetime:
    """第4条(2)b 「実施日時及び使用URLをご連絡します」: the same on the day itself."""
    return days.at(days.day_of(start), days.office.url_missing_today_at)

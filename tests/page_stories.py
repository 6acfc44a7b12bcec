"""The whole story as it is walked through on the page, in each language of the bot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """`booking` leads from /start to the sent request, `cancelling` from the menu's answer to the end."""

    booking: str
    confirmed: str
    reminder: str
    cancelling: str
    cancelled: str
    entry: str


TO_THE_PHONE = """
        押す：予約を申し込む
        押す：同意して進む
        窓口：質問1／3
        押す：はい
        窓口：質問2／3
        押す：はい
        窓口：質問3／3
        押す：はい
        押す：続ける
        窓口：お名前を入力してください
        人：川越 太郎
        窓口：求職番号を入力してください
        人：11030-01234567
        窓口：求職登録をしたのはいつですか
        押す：わからない
        押す：11月26日(木)
        押す：13:00
        窓口：メールアドレスを入力
        人：taro@example.jp
        窓口：電話番号を入力
"""
JAPANESE = Story(
    booking=f"""{TO_THE_PHONE}
        人：090-1234-5678
        押す：なし
        窓口：お名前：川越 太郎
        押す：この内容で申し込む
        窓口：【受け付けました】
    """,
    confirmed="【予約が確定しました】",
    reminder="【準備のお願い】",
    cancelling="""
        押す：この予約をキャンセルする
        窓口：キャンセルしますか
        押す：キャンセルする
    """,
    cancelled="【キャンセルしました】",
    entry="予約 ",
)
PLAIN_JAPANESE = Story(
    booking="""
        押す：ことば / Language
        押す：やさしい日本語
        押す：予約(よやく)する
        押す：同意(どうい)します
        窓口：質問(しつもん) 1／3
        押す：はい
        窓口：質問(しつもん) 2／3
        押す：はい
        窓口：質問(しつもん) 3／3
        押す：はい
        押す：続(つづ)ける
        窓口：名前(なまえ)を 書(か)いてください
        人：Kawagoe Hanako
        窓口：求職番号(きゅうしょくばんごう)を 書(か)いてください
        人：11030-12345
        窓口：登録(とうろく)したのは いつですか
        押す：わかりません
        押す：11月26日(木)
        押す：13:00
        窓口：メールアドレスを 書(か)いてください
        人：hoa@example.jp
        窓口：電話番号(でんわばんごう)を 書(か)いてください
        人：090-1234-5678
        押す：いません
        窓口：まちがいが ないか、見(み)てください
        押す：この 内容(ないよう)で 送(おく)る
        窓口：【うけとりました】
    """,
    confirmed="【予約(よやく)が 決(き)まりました】",
    reminder="【準備(じゅんび)の お願(ねが)い】",
    cancelling="""
        押す：この 予約(よやく)を やめる
        窓口：やめますか
        押す：予約(よやく)を やめる
    """,
    cancelled="やめました】",
    entry="予約(よやく) ",
)
ENGLISH = Story(
    booking="""
        押す：ことば / Language
        押す：English
        押す：Book a session
        押す：I agree
        窓口：Question 1 of 3
        押す：Yes
        窓口：Question 2 of 3
        押す：Yes
        窓口：Question 3 of 3
        押す：Yes
        押す：Continue
        窓口：Enter your name
        人：Maria da Silva Santos
        窓口：Enter your job-seeker number
        人：11030-01234567
        窓口：When did you register
        押す：I am not sure
        押す：Thu, Nov 26
        押す：1:00
        窓口：Enter your email address
        人：maria@example.jp
        窓口：phone number
        人：080-1234-5678
        押す：No
        窓口：Please check your request
        押す：Send this request
        窓口：[Received]
    """,
    confirmed="[Confirmed]",
    reminder="[Getting ready]",
    cancelling="""
        押す：Cancel this booking
        押す：Cancel it
    """,
    cancelled="[Cancelled]",
    entry="Booking ",
)
STORIES = {"ja": JAPANESE, "ja_Hira": PLAIN_JAPANESE, "en": ENGLISH}

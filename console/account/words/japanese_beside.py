"""The account in Japanese: the pages beside that of a subscription."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "yes": "あり",
        "no": "なし",
        "questions_sales": "追加のご購入や、分割払いなどほかのお支払い方法のご相談は営業窓口へ：",
        "usage": "シートの利用状況",
        "usage.text": "シートを割り当てられた方と、過去30日間・90日間の利用の有無と日数です。",
        "usage.by_product": "製品別",
        "usage.by_subscription": "サブスクリプション別",
        "usage.by_user": "ユーザー別",
        "usage.assigned": "割り当て済み",
        "usage.active_30": "30日以内の利用",
        "usage.active_90": "90日以内の利用",
        "usage.often": "1人あたり{days}日",
        "usage.on_day": "1日",
        "usage.on_days": "{count}日",
        "usage.days_30": "30日間の利用日数",
        "usage.days_90": "90日間の利用日数",
        "usage.products_file": "製品別のファイル（CSV）",
        "usage.users_file": "ユーザー別のファイル（CSV）",
        "csn": "お客様番号",
        "usage.told_on": "データの基準日",
        "usage.never_told": "データなし",
        "usage.some_untold": "{day}（データなし：{count}件）",
        "usage.user": "ユーザー",
        "usage.assigned_on": "割り当て日",
        "usage.used_on": "最終利用日",
        "usage.never_used": "なし",
        "usage.nobody": "シートを割り当てられたユーザーはいません。",
        "usage.none": "対象のサブスクリプションはありません。",
        "usage.exceeds": "シート数（{seats}）より多い{assigned}人に割り当てられています。"
        "割り当てを解除するか、シートを追加してください。",
        "usage.of": "{product}のシートの利用状況",
        "usage.link": "ユーザーとシートの利用状況",
        "usage.unused": "{seats}のうち、{told_on}までの{days}日間に利用されたのは{used}シートです。",
        "calendar": "カレンダー",
        "calendar.text": "すべてのサブスクリプションの日程（更新手続きの開始日、更新日、期限後に更新できる最終日）を、"
        "お使いのカレンダーに表示できます。",
        "calendar.none": "カレンダーのアドレスはまだありません。",
        "calendar.since": "カレンダーのアドレスは{day}から有効です。再表示はできません。紛失された場合は、新しく作"
        "成してください。",
        "calendar.address": "カレンダーのアドレス",
        "calendar.once": "お使いのカレンダーで、インターネット上のカレンダーとして登録してください。表示は今回限り"
        "ですので、今すぐお控えください。",
        "calendar.secret": "このアドレスを知っている方は、サインインせずに日程を閲覧できます。新しく作成すると、以前の"
        "アドレスは無効になります。",
        "calendar.make": "アドレスを作成する",
        "calendar.renew": "新しいアドレスを作成する",
        "calendar.end": "アドレスを無効にする",
        "calendar.name": "サブスクリプションの更新",
        "calendar.window_opens": "{product}（{number}）更新手続きの開始日",
        "calendar.renews": "{product}（{number}）更新日",
        "calendar.expires": "{product}（{number}）失効日",
        "calendar.late_window_ends": "{product}（{number}）期限後に更新できる最終日",
        "wrong.month_over": "その月はすでに過ぎています。カードに記載された現在の有効期限をご入力ください。",
        "happened.older": "以前の履歴",
        "happened.newest": "最新の履歴",
    }
)

"""The account in Japanese: renewing several subscriptions together."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "choose": "{product} {number}を選択",
        "refused.not_carried_out": "不具合により処理できませんでした。請求はありません。後ほどお試しください。",
        "choose_every": "このページで更新できるものをすべて選択",
        "choose_more": "次のページでさらに選択",
        "chosen_elsewhere": "ほかのページで選択済み：{count}件",
        "renew_together": "選択したものをまとめて更新",
        "not_together": "現在は更新できません：{why}",
        "cart": "まとめて更新",
        "cart.empty": "選択されていません。サブスクリプションの一覧に戻り、更新するものにチェックを入れてください。",
        "cart.left": "対象外",
        "cart.channel.direct_online": "オンラインでのご購入分です。一つのご注文としてまとめてお支払いいただきます。",
        "cart.channel.direct_sales": "営業窓口でのご購入分です。一つのご注文としてまとめてお支払いいただきます。",
        "cart.channel.partner": "販売パートナーからのご購入分です。",
        "cart.channel.legacy": "以前のシステムのご注文分です。",
        "cart.pay_with": "{customer}様（{csn}）のお支払い方法",
        "cart.method_once": "この方法は今回のご注文にのみ使われます。"
        "自動更新には、各サブスクリプションのお支払い方法がそのまま使われます。",
        "cart.binding": "ボタンを押すとご注文が確定し、お支払いの義務が生じます。更新日は変わらず、新しい契約期間はそ"
        "れぞれ現在の契約期間に続いて始まります。",
        "cart.confirm": "{amount}で更新する",
        "result": "まとめて更新の結果",
        "result.going_on": "処理中です。このページは自動で再読み込みされます。",
        "result.done": "完了しました：{all}件中{renewed}件を更新しました。ご注文ごとに確認のメールをお送りします。",
        "result.refused": "{all}件中{renewed}件を更新しました。残りは理由とともに下記のとおりです。",
        "result.waiting": "現在のところ{all}件中{renewed}件を更新しました。完了していないお支払いがあります。",
        "result.failed": "{amount}のお支払いは完了しませんでした。ご購入は成立していません。",
        "result.in_doubt": "{amount}のお支払いの結果を確認中です。確認でき次第メールでお知らせします。二重に請求される"
        "ことはありません。",
        "result.again": "もう一度確認し、お支払い方法を選ぶ",
        "result.outcome": "結果",
        "outcome.waiting": "待機中",
        "outcome.pending": "お支払い処理中",
        "outcome.awaiting_payment": "お支払い待ち",
        "outcome.renewed": "更新済み",
        "outcome.refused": "対象外",
        "outcome.payment_failed": "お支払い不成立",
        "cart.over_100": "まとめて更新できるのは100件までです（現在{count}件）。数を減らしてください。",
        "command.bulk-renew": "ほかのものとまとめて更新",
        "order.way.bulk": "まとめて更新",
    }
)

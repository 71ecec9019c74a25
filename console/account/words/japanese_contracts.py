"""The account in Japanese: contracts."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "contracts": "契約",
        "contracts.text": "お客様ごと、購入方法ごとのご購入内容です。契約を選ぶと、サブスクリプション、シート数、ご注"
        "文をご覧いただけます。",
        "contracts.none": "ご覧いただける契約はありません。",
        "contract": "契約",
        "contract.of": "契約：{customer}、{mode}",
        "contract.csn": "お客様番号（CSN）",
        "contract.mode": "購入方法",
        "contract.currency": "通貨",
        "contract.manager": "契約管理者（購入者）",
        "contract.in_state": "{state}（{count}件）",
        "contract.next_on": "次の更新日",
        "contract.mode.direct_online": "オンラインでのご購入",
        "contract.mode.direct_sales": "営業窓口でのご購入",
        "contract.mode.partner": "販売パートナーからのご購入",
        "contract.mode.legacy": "以前のシステムのご注文",
        "contract.direct_online_text": "シート数、期間、お支払い、更新はこのアカウントで管理できます。",
        "contract.direct_sales_text": "更新、期間、お支払いはこのアカウントで管理できます。シート数の変更は、営業窓口"
        "またはサポート窓口で承ります。",
        "contract.partner_text": "更新と変更は販売パートナーが承ります。",
        "contract.legacy_text": "以前のシステムのご注文のため、ここでは変更できません。",
        "contract.admin_only": "主管理者としてこの契約をご覧いただいています。変更とお支払いは契約管理者が行います："
        "{managers}",
        "contract.renew_together": "更新できるものをまとめて更新する（{count}件）",
        "contract.older": "以前のご注文",
        "contract.newest": "最新のご注文",
        "contract.add_seats": "シートを追加する",
        "contract.reduce_seats": "シートを減らす",
        "contract.change_term": "期間を変更する",
        "contract.renew": "更新する",
        "contract.do": "{what}：{product} {number}",
    }
)

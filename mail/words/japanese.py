"""The labels and phrases of a Japanese letter."""

from collections.abc import Mapping
from types import MappingProxyType

from renewals.facts import MethodKind, Term

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "product": "製品",
        "number": "サブスクリプション番号",
        "customer": "お客様名",
        "seats": "シート数",
        "term": "契約期間の長さ",
        "period": "次の契約期間",
        "lost_period": "お支払い前の契約期間",
        "renews_on": "更新日",
        "expires_on": "失効日",
        "expired_on": "失効日",
        "price": "更新価格",
        "list_price": "標準価格",
        "charge": "ご請求額",
        "charge_on": "ご請求日",
        "method": "お支払い方法",
        "retry_on": "次回のご請求日",
        "access_ends_on": "ご利用停止",
        "late_until": "失効後の更新期限",
        "paid": "お支払い額",
        "paid_with": "今回のお支払い方法",
        "paid_period": "お支払い済みの契約期間",
        "reference": "参照番号",
        "next_charge": "次回のご請求額",
        "next_charge_on": "次回のご請求日",
        "at_checkout": "お手続きの際にお選びください",
        "if_nothing": "お手続きされない場合",
        "questions": "お問い合わせ",
        "link": "または、次のリンクを開いてください：",
        "why": "このメールは、このサブスクリプションの購入者様にお送りしています。",
        "1_seat": "1シート",
        "seats_many": "{count}シート",
        Term.MONTH: "1か月",
        Term.YEAR: "1年",
        Term.THREE_YEARS: "3年",
        MethodKind.CARD: "カード",
        MethodKind.PAYPAL: "PayPal",
        MethodKind.DIRECT_DEBIT: "口座振替",
        MethodKind.KONBINI: "コンビニ払い",
        MethodKind.BANK_TRANSFER: "銀行振込",
        "valid_through": "{method}（有効期限：{day}）",
        "by_hand": "{method}（都度お手続きが必要）",
        "not_automatic": "{method}（自動請求なし）",
        "from": "{now}（{day}から{later}）",
        "span": "{first}から{last}まで",
        "midnight": "{day}午前0時",
    }
)

"""日本語の書類の言葉。"""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "quote": "御見積書",
        "receipt": "領収書",
        "quote_for": "御見積書 {reference}（{customer}）",
        "receipt_for": "領収書 {reference}（{customer}）",
        "customer": "お客様",
        "csn": "お客様番号",
        "buyer": "ご購入者",
        "issued_on": "発行日",
        "settled_on": "決済日",
        "accept_until": "有効期限",
        "ordered_as": "注文番号",
        "purchase_order": "発注書番号",
        "on_invoice": "お支払い",
        "by_invoice": "請求書払い",
        "elsewhere": "他でのご注文",
        "paid_with": "お支払い方法",
        "code": "支払い番号",
        "of_quote": "見積番号",
        "what": "品目",
        "computed": "計算",
        "amount": "金額",
        "total": "合計",
        "renewal": "次の期間：{term}、{span}",
        "seats": "追加シート、{day}まで",
        "next_seats": "次の期間の追加シート、{span}",
        "basis.renewal_price": "更新価格",
        "basis.announced_price": "ご案内済みの価格",
        "basis.list_price": "定価",
        "basis.quoted_price": "合意価格",
        "days": "{all_days}日のうち{days}日分（当日を含む）",
        "page": "{page} / {pages} ページ",
        "binds": "価格は{day}の終わりまで有効です。それまで、本見積の対象は自動では請求されません。",
        "accept": "アカウントで本見積番号を開き、お支払いのうえご承諾ください。",
        "accept_or_order": "アカウントで本見積番号を開き、お支払い、または発注書（請求書払い）によりご承諾ください。",
        "dates": "更新日は変わりません。新しい期間は、前の期間が終わる日に始まります。",
        "adds_up": "金額の通貨は{currency}です。税が課される場合は請求書に記載します。",
    }
)

"""The words of a Japanese paper."""

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
        "elsewhere": "ほかでのご注文",
        "paid_with": "お支払い方法",
        "code": "お支払い番号",
        "of_quote": "見積番号",
        "refunded": "返金",
        "refunded_on": "{amount}（{day}）",
        "what": "品目",
        "computed": "計算式",
        "amount": "金額",
        "total": "合計",
        "renewal": "更新：{term}（{span}）",
        "seats": "追加シート（{day}まで）",
        "next_seats": "次の契約期間の追加シート（{span}）",
        "basis.renewal_price": "更新価格",
        "basis.announced_price": "ご案内済みの価格",
        "basis.list_price": "標準価格",
        "basis.quoted_price": "お見積り価格",
        "days": "{all_days}日のうち{days}日、ご購入日を含む",
        "priced": "{factors}（{basis}）",
        "priced_by_days": "{factors}（{basis}、{days}）",
        "page": "{page} / {pages} ページ",
        "binds": "価格は{day}の終わりまで有効です。それまで、対象のサブスクリプションに自動での請求はございません。",
        "accept": "アカウントで本見積番号を開き、お支払いにより承諾いただけます。",
        "accept_or_order": "アカウントで本見積番号を開き、お支払い、または発注書（請求書払い）により承諾いただけます。",
        "order": "アカウントで本見積番号を開き、発注書により承諾いただけます。請求書は、ご購入元の販売パートナーからお"
        "送りします。",
        "dates": "更新日は変わらず、新しい契約期間はそれぞれ現在の契約期間に続いて始まります。",
        "adds_up": "金額の通貨は{currency}です。税金が課される場合は、請求書に記載いたします。",
    }
)

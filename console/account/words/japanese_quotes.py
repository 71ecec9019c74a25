"""The account in Japanese: quotes."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "quotes": "見積書",
        "quote": "見積書",
        "no_quotes": "お見積りのご依頼はまだありません。サブスクリプションのページからご依頼いただけます。",
        "quote.for": "対象",
        "quote.until": "{day}まで",
        "quote.open": "見積書 {quote} を開く",
        "quote.lines": "内容",
        "quote.as_it_is": "次の期間（予定どおり）",
        "quote.term": "{term}、{span}",
        "quote.pdf": "見積書（PDF）",
        "quote.include": "お見積りに含める",
        "quote.ask_text": "お見積りの対象と、次の期間からのシート数・期間をお選びください。当社の営業窓口が発行し、メ"
        "ールでお届けします。価格は有効期限まで保証いたします。ご依頼は無料です。ご依頼中も、自動更新などは通常どおり行"
        "われます。",
        "quote.nothing_to_ask": "現在、お見積りをご依頼いただけるサブスクリプションはありません。",
        "quote.ask_partner_text": "お見積りの対象と、次の期間からのシート数・期間をお選びください。ご購入元の販売パート"
        "ナーが発行し、メールでお届けします。価格は有効期限まで保証いたします。ご依頼は無料です。ご依頼中も、自動更新などは"
        "通常どおり行われます。",
        "quote.asked_of_partner_text": "ご購入元の販売パートナーがご依頼を承りました。発行され次第、"
        "メールでお届けします。",
        "quote.partner_invoices": "請求書は、ご購入元の販売パートナーからお送りします。",
        "quote.on_invoice": "発注書（請求書払い）：",
        "quote.purchase_order": "発注書番号",
        "quote.accept_button": "{amount}で承諾する",
        "quote.state.asked": "依頼済み",
        "quote.state.issued": "有効",
        "quote.state.accepted": "承諾済み",
        "quote.state.declined": "辞退",
        "quote.state.withdrawn": "取り下げ",
        "quote.state.expired": "期限切れ",
        "quote.state.void": "無効",
        "quote.asked_text": "ご依頼を承りました。発行され次第、メールでお届けします。",
        "quote.issued_text": "価格は{day}の終わりまで有効です。それまで、対象のサブスクリプションに自動での請求はあり"
        "ません。",
        "quote.held_text": "ご承諾ありがとうございます。お支払いをお待ちしています。ご入金を確認でき次第、更新されます"
        "。期限までにご入金がない場合、お見積りは{day}の終わりまで再び有効になります。",
        "quote.release_text": "お支払い番号は無効になり、お見積りは再び有効になります。別の方法で承諾いただけます。",
        "quote.accepted_text": "ご承諾いただき、更新が完了しています。",
        "quote.declined_text": "このお見積りは辞退されました。対象のサブスクリプションは、お見積りがない場合と同じよう"
        "に継続します。",
        "quote.withdrawn_text": "このお見積りは取り下げられました。対象のサブスクリプションは、お見積りがない場合と同"
        "じように継続します。",
        "quote.expired_text": "有効期限は{day}まででした。対象のサブスクリプションは、お見積りがない場合と同じように継"
        "続します。",
        "quote.void_text": "対象のサブスクリプションの一つが別の方法で更新されたため、無効になりました。",
        "panel.quoted": "次の契約期間について、見積書 {quote} が{day}まで有効です。",
        "panel.quote_yields": "ここで更新すると、お見積りは無効になります。",
        "do.ask-for-quote": "お見積りを依頼する",
        "do.ask-for-quote_text": "シート数や期間の変更も、複数のサブスクリプションもまとめてご依頼いただけます。"
        "発注書でのお支払いも可能です。",
        "do.ask-for-quote_button": "お見積りを依頼する",
        "do.accept-quote": "お見積りを承諾する",
        "do.decline-quote": "お見積りを辞退する",
        "do.decline-quote_text": "お見積りはただちに終了し、対象のサブスクリプションは、お見積りがない場合と同じように"
        "継続します。",
        "do.decline-quote_button": "辞退する",
        "command.ask-for-quote": "お見積りの依頼",
        "command.accept-quote": "お見積りの承諾",
        "command.decline-quote": "お見積りの辞退",
        "command.issue-quote": "お見積りの発行",
        "command.withdraw-quote": "お見積りの取り下げ",
        "refused.bulk_over_100": "サブスクリプションは100件までお選びください。",
        "refused.quote_expired": "お見積りの有効期限が切れました。新しいお見積りをご依頼ください。",
        "refused.quote_not_open": "このお見積りは有効ではありません。新しいお見積りをご依頼ください。",
        "refused.too_late.ask-for-quote": "お見積りのご依頼の期限を過ぎました。こちらから更新してください。",
        "refused.window_not_open.ask-for-quote": "まだお見積りをご依頼いただけません。",
        "dated.window_not_open.ask-for-quote": "お見積りは{day}からご依頼いただけます。",
        "refused.method_cannot_auto_charge.accept-quote": "お支払い方法を選ぶか、発注書番号をご入力ください。",
        "refused.too_late.accept-quote": "お支払い番号の発行がお支払い期限に間に合いませんでした。新しいお見積りをご依"
        "頼ください。",
        "refused.method_not_accepted.accept-quote": "お選びのお支払い方法は、このお見積りにはご利用いただけません。別"
        "のお支払い方法をお選びください。",
        "wrong.no_line": "サブスクリプションを1件以上お選びください。",
        "wrong.purchase_order": "発注書番号をご入力ください。",
        "preview.basis.quoted_price": "お見積り価格",
        "preview.basis.announced_price": "ご案内済みの価格",
        "coming.quote_ends": "承諾がない場合、お見積りの終了",
        "happened.quote.asked": "見積書 {quote} の依頼",
        "happened.quote.issued": "見積書 {quote} の発行",
        "happened.quote.accepted": "見積書 {quote} の承諾",
        "happened.quote.declined": "見積書 {quote} の辞退",
        "happened.quote.withdrawn": "見積書 {quote} の取り下げ",
        "happened.quote.expired": "見積書 {quote} の期限切れ",
        "happened.quote.void": "見積書 {quote} が無効",
        "order.receipt": "領収書（PDF）",
        "order.way.quote": "お見積り",
    }
)

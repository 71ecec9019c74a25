"""The account in Japanese: payment methods, stored and edited."""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "methods": "お支払い方法の一覧",
        "methods.text": "登録されているお支払い方法です。各サブスクリプションでは、そのページで設定されたものが使わ"
        "れます。",
        "methods.which": "お支払い方法の選択",
        "methods.named": "{name}：{method}",
        "methods.bar.policy": "このお買い物にはご利用いただけません。",
        "methods.bar.currency": "コンビニでのお支払いは日本円のみです。",
        "methods.bar.sum": "コンビニでのお支払いは1回につき{least}から{most}までです。",
        "methods.bar.at_once": "すぐに請求できないお支払い方法です。",
        "no_kind": "ここでご利用いただける他のお支払い方法はありません。サポート窓口にお問い合わせください。",
        "methods.stored": "登録日：{day}",
        "methods.used_by": "使用中：",
        "methods.used_by_many": "{count}件のサブスクリプションで使用中",
        "methods.unused": "使用しているサブスクリプションはありません。",
        "methods.edit": "編集",
        "methods.name": "名前",
        "methods.label": "お客様がつける名前",
        "methods.label_help": "例：「本社のカード」。40文字まで。空欄にすると名前を消します。カード番号は入力しないで"
        "ください。",
        "methods.save_name": "名前を保存",
        "methods.expiry": "有効期限の変更",
        "methods.save_expiry": "新しい有効期限を保存",
        "methods.replace": "別のお支払い方法への切り替え",
        "methods.save_replace": "切り替える",
        "methods.remove": "削除",
        "methods.remove_text": "今後このお支払い方法には請求されません。過去のお支払いの記録は領収書に残ります。再び使"
        "用するには、あらためて追加してください。",
        "methods.save_remove": "このお支払い方法を削除",
        "methods.remove_later": "お客様のサブスクリプションで使用されなくなると、削除できます。",
        "methods.add": "お支払い方法の追加",
        "methods.add_button": "追加する",
        "methods.buyer_only": "お支払い方法の追加と変更は、購入者のみが行えます。",
        "methods.done.added": "お支払い方法を登録しました。サブスクリプションのページでお選びください。",
        "methods.done.named": "名前を保存しました。",
        "methods.done.expiry_some": "新しい有効期限を登録しましたが、まだ使用していないサブスクリプションがあります。"
        "使用中のものは下記をご確認ください。",
        "methods.done.expiry": "新しい有効期限を登録しました。次回の請求から使用されます。",
        "methods.done.replaced_some": "別のお支払い方法に切り替わっていないサブスクリプションがあります。使用中のものは"
        "下記をご確認ください。",
        "methods.done.replaced": "お支払い方法を切り替えました。次回の請求から使用されます。",
        "methods.done.removed": "お支払い方法を削除しました。",
        "methods.done.in_use": "お支払い方法は削除されませんでした。組織内のサブスクリプションで使用中か、お支払いの処"
        "理中です。",
        "wrong.label": "40文字以内、数字は8桁以内でご入力ください。カード番号は入力できません。",
    }
)

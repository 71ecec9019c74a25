"""One person who buys the same offering under two customer numbers, and is about to be charged for both.

Customers who are one and the same look so, and so does an agency that buys for its clients; whoever buys under more
than two numbers is taken for one. Which it is only the buyer knows.
"""

from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import col

from models.parties import ContactRow, PaymentMethodRow
from models.pipeline import RENEWS_AUTOMATICALLY, is_due
from models.subscriptions import SubscriptionRow

_CUSTOMERS = 2


def bought_by_one(today: date, within: int) -> Select[Any]:
    """The numbers of what is charged by itself within so many days to a buyer who so pays twice; by a mail address."""
    row, mail = SubscriptionRow, func.lower(col(ContactRow.email))
    charged = (
        select(col(row.number), col(row.csn), col(row.sku), mail.label("mail"))
        .join(ContactRow, col(ContactRow.id) == col(row.buyer_id))
        .join(PaymentMethodRow, col(PaymentMethodRow.id) == col(row.method_id))
        .where(is_due(today, 0, within), RENEWS_AUTOMATICALLY)
        .cte("charged")
    )
    of_one = charged.c.mail, charged.c.sku
    twice = select(*of_one).group_by(*of_one).having(func.count(charged.c.csn.distinct()) == _CUSTOMERS).subquery()
    same = (twice.c.mail == charged.c.mail) & (twice.c.sku == charged.c.sku)
    return select(charged.c.number).join(twice, same)

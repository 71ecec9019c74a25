"""Every table, in one place: what migrations compare with."""

from sqlmodel import SQLModel

from models.accounts import AccountSessionRow, CalendarFeedRow, SignInLinkRow
from models.api_keys import ApiKeyRow
from models.audit import AuditRow
from models.baskets import BasketLineRow, BasketRow
from models.bulk_actions import BulkActionLineRow, BulkActionRow
from models.catalog import DeclineCodeRow, LegalRuleRow, OfferingRow, PolicyRow, PriceRow, RulebookRow
from models.finds import FindRow
from models.forecasts import ForecastLineRow, ForecastRow
from models.going_live import GoLiveRow
from models.operator_letters import JournalReaderRow, OperatorLetterRow
from models.operators import OperatorLinkRow, OperatorRow, OperatorSessionRow, OperatorTryRow, RecoveryCodeRow
from models.parties import ContactRow, CustomerRow, PartnerRow, PaymentMethodRow
from models.pauses import PauseRow
from models.payments import AttemptRow, OrderLineRow, OrderRow, PartRow, RefundRow
from models.quotes import QuoteLineRow, QuoteRow
from models.records import AlarmRow, CommandRow, EventRow, NoticeRow
from models.sandbox import SandboxChargeRow, SandboxMethodRow, SandboxRefundRow
from models.saved_views import SavedViewRow
from models.seats import DayOfUseRow, DaysListedRow, SeatAssignmentRow, UsageImportRow, UsageToldRow
from models.second_person import RequestRow
from models.snapshots import SnapshotRow
from models.subscriptions import ClaimRow, ImportRow, RenewalRow, SubscriptionRow, TermRow
from models.webhooks import DeliveryRow, EndpointRow, TryRow
from models.what_ifs import WhatIfLineRow, WhatIfRow

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "AccountSessionRow",
    "AlarmRow",
    "ApiKeyRow",
    "AttemptRow",
    "AuditRow",
    "BasketLineRow",
    "BasketRow",
    "BulkActionLineRow",
    "BulkActionRow",
    "CalendarFeedRow",
    "ClaimRow",
    "CommandRow",
    "ContactRow",
    "CustomerRow",
    "DayOfUseRow",
    "DaysListedRow",
    "DeclineCodeRow",
    "DeliveryRow",
    "EndpointRow",
    "EventRow",
    "FindRow",
    "ForecastLineRow",
    "ForecastRow",
    "GoLiveRow",
    "ImportRow",
    "JournalReaderRow",
    "LegalRuleRow",
    "NoticeRow",
    "OfferingRow",
    "OperatorLetterRow",
    "OperatorLinkRow",
    "OperatorRow",
    "OperatorSessionRow",
    "OperatorTryRow",
    "OrderLineRow",
    "OrderRow",
    "PartRow",
    "PartnerRow",
    "PauseRow",
    "PaymentMethodRow",
    "PolicyRow",
    "PriceRow",
    "QuoteLineRow",
    "QuoteRow",
    "RecoveryCodeRow",
    "RefundRow",
    "RenewalRow",
    "RequestRow",
    "RulebookRow",
    "SandboxChargeRow",
    "SandboxMethodRow",
    "SandboxRefundRow",
    "SavedViewRow",
    "SeatAssignmentRow",
    "SignInLinkRow",
    "SnapshotRow",
    "SubscriptionRow",
    "TermRow",
    "TryRow",
    "UsageImportRow",
    "UsageToldRow",
    "WhatIfLineRow",
    "WhatIfRow",
]

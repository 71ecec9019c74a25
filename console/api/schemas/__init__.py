"""What goes over the wire: amounts in minor units of their currency, instants in UTC, dates the customer's own."""

from console.api.schemas.buying import Line, Longer, Preview
from console.api.schemas.commands import Command, CommandRequest
from console.api.schemas.methods import Methods, NewMethod
from console.api.schemas.quotes import Acceptance, Quote, QuoteLine, QuoteRequest, Quotes, QuoteWish
from console.api.schemas.record import Coming, Entry, Event, Forecast, History, Ledger
from console.api.schemas.seats import (
    Assignment,
    Assignments,
    AssignmentsTold,
    AssignmentTold,
    ProductUsage,
    ProductUsages,
    UnusedSeats,
    Usage,
    UsageTold,
)
from console.api.schemas.subscriptions import (
    Access,
    Ask,
    Method,
    NextTerm,
    OpenVoucher,
    Option,
    Options,
    Page,
    Pending,
    Product,
    Subscription,
)
from console.api.schemas.wire import Problem, Resource

__all__ = [
    "Acceptance",
    "Access",
    "Ask",
    "Assignment",
    "AssignmentTold",
    "Assignments",
    "AssignmentsTold",
    "Coming",
    "Command",
    "CommandRequest",
    "Entry",
    "Event",
    "Forecast",
    "History",
    "Ledger",
    "Line",
    "Longer",
    "Method",
    "Methods",
    "NewMethod",
    "NextTerm",
    "OpenVoucher",
    "Option",
    "Options",
    "Page",
    "Pending",
    "Preview",
    "Problem",
    "Product",
    "ProductUsage",
    "ProductUsages",
    "Quote",
    "QuoteLine",
    "QuoteRequest",
    "QuoteWish",
    "Quotes",
    "Resource",
    "Subscription",
    "UnusedSeats",
    "Usage",
    "UsageTold",
]

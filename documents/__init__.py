"""Papers as PDF: quotes and receipts, from plain facts; no rows, no clock, nothing fetched."""

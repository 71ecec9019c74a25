"""Orchestration only: each `run` reads as the business process. Start with subscription.py."""

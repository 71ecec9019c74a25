"""The first schema: every table, what of them only grows, the rulebook, decline codes, legal rules."""

from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from renewals.declines import DEFAULT_CLASSES
from renewals.legal import DEFAULT_RULES

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    _create_tables()
    _protect_what_only_grows()
    _count_whoever_adds_events()
    _number_the_rulebook()
    _fill_decline_codes()
    _fill_legal_rules()


def _protect_what_only_grows() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% are only ever added: % is refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
        END
        $$
        """
    )
    for table in ("events", "prices", "policies", "legal_rules", "audit"):
        op.execute(
            f"""
            CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()
            """
        )


def _count_whoever_adds_events() -> None:
    """A transaction has its own id before it draws one for an event: see models/settled.py."""
    op.execute(
        """
        CREATE FUNCTION draw_a_transaction_id() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_current_xact_id();
            RETURN NULL;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER events_are_counted BEFORE INSERT ON events
        FOR EACH STATEMENT EXECUTE FUNCTION draw_a_transaction_id()
        """
    )


def _number_the_rulebook() -> None:
    op.execute("INSERT INTO rulebook VALUES (1, gen_random_uuid())")
    op.execute(
        """
        CREATE FUNCTION revise_the_rulebook() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE rulebook SET revision = gen_random_uuid();
            RETURN NULL;
        END
        $$
        """
    )
    for table in ("prices", "policies", "legal_rules"):
        op.execute(
            f"""
            CREATE TRIGGER {table}_revise AFTER INSERT ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION revise_the_rulebook()
            """
        )


def _fill_decline_codes() -> None:
    codes = sa.table("decline_codes", sa.column("code"), sa.column("decline_class"))
    op.bulk_insert(codes, [{"code": code, "decline_class": kind.value} for code, kind in DEFAULT_CLASSES.items()])


def _fill_legal_rules() -> None:
    rows = [_legal_rule_row(asdict(rule)) for rule in DEFAULT_RULES]
    content = sa.column("content", postgresql.JSONB())
    op.bulk_insert(sa.table("legal_rules", content, *(sa.column(name) for name in rows[0] if name != "content")), rows)


def _legal_rule_row(rule: dict[str, Any]) -> dict[str, Any]:
    set_at = datetime.combine(rule["verified_on"], time(), UTC)
    first = {"rule": rule.pop("id"), "version": 1, "withdrawn": False}
    return first | rule | {"set_by": "system", "reason": "known when this version was made", "set_at": set_at}


def _create_tables() -> None:
    op.execute("CREATE SCHEMA sandbox")
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("action <> ''", name="ck_audit_action"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_about", "audit", ["about", "at", "id"])
    op.create_index("ix_audit_action", "audit", ["action", "at", "id"])
    op.create_index("ix_audit_at", "audit", ["at", "id"])
    op.create_index("ix_audit_done_by", "audit", ["done_by", "at", "id"])
    op.create_index(
        "ix_audit_reason",
        "audit",
        [sa.literal_column("lower(reason)")],
        postgresql_ops={"lower(reason)": "gin_trgm_ops"},
        postgresql_using="gin",
    )
    op.create_table(
        "baskets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("methods", postgresql.JSONB(), nullable=False),
        sa.Column("preview", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_baskets"),
        sa.UniqueConstraint("client_key", name="uq_baskets_client_key"),
    )
    op.create_index("ix_baskets_given_by", "baskets", ["given_by", "received_at"])
    op.create_index("ix_baskets_open", "baskets", ["received_at"], postgresql_where=sa.text("closed_at IS NULL"))
    op.create_table(
        "bulk_actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name="ck_bulk_actions_reason"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_actions"),
        sa.UniqueConstraint("client_key", name="uq_bulk_actions_client_key"),
    )
    op.create_index("ix_bulk_actions_given_at", "bulk_actions", ["given_at"])
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="ck_calendar_feeds_token_hash"),
        sa.CheckConstraint("email = lower(email)", name="ck_calendar_feeds_email_in_small_letters"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_feeds"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_feeds_token_hash"),
    )
    op.create_index(
        "uq_calendar_feeds_open", "calendar_feeds", ["email"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "customers",
        sa.Column("csn", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.CheckConstraint("audience IN ('business', 'consumer')", name="ck_customers_audience_known"),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name="ck_customers_currency_code"),
        sa.PrimaryKeyConstraint("csn", name="pk_customers"),
    )
    op.create_index(
        "ix_customers_beginning",
        "customers",
        [sa.literal_column("lower(csn)")],
        postgresql_ops={"lower(csn)": "text_pattern_ops"},
    )
    op.create_index("ix_customers_country", "customers", ["country", "csn"])
    op.create_index("ix_customers_currency", "customers", ["currency", "csn"])
    op.create_index(
        "ix_customers_parts",
        "customers",
        [sa.literal_column("lower(name)")],
        postgresql_ops={"lower(name)": "gin_trgm_ops"},
        postgresql_using="gin",
    )
    op.create_table(
        "decline_codes",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("decline_class", sa.String(), nullable=False),
        sa.CheckConstraint(
            "decline_class IN ('soft', 'customer_acts', 'hard')", name="ck_decline_codes_decline_class_known"
        ),
        sa.PrimaryKeyConstraint("code", name="pk_decline_codes"),
    )
    op.create_table(
        "finds",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", "subscription", name="pk_finds"),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("subscriptions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_table(
        "journal_readers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_journal_readers"),
    )
    op.create_table(
        "legal_rules",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=True),
        sa.Column("shortest_term", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(), nullable=False),
        sa.Column("earliest", sa.Integer(), nullable=True),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("certainty", sa.String(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("anchor IN ('renewal', 'cancel_deadline', 'charge')", name="ck_legal_rules_anchor_known"),
        sa.CheckConstraint(
            "audience IS NULL OR audience IN ('business', 'consumer')", name="ck_legal_rules_audience_known"
        ),
        sa.CheckConstraint("certainty IN ('statute', 'secondary')", name="ck_legal_rules_certainty_known"),
        sa.CheckConstraint("jsonb_typeof(content) = 'array'", name="ck_legal_rules_content_is_a_list"),
        sa.CheckConstraint(
            "jurisdiction ~ '^([A-Z]{2}(-[A-Z0-9]{1,3})?|card|sepa)$'", name="ck_legal_rules_jurisdiction_code"
        ),
        sa.CheckConstraint("unit IN ('day', 'month')", name="ck_legal_rules_unit_known"),
        sa.CheckConstraint("latest >= 1 AND earliest >= latest", name="ck_legal_rules_days_run_forward"),
        sa.CheckConstraint("shortest_term >= 1", name="ck_legal_rules_shortest_term"),
        sa.PrimaryKeyConstraint("rule", "version", name="pk_legal_rules"),
    )
    op.create_table(
        "offerings",
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('subscription', 'maintenance_plan')", name="ck_offerings_kind_known"),
        sa.PrimaryKeyConstraint("sku", name="pk_offerings"),
    )
    op.create_table(
        "operator_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('alert', 'digest')", name="ck_operator_letters_kind_known"),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('sent', 'failed')", name="ck_operator_letters_outcome_known"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_operator_letters"),
        sa.UniqueConstraint("kind", "occasion", "recipient", name="uq_operator_letters_kind_occasion_recipient"),
    )
    op.create_index("ix_operator_letters_made_at", "operator_letters", ["made_at"])
    op.create_index(
        "ix_operator_letters_waiting", "operator_letters", ["next_at"], postgresql_where=sa.text("outcome IS NULL")
    )
    op.create_table(
        "operator_tries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name_hash", sa.String(), nullable=False),
        sa.Column("client_hash", sa.String(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operator_tries"),
    )
    op.create_index("ix_operator_tries_client_hash", "operator_tries", ["client_hash", "tried_at"])
    op.create_index("ix_operator_tries_name_hash", "operator_tries", ["name_hash", "tried_at"])
    op.create_index("ix_operator_tries_tried_at", "operator_tries", ["tried_at"])
    op.create_table(
        "operators",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("wants_alerts", sa.Boolean(), nullable=False),
        sa.Column("wants_digest", sa.Boolean(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("totp_secret", sa.String(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_because", sa.String(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_by", sa.String(), nullable=True),
        sa.Column("disabled_because", sa.String(), nullable=True),
        sa.CheckConstraint("created_because <> ''", name="ck_operators_created_because"),
        sa.CheckConstraint("language IS NULL OR language IN ('en', 'fr')", name="ck_operators_language_known"),
        sa.CheckConstraint("name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$'", name="ck_operators_name"),
        sa.CheckConstraint("role IN ('viewer', 'operator', 'finance', 'admin')", name="ck_operators_role_known"),
        sa.CheckConstraint("(disabled_at IS NULL) = (disabled_because IS NULL)", name="ck_operators_disabled_because"),
        sa.CheckConstraint("(disabled_at IS NULL) = (disabled_by IS NULL)", name="ck_operators_disabled_by"),
        sa.CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="ck_operators_identity"),
        sa.CheckConstraint("(password_hash IS NULL) = (totp_secret IS NULL)", name="ck_operators_two_factors"),
        sa.CheckConstraint("issuer IS NULL OR password_hash IS NULL", name="ck_operators_one_way_in"),
        sa.PrimaryKeyConstraint("name", name="pk_operators"),
        sa.UniqueConstraint("issuer", "subject", name="uq_operators_issuer_subject"),
    )
    op.create_table(
        "partners",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_because", sa.String(), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9][a-z0-9-]{0,31}$'", name="ck_partners_code"),
        sa.CheckConstraint("created_because <> ''", name="ck_partners_created_because"),
        sa.PrimaryKeyConstraint("code", name="pk_partners"),
    )
    op.create_table(
        "pauses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_by", sa.String(), nullable=False),
        sa.Column("began_because", sa.String(), nullable=False),
        sa.Column("figures", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("usual_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("began_because <> ''", name="ck_pauses_began_because"),
        sa.CheckConstraint("usual_until IS NULL OR figures ->> 'rule' = 'declines'", name="ck_pauses_usual_until"),
        sa.CheckConstraint("what IN ('charges', 'mails')", name="ck_pauses_what_known"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ck_pauses_ended_because"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_pauses_ended_by"),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR coalesce(confirmed_by <> ended_by, false)", name="ck_pauses_two_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pauses"),
    )
    op.create_index("uq_pauses_open", "pauses", ["what"], unique=True, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "rulebook",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Uuid(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_rulebook_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_rulebook"),
    )
    op.create_table(
        "charges",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("method_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("charged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voucher_code", sa.String(), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pends_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("refund_refusal", sa.String(), nullable=True),
        sa.CheckConstraint("outcome IN ('paid', 'declined')", name="ck_charges_outcome_known"),
        sa.CheckConstraint("final_at IS NOT NULL OR voucher_code IS NOT NULL", name="ck_charges_final_at"),
        sa.PrimaryKeyConstraint("key", name="pk_charges"),
        schema="sandbox",
    )
    op.create_table(
        "methods",
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("method_id", sa.Uuid(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refused_calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subscription", "method_id", name="pk_methods"),
        schema="sandbox",
    )
    op.create_table(
        "second_person_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("args", postgresql.JSONB(), nullable=False),
        sa.Column("shown", postgresql.JSONB(), nullable=False),
        sa.Column("numbers", postgresql.JSONB(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_because", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_because", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("asked_because <> ''", name="ck_second_person_requests_asked_because"),
        sa.CheckConstraint(
            "decision <> 'withdrawn' OR decided_by = asked_by", name="ck_second_person_requests_withdrawn_by_the_first"
        ),
        sa.CheckConstraint(
            "decision IS NULL OR decision IN ('confirmed', 'rejected', 'withdrawn', 'expired')",
            name="ck_second_person_requests_decision_known",
        ),
        sa.CheckConstraint(
            "decision NOT IN ('confirmed', 'rejected') OR decided_by <> asked_by",
            name="ck_second_person_requests_two_people",
        ),
        sa.CheckConstraint(
            "num_nulls(decision, decided_at, decided_by) IN (0, 3)", name="ck_second_person_requests_decided"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_second_person_requests"),
    )
    op.create_index(
        "uq_second_person_requests_open",
        "second_person_requests",
        ["what", "args"],
        unique=True,
        postgresql_where=sa.text("decision IS NULL"),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("client_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("leads_to", sa.String(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="ck_sign_in_links_token_hash"),
        sa.CheckConstraint("used_at IS NULL OR email IS NOT NULL", name="ck_sign_in_links_used_by_somebody"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_links"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_links_token_hash"),
    )
    op.create_index("ix_sign_in_links_address_hash", "sign_in_links", ["address_hash", "asked_at"])
    op.create_index("ix_sign_in_links_client_hash", "sign_in_links", ["client_hash", "asked_at"])
    op.create_index("ix_sign_in_links_expires_at", "sign_in_links", ["expires_at"])
    op.create_table(
        "snapshots",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("gave_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_snapshots"),
    )
    op.create_table(
        "usage_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_usage_imports"),
    )
    op.create_index("ix_usage_imports_digest", "usage_imports", ["digest"])
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("types", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_because", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("changed_because", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'removed') = (secret IS NULL)", name="ck_webhook_endpoints_secret"),
        sa.CheckConstraint("created_because <> ''", name="ck_webhook_endpoints_created_because"),
        sa.CheckConstraint("state IN ('on', 'off', 'removed')", name="ck_webhook_endpoints_state_known"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
    )
    op.create_table(
        "what_ifs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("args", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("walked", sa.Integer(), nullable=False),
        sa.Column("unpriced", sa.Integer(), nullable=False),
        sa.Column("affected", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("walked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totals", postgresql.JSONB(), nullable=False),
        sa.Column("failed_because", sa.String(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by", sa.String(), nullable=True),
        sa.CheckConstraint("what IN ('policy', 'price')", name="ck_what_ifs_what_known"),
        sa.CheckConstraint("(applied_at IS NULL) = (applied_by IS NULL)", name="ck_what_ifs_applied"),
        sa.PrimaryKeyConstraint("id", name="pk_what_ifs"),
    )
    op.create_index("ix_what_ifs_at", "what_ifs", ["at"])
    op.create_table(
        "account_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="ck_account_sessions_token_hash"),
        sa.ForeignKeyConstraint(["link_id"], ["sign_in_links.id"], name="fk_account_sessions_link_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_sessions"),
        sa.UniqueConstraint("link_id", name="uq_account_sessions_link_id"),
        sa.UniqueConstraint("token_hash", name="uq_account_sessions_token_hash"),
    )
    op.create_index("ix_account_sessions_expires_at", "account_sessions", ["expires_at"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("partner", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_because", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("revoked_because", sa.String(), nullable=True),
        sa.CheckConstraint("(partner IS NOT NULL) = ('partner' = ANY (scopes))", name="ck_api_keys_partner"),
        sa.CheckConstraint("created_because <> ''", name="ck_api_keys_created_because"),
        sa.CheckConstraint(
            "scopes <@ ARRAY['read', 'write', 'operate', 'partner']::varchar[] AND cardinality(scopes) > 0",
            name="ck_api_keys_scopes_known",
        ),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_because IS NULL)", name="ck_api_keys_revoked_because"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="ck_api_keys_revoked_by"),
        sa.CheckConstraint("length(secret_sha256) = 32", name="ck_api_keys_digest"),
        sa.CheckConstraint("partner IS NULL OR cardinality(scopes) = 1", name="ck_api_keys_partner_alone"),
        sa.ForeignKeyConstraint(["partner"], ["partners.code"], name="fk_api_keys_partner"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("prefix", name="uq_api_keys_prefix"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("csn", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["csn"], ["customers.csn"], name="fk_contacts_csn"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("csn", "email", name="uq_contacts_csn_email"),
    )
    op.create_index("ix_contacts_address", "contacts", [sa.literal_column("lower(email)")])
    op.create_index(
        "ix_contacts_parts",
        "contacts",
        [sa.literal_column("lower(email)")],
        postgresql_ops={"lower(email)": "gin_trgm_ops"},
        postgresql_using="gin",
    )
    op.create_table(
        "forecasts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Uuid(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("walked", sa.Integer(), nullable=False),
        sa.Column("unpriced", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("walked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totals", postgresql.JSONB(), nullable=False),
        sa.Column("compare_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compare_after", sa.String(), nullable=True),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdicts", postgresql.JSONB(), nullable=False),
        sa.Column("failed_because", sa.String(), nullable=True),
        sa.CheckConstraint("first_on <= last_on", name="ck_forecasts_days"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_forecasts_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_forecasts"),
    )
    op.create_index("ix_forecasts_asked_at", "forecasts", ["asked_at"])
    op.create_index(
        "ix_forecasts_import", "forecasts", ["import_id", "asked_at"], postgresql_where=sa.text("import_id IS NOT NULL")
    )
    op.create_index(
        "uq_forecasts_daily", "forecasts", ["first_on"], unique=True, postgresql_where=sa.text("asked_by = 'system'")
    )
    op.create_table(
        "go_lives",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("numbers", postgresql.JSONB(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name="ck_go_lives_reason"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_go_lives_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_go_lives"),
        sa.UniqueConstraint("client_key", name="uq_go_lives_client_key"),
    )
    op.create_index("ix_go_lives_given_at", "go_lives", ["given_at"])
    op.create_table(
        "operator_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="ck_operator_links_token_hash"),
        sa.ForeignKeyConstraint(["operator"], ["operators.name"], name="fk_operator_links_operator"),
        sa.PrimaryKeyConstraint("id", name="pk_operator_links"),
        sa.UniqueConstraint("token_hash", name="uq_operator_links_token_hash"),
    )
    op.create_index("ix_operator_links_expires_at", "operator_links", ["expires_at"])
    op.create_index("ix_operator_links_operator", "operator_links", ["operator"])
    op.create_table(
        "operator_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=True),
        sa.Column("system", sa.String(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_offered", sa.String(), nullable=True),
        sa.CheckConstraint(
            "browser IS NULL OR browser IN ('edge', 'firefox', 'chrome', 'safari', 'other')",
            name="ck_operator_sessions_browser_known",
        ),
        sa.CheckConstraint(
            "system IS NULL OR system IN ('android', 'ios', 'windows', 'macos', 'linux', 'other')",
            name="ck_operator_sessions_system_known",
        ),
        sa.CheckConstraint("token_hash ~ '^[0-9a-f]{64}$'", name="ck_operator_sessions_token_hash"),
        sa.CheckConstraint("way IN ('link', 'password', 'provider')", name="ck_operator_sessions_way_known"),
        sa.CheckConstraint("(browser IS NULL) = (system IS NULL)", name="ck_operator_sessions_browser_with_its_system"),
        sa.ForeignKeyConstraint(["operator"], ["operators.name"], name="fk_operator_sessions_operator"),
        sa.PrimaryKeyConstraint("id", name="pk_operator_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_operator_sessions_token_hash"),
    )
    op.create_index("ix_operator_sessions_expires_at", "operator_sessions", ["expires_at"])
    op.create_index("ix_operator_sessions_operator", "operator_sessions", ["operator"])
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("csn", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'paid', 'void')", name="ck_orders_state_known"),
        sa.CheckConstraint("way <> 'recorded' OR reference IS NOT NULL", name="ck_orders_recorded_reference"),
        sa.CheckConstraint(
            "way IN ('automatic', 'checkout', 'bulk', 'seats', 'quote', 'recorded')", name="ck_orders_way_known"
        ),
        sa.ForeignKeyConstraint(["csn"], ["customers.csn"], name="fk_orders_csn"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
    )
    op.create_index("ix_orders_of_customer", "orders", ["csn", "ordered_at"])
    op.create_table(
        "payment_methods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("csn", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("valid_through", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(removed_at IS NULL) = (token <> '')", name="ck_payment_methods_removed_without_token"),
        sa.CheckConstraint(
            "kind IN ('card', 'paypal', 'direct_debit', 'konbini', 'bank_transfer')",
            name="ck_payment_methods_kind_known",
        ),
        sa.CheckConstraint("token !~ '^[0-9 -]{13,}$'", name="ck_payment_methods_no_card_number"),
        sa.ForeignKeyConstraint(["csn"], ["customers.csn"], name="fk_payment_methods_csn"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_methods"),
    )
    op.create_index("ix_payment_methods_csn", "payment_methods", ["csn"])
    op.create_table(
        "policies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sku"], ["offerings.sku"], name="fk_policies_sku"),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
        sa.UniqueConstraint(
            "sku",
            "country",
            "channel",
            "version",
            name="uq_policies_sku_country_channel_version",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "prices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("list_price", sa.BigInteger(), nullable=False),
        sa.Column("renewal_price", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("status IN ('active', 'retired')", name="ck_prices_status_known"),
        sa.CheckConstraint("term IN ('month', 'year', '3-years')", name="ck_prices_term_known"),
        sa.CheckConstraint("list_price >= 0 AND renewal_price >= 0", name="ck_prices_not_negative"),
        sa.ForeignKeyConstraint(["sku"], ["offerings.sku"], name="fk_prices_sku"),
        sa.PrimaryKeyConstraint("id", name="pk_prices"),
        sa.UniqueConstraint("sku", "term", "currency", "version", name="uq_prices_sku_term_currency_version"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("code_hash ~ '^[0-9a-f]{64}$'", name="ck_recovery_codes_code_hash"),
        sa.ForeignKeyConstraint(["operator"], ["operators.name"], name="fk_recovery_codes_operator"),
        sa.PrimaryKeyConstraint("operator", "code_hash", name="pk_recovery_codes"),
    )
    op.create_table(
        "refunds",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("charge_key", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["charge_key"], ["sandbox.charges.key"], name="fk_refunds_charge_key"),
        sa.PrimaryKeyConstraint("key", name="pk_refunds"),
        schema="sandbox",
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> '' AND length(name) <= 60", name="ck_saved_views_name"),
        sa.ForeignKeyConstraint(["operator"], ["operators.name"], name="fk_saved_views_operator"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("operator", "name", name="uq_saved_views_operator_name"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (next_at IS NOT NULL)", name="ck_webhook_deliveries_next_at"),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'given_up')", name="ck_webhook_deliveries_state_known"),
        sa.ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoints.id"], name="fk_webhook_deliveries_endpoint_id"),
        sa.PrimaryKeyConstraint("endpoint_id", "event_id", name="pk_webhook_deliveries"),
    )
    op.create_index(
        "ix_webhook_deliveries_done_at",
        "webhook_deliveries",
        ["done_at"],
        postgresql_where=sa.text("done_at IS NOT NULL"),
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["endpoint_id", "next_at"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_webhook_deliveries_open",
        "webhook_deliveries",
        ["endpoint_id", "state"],
        postgresql_where=sa.text("state <> 'delivered'"),
    )
    op.create_index(
        "ix_webhook_deliveries_order",
        "webhook_deliveries",
        ["endpoint_id", "subject", "event_id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_webhook_deliveries_state", "webhook_deliveries", ["endpoint_id", "state", "event_id"])
    op.create_table(
        "webhook_tries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoints.id"], name="fk_webhook_tries_endpoint_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_tries"),
    )
    op.create_index("ix_webhook_tries_delivery", "webhook_tries", ["endpoint_id", "event_id", "id"])
    op.create_index("ix_webhook_tries_tried_at", "webhook_tries", ["tried_at"])
    op.create_table(
        "what_if_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("what_if_id", sa.Uuid(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("old_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("old_amount", sa.BigInteger(), nullable=True),
        sa.Column("new_amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.CheckConstraint(
            "change IN ('earlier', 'later', 'gone', 'anew', 'dearer', 'cheaper')", name="ck_what_if_lines_change_known"
        ),
        sa.CheckConstraint("num_nulls(old_at, new_at) < 2", name="ck_what_if_lines_either"),
        sa.ForeignKeyConstraint(["what_if_id"], ["what_ifs.id"], name="fk_what_if_lines_what_if_id"),
        sa.PrimaryKeyConstraint("id", name="pk_what_if_lines"),
    )
    op.create_index("ix_what_if_lines_change", "what_if_lines", ["what_if_id", "what", "change", "id"])
    op.create_index("ix_what_if_lines_id", "what_if_lines", ["what_if_id", "id"])
    op.create_table(
        "attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("method_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("decline_class", sa.String(), nullable=True),
        sa.Column("gateway_reference", sa.String(), nullable=True),
        sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voucher_code", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unwanted", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "(state IN ('paid', 'declined', 'expired')) = (answered_at IS NOT NULL)", name="ck_attempts_answered"
        ),
        sa.CheckConstraint(
            "decline_class IS NULL OR decline_class IN ('soft', 'customer_acts', 'hard')",
            name="ck_attempts_decline_class_known",
        ),
        sa.CheckConstraint(
            "state IN ('open', 'unknown', 'pending', 'issued', 'paid', 'declined', 'expired', 'abandoned')",
            name="ck_attempts_state_known",
        ),
        sa.CheckConstraint(
            "state NOT IN ('issued', 'expired') OR voucher_code IS NOT NULL", name="ck_attempts_voucher_code"
        ),
        sa.CheckConstraint("amount >= 0", name="ck_attempts_amount"),
        sa.CheckConstraint("n >= 1", name="ck_attempts_n"),
        sa.CheckConstraint("received >= 0", name="ck_attempts_received"),
        sa.CheckConstraint("taken >= 0", name="ck_attempts_taken"),
        sa.ForeignKeyConstraint(["method_id"], ["payment_methods.id"], name="fk_attempts_method_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_attempts_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint("order_id", "n", name="uq_attempts_order_id_n"),
    )
    op.create_index("ix_attempts_by_state", "attempts", ["state", "called_at", "id"])
    op.create_index("ix_attempts_called_at", "attempts", ["called_at", "id"])
    op.create_index(
        "ix_attempts_paid_late",
        "attempts",
        ["answered_at"],
        postgresql_where=sa.text("state = 'paid' AND answered_at - called_at > '24:00:00'::interval"),
    )
    op.create_index(
        "uq_attempts_unanswered",
        "attempts",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'unknown', 'pending', 'issued')"),
    )
    op.create_table(
        "basket_lines",
        sa.Column("basket_id", sa.Uuid(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("renews_on", sa.Date(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("hint", sa.String(), nullable=True),
        sa.Column("possible_on", sa.Date(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(code IS NULL) = (hint IS NULL)", name="ck_basket_lines_hint"),
        sa.CheckConstraint("order_id IS NULL OR code IS NULL", name="ck_basket_lines_ordered_or_refused"),
        sa.CheckConstraint("place BETWEEN 1 AND 100", name="ck_basket_lines_place"),
        sa.ForeignKeyConstraint(["basket_id"], ["baskets.id"], name="fk_basket_lines_basket_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_basket_lines_order_id"),
        sa.PrimaryKeyConstraint("basket_id", "subscription", name="pk_basket_lines"),
        sa.UniqueConstraint("basket_id", "place", name="uq_basket_lines_basket_id_place"),
    )
    op.create_index("ix_basket_lines_order_id", "basket_lines", ["order_id"])
    op.create_table(
        "commands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("args", postgresql.JSONB(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renews_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("hint", sa.String(), nullable=True),
        sa.Column("possible_on", sa.Date(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("outcome IS NULL OR outcome IN ('done', 'refused')", name="ck_commands_outcome_known"),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="ck_commands_decided"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_commands_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_commands"),
        sa.UniqueConstraint("client_key", name="uq_commands_client_key"),
    )
    op.create_index(
        "ix_commands_cancels", "commands", ["stored_at"], postgresql_where=sa.text("name = 'cancel-auto-renew'")
    )
    op.create_index("ix_commands_order_id", "commands", ["order_id"])
    op.create_index("ix_commands_subscription", "commands", ["subscription"])
    op.create_index("ix_commands_undecided", "commands", ["stored_at"], postgresql_where=sa.text("outcome IS NULL"))
    op.create_table(
        "forecast_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("forecast_id", sa.Uuid(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("actual_amount", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("foreseen", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("actual_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("happened_as", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "cause IS NULL OR cause IN ('amount', 'time', 'parked', 'paused', 'paid_before', 'cancelled', 'in_doubt', 'held', 'declined', 'missed', 'not_accepted', 'command', 'rules', 'buyer', 'caused', 'unknown')",
            name="ck_forecast_lines_cause_known",
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict IN ('agreed', 'differs', 'not_happened', 'unforeseen', 'waits')",
            name="ck_forecast_lines_verdict_known",
        ),
        sa.CheckConstraint("what IN ('charge', 'notice')", name="ck_forecast_lines_what_known"),
        sa.ForeignKeyConstraint(["forecast_id"], ["forecasts.id"], name="fk_forecast_lines_forecast_id"),
        sa.PrimaryKeyConstraint("id", name="pk_forecast_lines"),
    )
    op.create_index("ix_forecast_lines_at", "forecast_lines", ["forecast_id", "at", "id"])
    op.create_index("ix_forecast_lines_subscription", "forecast_lines", ["forecast_id", "subscription"])
    op.create_index("ix_forecast_lines_verdict", "forecast_lines", ["forecast_id", "verdict", "at", "id"])
    op.create_table(
        "subscriptions",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("csn", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("renews_on", sa.Date(), nullable=False),
        sa.Column("anchor_day", sa.Integer(), nullable=False),
        sa.Column("auto_renew", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=True),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("primary_admin_id", sa.Uuid(), nullable=False),
        sa.Column("method_id", sa.Uuid(), nullable=True),
        sa.Column("method_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending_seats", sa.Integer(), nullable=True),
        sa.Column("pending_term", sa.String(), nullable=True),
        sa.Column("late_until", sa.Date(), nullable=True),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("phase_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("access_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_because", sa.String(), nullable=True),
        sa.Column("live_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owes_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_term", sa.String(), nullable=True),
        sa.Column("announced_unit_price", sa.BigInteger(), nullable=True),
        sa.Column("shift", sa.Interval(), nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_step", sa.String(), nullable=True),
        sa.Column("planned_under", sa.String(), nullable=True),
        sa.Column("plans", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "announced_term IS NULL OR announced_term IN ('month', 'year', '3-years')",
            name="ck_subscriptions_announced_term_known",
        ),
        sa.CheckConstraint(
            "channel IN ('direct_online', 'direct_sales', 'partner', 'legacy')", name="ck_subscriptions_channel_known"
        ),
        sa.CheckConstraint("partner IS NULL OR channel = 'partner'", name="ck_subscriptions_partner"),
        sa.CheckConstraint(
            "pending_term IS NULL OR pending_term IN ('month', 'year', '3-years')",
            name="ck_subscriptions_pending_term_known",
        ),
        sa.CheckConstraint(
            "phase IN ('active', 'renewable', 'renewed', 'past_due', 'expired', 'lapsed')",
            name="ck_subscriptions_phase_known",
        ),
        sa.CheckConstraint("term IN ('month', 'year', '3-years')", name="ck_subscriptions_term_known"),
        sa.CheckConstraint("anchor_day BETWEEN 1 AND 31", name="ck_subscriptions_anchor_day"),
        sa.CheckConstraint("announced_unit_price >= 0", name="ck_subscriptions_announced_unit_price"),
        sa.CheckConstraint("parked_at IS NULL OR parked_because IS NOT NULL", name="ck_subscriptions_parked_because"),
        sa.CheckConstraint("pending_seats >= 1", name="ck_subscriptions_pending_seats"),
        sa.CheckConstraint("seats >= 1", name="ck_subscriptions_seats"),
        sa.CheckConstraint("starts_on < renews_on", name="ck_subscriptions_term_runs_forward"),
        sa.CheckConstraint("unit_price >= 0", name="ck_subscriptions_unit_price"),
        sa.ForeignKeyConstraint(["buyer_id"], ["contacts.id"], name="fk_subscriptions_buyer_id"),
        sa.ForeignKeyConstraint(["csn"], ["customers.csn"], name="fk_subscriptions_csn"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_subscriptions_import_id"),
        sa.ForeignKeyConstraint(["method_id"], ["payment_methods.id"], name="fk_subscriptions_method_id"),
        sa.ForeignKeyConstraint(["partner"], ["partners.code"], name="fk_subscriptions_partner"),
        sa.ForeignKeyConstraint(["primary_admin_id"], ["contacts.id"], name="fk_subscriptions_primary_admin_id"),
        sa.ForeignKeyConstraint(["sku"], ["offerings.sku"], name="fk_subscriptions_sku"),
        sa.PrimaryKeyConstraint("number", name="pk_subscriptions"),
    )
    op.create_index(
        "ix_subscriptions_access",
        "subscriptions",
        ["access_until"],
        postgresql_where=sa.text("phase IN ('active', 'renewable', 'renewed')"),
    )
    op.create_index(
        "ix_subscriptions_beginning",
        "subscriptions",
        [sa.literal_column("lower(number)")],
        postgresql_ops={"lower(number)": "text_pattern_ops"},
    )
    op.create_index("ix_subscriptions_buyer_id", "subscriptions", ["buyer_id"])
    op.create_index(
        "ix_subscriptions_by_step",
        "subscriptions",
        [sa.literal_column("coalesce(next_step_at, '9999-06-01 00:00:00+00'::timestamptz)"), "number"],
    )
    op.create_index("ix_subscriptions_channel", "subscriptions", ["channel", "number"])
    op.create_index("ix_subscriptions_csn", "subscriptions", ["csn"])
    op.create_index(
        "ix_subscriptions_due_on",
        "subscriptions",
        [sa.literal_column("((renews_on - shift)::date)")],
        postgresql_where=sa.text("phase <> 'lapsed'"),
    )
    op.create_index(
        "ix_subscriptions_next_step",
        "subscriptions",
        ["next_step_at", "number"],
        postgresql_where=sa.text("phase <> 'lapsed'"),
    )
    op.create_index(
        "ix_subscriptions_not_live",
        "subscriptions",
        ["import_id", "renews_on", "number"],
        postgresql_include=["phase"],
        postgresql_where=sa.text("live_at IS NULL"),
    )
    op.create_index(
        "ix_subscriptions_parked", "subscriptions", ["number"], postgresql_where=sa.text("parked_at IS NOT NULL")
    )
    op.create_index(
        "ix_subscriptions_partner",
        "subscriptions",
        ["partner", "number"],
        postgresql_where=sa.text("partner IS NOT NULL"),
    )
    op.create_index(
        "ix_subscriptions_past_due", "subscriptions", ["number"], postgresql_where=sa.text("phase = 'past_due'")
    )
    op.create_index("ix_subscriptions_phase", "subscriptions", ["phase", "number"])
    op.create_index("ix_subscriptions_phase_renews_on", "subscriptions", ["phase", "renews_on", "number"])
    op.create_index("ix_subscriptions_primary_admin_id", "subscriptions", ["primary_admin_id"])
    op.create_index("ix_subscriptions_renews_on", "subscriptions", ["renews_on", "number"])
    op.create_index("ix_subscriptions_sku", "subscriptions", ["sku", "number"])
    op.create_index(
        "ix_subscriptions_suspended",
        "subscriptions",
        ["number"],
        postgresql_where=sa.text("phase IN ('active', 'renewable', 'renewed') AND suspended_at IS NOT NULL"),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("gravity", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by", sa.String(), nullable=True),
        sa.Column("cleared_because", sa.String(), nullable=True),
        sa.CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="ck_alarms_acknowledged_by"),
        sa.CheckConstraint("(cleared_by IS NULL) = (cleared_because IS NULL)", name="ck_alarms_cleared_because"),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_alarms_subscription"),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
    )
    op.create_index(
        "ix_alarms_ended", "alarms", ["cleared_at", "id"], postgresql_where=sa.text("cleared_at IS NOT NULL")
    )
    op.create_index(
        "ix_alarms_ended_kind",
        "alarms",
        ["kind", "cleared_at", "id"],
        postgresql_where=sa.text("cleared_at IS NOT NULL"),
    )
    op.create_index(
        "ix_alarms_ended_owner",
        "alarms",
        ["owner", "cleared_at", "id"],
        postgresql_where=sa.text("cleared_at IS NOT NULL"),
    )
    op.create_index(
        "ix_alarms_open", "alarms", ["gravity", "raised_at", "id"], postgresql_where=sa.text("cleared_at IS NULL")
    )
    op.create_index(
        "ix_alarms_open_kind",
        "alarms",
        ["kind", "gravity", "raised_at", "id"],
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index(
        "ix_alarms_open_owner",
        "alarms",
        ["owner", "gravity", "raised_at", "id"],
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index(
        "uq_alarms_open",
        "alarms",
        ["subscription", "kind", "subject"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "bulk_action_lines",
        sa.Column("bulk_action_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("place BETWEEN 1 AND 1000", name="ck_bulk_action_lines_place"),
        sa.ForeignKeyConstraint(["bulk_action_id"], ["bulk_actions.id"], name="fk_bulk_action_lines_bulk_action_id"),
        sa.ForeignKeyConstraint(["command_id"], ["commands.id"], name="fk_bulk_action_lines_command_id"),
        sa.PrimaryKeyConstraint("bulk_action_id", "place", name="pk_bulk_action_lines"),
        sa.UniqueConstraint("bulk_action_id", "command_id", name="uq_bulk_action_lines_bulk_action_id_command_id"),
    )
    op.create_index("ix_bulk_action_lines_command_id", "bulk_action_lines", ["command_id"])
    op.create_table(
        "days_listed",
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.CheckConstraint('"user" = lower("user")', name="ck_days_listed_user_in_small_letters"),
        sa.CheckConstraint("since <= until", name="ck_days_listed_runs_forward"),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_days_listed_subscription"),
        sa.PrimaryKeyConstraint("subscription", "user", name="pk_days_listed"),
    )
    op.create_index("ix_days_listed_until", "days_listed", ["until"])
    op.create_table(
        "days_of_use",
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.CheckConstraint('"user" = lower("user")', name="ck_days_of_use_user_in_small_letters"),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_days_of_use_subscription"),
        sa.PrimaryKeyConstraint("subscription", "user", "used_on", name="pk_days_of_use"),
    )
    op.create_index("ix_days_of_use_used_on", "days_of_use", ["used_on"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("term_starts_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("dated", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("planned_for", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('window_open', 'reminder', 'advance_charge_notice', 'card_expiring', 'renewed', 'payment_failed', 'action_required', 'auto_renew_cancelled', 'auto_renew_resumed', 'seats_reduction_scheduled', 'term_change_scheduled', 'change_withdrawn', 'method_changed', 'expired', 'late_window_closing', 'lapsed', 'voucher_issued', 'voucher_part_received', 'voucher_expired', 'seats_added', 'order_confirmation', 'refund', 'quote_issued', 'quote_expiring')",
            name="ck_notices_kind_known",
        ),
        sa.CheckConstraint("outcome <> 'sent' OR sent_at IS NOT NULL", name="ck_notices_sent_at"),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('sent', 'missed', 'failed', 'bounced')", name="ck_notices_outcome_known"
        ),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_notices_subscription"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint(
            "subscription",
            "term_starts_on",
            "kind",
            "occasion",
            "recipient",
            name="uq_notices_subscription_term_starts_on_kind_occasion_recipient",
        ),
    )
    op.create_index("ix_notices_by_kind", "notices", ["kind", "planned_for", "id"])
    op.create_index("ix_notices_by_recipient", "notices", [sa.literal_column("lower(recipient)"), "planned_for", "id"])
    op.create_index("ix_notices_by_time", "notices", ["planned_for", "id"])
    op.create_index(
        "ix_notices_not_sent",
        "notices",
        ["outcome", "planned_for", "id"],
        postgresql_where=sa.text("outcome <> 'sent'"),
    )
    op.create_index("ix_notices_queue", "notices", ["planned_for", "id"], postgresql_where=sa.text("outcome IS NULL"))
    op.create_index("ix_notices_sent_at", "notices", ["sent_at", "id"], postgresql_where=sa.text("sent_at IS NOT NULL"))
    op.create_index(
        "ix_notices_undelivered",
        "notices",
        ["subscription"],
        postgresql_where=sa.text("outcome IN ('failed', 'bounced')"),
    )
    op.create_index("ix_notices_waiting", "notices", ["subscription"], postgresql_where=sa.text("outcome IS NULL"))
    op.create_table(
        "parts",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0 AND amount <= total", name="ck_parts_amount"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_parts_attempt_id"),
        sa.PrimaryKeyConstraint("attempt_id", "total", name="pk_parts"),
    )
    op.create_table(
        "quotes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True, start=1001), nullable=False),
        sa.Column("csn", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_in", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_because", sa.String(), nullable=True),
        sa.Column("invoice", sa.Boolean(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state IN ('asked', 'issued')) = (ended_at IS NULL)", name="ck_quotes_ended"),
        sa.CheckConstraint(
            "channel IN ('direct_online', 'direct_sales', 'partner', 'legacy')", name="ck_quotes_channel_known"
        ),
        sa.CheckConstraint("state <> 'accepted' OR order_id IS NOT NULL", name="ck_quotes_accepted_by_an_order"),
        sa.CheckConstraint(
            "state IN ('asked', 'issued', 'accepted', 'declined', 'withdrawn', 'expired', 'void')",
            name="ck_quotes_state_known",
        ),
        sa.CheckConstraint("state NOT IN ('issued', 'accepted') OR issued_at IS NOT NULL", name="ck_quotes_issued"),
        sa.CheckConstraint("issued_at IS NULL OR issued_because IS NOT NULL", name="ck_quotes_issued_because"),
        sa.ForeignKeyConstraint(["asked_in"], ["commands.id"], name="fk_quotes_asked_in"),
        sa.ForeignKeyConstraint(["csn"], ["customers.csn"], name="fk_quotes_csn"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_quotes_order_id"),
        sa.ForeignKeyConstraint(["partner"], ["partners.code"], name="fk_quotes_partner"),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_quotes_subscription"),
        sa.PrimaryKeyConstraint("id", name="pk_quotes"),
        sa.UniqueConstraint("asked_in", name="uq_quotes_asked_in"),
    )
    op.create_index("ix_quotes_csn", "quotes", ["csn"])
    op.create_index("ix_quotes_next_step", "quotes", ["next_step_at"])
    op.create_index("ix_quotes_order_id", "quotes", ["order_id"])
    op.create_index("ix_quotes_partner", "quotes", ["partner", "id"], postgresql_where=sa.text("partner IS NOT NULL"))
    op.create_table(
        "refunds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.CheckConstraint(
            "because IN ('paid_late', 'paid_in_part', 'paid_too_much', 'operator')", name="ck_refunds_because_known"
        ),
        sa.CheckConstraint("(refused_at IS NULL) = (refusal IS NULL)", name="ck_refunds_refused"),
        sa.CheckConstraint("(sent_at IS NULL) = (reference IS NULL)", name="ck_refunds_sent"),
        sa.CheckConstraint("amount > 0", name="ck_refunds_amount"),
        sa.CheckConstraint(
            "refused_at IS NULL OR (sent_at IS NULL AND next_at IS NULL)", name="ck_refunds_refused_for_good"
        ),
        sa.CheckConstraint("sent_at IS NULL OR next_at IS NULL", name="ck_refunds_sent_once"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_refunds_attempt_id"),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_refunds_subscription"),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
    )
    op.create_index("ix_refunds_attempt_id", "refunds", ["attempt_id"])
    op.create_index("ix_refunds_not_sent", "refunds", ["owed_at"], postgresql_where=sa.text("sent_at IS NULL"))
    op.create_index("ix_refunds_waiting", "refunds", ["subscription"], postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_table(
        "renewals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("term_starts_on", sa.Date(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(settled_at IS NULL) = (order_id IS NULL)", name="ck_renewals_settled_by_an_order"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_renewals_order_id"),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_renewals_subscription"),
        sa.PrimaryKeyConstraint("id", name="pk_renewals"),
        sa.UniqueConstraint("subscription", "term_starts_on", name="uq_renewals_subscription_term_starts_on"),
    )
    op.create_index(
        "ix_renewals_settled", "renewals", ["term_starts_on"], postgresql_where=sa.text("settled_at IS NOT NULL")
    )
    op.create_table(
        "seat_assignments",
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("unassigned_on", sa.Date(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.String(), nullable=False),
        sa.CheckConstraint('"user" = lower("user")', name="ck_seat_assignments_user_in_small_letters"),
        sa.CheckConstraint("unassigned_on > assigned_on", name="ck_seat_assignments_runs_forward"),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_seat_assignments_subscription"),
        sa.PrimaryKeyConstraint("subscription", "user", "assigned_on", name="pk_seat_assignments"),
        sa.UniqueConstraint("id", name="uq_seat_assignments_id"),
    )
    op.create_index(
        "uq_seat_assignments_open",
        "seat_assignments",
        ["subscription", "user"],
        unique=True,
        postgresql_where=sa.text("unassigned_on IS NULL"),
    )
    op.create_table(
        "terms",
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("renews_on", sa.Date(), nullable=False),
        sa.Column("follows", sa.Date(), nullable=True),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("term IN ('month', 'year', '3-years')", name="ck_terms_term_known"),
        sa.CheckConstraint("follows = starts_on", name="ck_terms_no_gap"),
        sa.CheckConstraint("seats >= 1", name="ck_terms_seats"),
        sa.CheckConstraint("starts_on < renews_on", name="ck_terms_runs_forward"),
        sa.CheckConstraint("unit_price >= 0", name="ck_terms_unit_price"),
        sa.ForeignKeyConstraint(
            ["subscription", "follows"], ["terms.subscription", "terms.renews_on"], name="fk_terms_tile"
        ),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_terms_subscription"),
        sa.PrimaryKeyConstraint("subscription", "starts_on", name="pk_terms"),
        sa.UniqueConstraint("subscription", "renews_on", name="uq_terms_subscription_renews_on"),
    )
    op.create_index("ix_terms_renews_on", "terms", ["renews_on"])
    op.create_index(
        "uq_terms_first", "terms", ["subscription"], unique=True, postgresql_where=sa.text("follows IS NULL")
    )
    op.create_index("uq_terms_follows", "terms", ["subscription", "follows"], unique=True)
    op.create_table(
        "usage_told",
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_usage_told_subscription"),
        sa.PrimaryKeyConstraint("subscription", name="pk_usage_told"),
    )
    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("renewal_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("quote_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("again_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(holder = 'quote') = (quote_id IS NOT NULL)", name="ck_claims_of_a_quote"),
        sa.CheckConstraint("holder IN ('automatic', 'order', 'quote', 'voucher')", name="ck_claims_holder_known"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_claims_order_id"),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name="fk_claims_quote_id"),
        sa.ForeignKeyConstraint(["renewal_id"], ["renewals.id"], name="fk_claims_renewal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
    )
    op.create_index(
        "ix_claims_ending",
        "claims",
        ["ends_at"],
        postgresql_where=sa.text("released_at IS NULL AND ends_at IS NOT NULL"),
    )
    op.create_index("ix_claims_quote_id", "claims", ["quote_id"])
    op.create_index(
        "uq_claims_open", "claims", ["renewal_id"], unique=True, postgresql_where=sa.text("released_at IS NULL")
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("subscription", sa.String(), nullable=True),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("caused_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("subscription IS NULL OR customer IS NULL", name="ck_events_of_one"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_events_notice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_alarm", "events", ["id"], postgresql_where=sa.text("event = 'alarm'"))
    op.create_index(
        "ix_events_deeds",
        "events",
        ["at", "id"],
        postgresql_where=sa.text("event IN ('command', 'go_live') AND \"left\"(caused_by, 9) = 'operator:'"),
    )
    op.create_index(
        "ix_events_deeds_by",
        "events",
        ["caused_by", "at", "id"],
        postgresql_where=sa.text("event IN ('command', 'go_live') AND \"left\"(caused_by, 9) = 'operator:'"),
    )
    op.create_index(
        "ix_events_deeds_reason",
        "events",
        [sa.literal_column("lower(reason)")],
        postgresql_ops={"lower(reason)": "gin_trgm_ops"},
        postgresql_using="gin",
        postgresql_where=sa.text("event IN ('command', 'go_live') AND \"left\"(caused_by, 9) = 'operator:'"),
    )
    op.create_index(
        "ix_events_deeds_what",
        "events",
        [sa.literal_column("coalesce(data ->> 'name', 'go-live')"), "at", "id"],
        postgresql_where=sa.text("event IN ('command', 'go_live') AND \"left\"(caused_by, 9) = 'operator:'"),
    )
    op.create_index("ix_events_subscription_at", "events", ["subscription", "at", "id"])
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("term_starts_on", sa.Date(), nullable=False),
        sa.Column("renewal_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("term_days", sa.Integer(), nullable=True),
        sa.Column("receipt", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("(purpose = 'renewal') = (renewal_id IS NOT NULL)", name="ck_order_lines_renewal"),
        sa.CheckConstraint("(purpose = 'seats') = (days IS NOT NULL)", name="ck_order_lines_days"),
        sa.CheckConstraint("(purpose = 'seats') = (term_days IS NOT NULL)", name="ck_order_lines_term_days"),
        sa.CheckConstraint("purpose IN ('renewal', 'seats', 'next_seats')", name="ck_order_lines_purpose_known"),
        sa.CheckConstraint(
            "CASE WHEN days IS NULL THEN amount = unit_price * seats ELSE amount = (2 * unit_price * seats * days + term_days) / (2 * term_days) END",
            name="ck_order_lines_amount",
        ),
        sa.CheckConstraint("days >= 1 AND term_days >= 1", name="ck_order_lines_days_count"),
        sa.CheckConstraint("seats >= 1", name="ck_order_lines_seats"),
        sa.CheckConstraint("unit_price >= 0", name="ck_order_lines_unit_price"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_lines_order_id"),
        sa.ForeignKeyConstraint(["renewal_id"], ["renewals.id"], name="fk_order_lines_renewal_id"),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_order_lines_subscription"),
        sa.PrimaryKeyConstraint("order_id", "subscription", "term_starts_on", name="pk_order_lines"),
    )
    op.create_index("ix_order_lines_renewal_id", "order_lines", ["renewal_id"])
    op.create_index("ix_order_lines_subscription", "order_lines", ["subscription"])
    op.create_table(
        "quote_lines",
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("term_starts_on", sa.Date(), nullable=False),
        sa.Column("asked_seats", sa.Integer(), nullable=True),
        sa.Column("asked_term", sa.String(), nullable=True),
        sa.Column("renewal_id", sa.Uuid(), nullable=True),
        sa.Column("term", sa.String(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("unit_price", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("receipt", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "asked_term IS NULL OR asked_term IN ('month', 'year', '3-years')", name="ck_quote_lines_asked_term_known"
        ),
        sa.CheckConstraint("term IS NULL OR term IN ('month', 'year', '3-years')", name="ck_quote_lines_term_known"),
        sa.CheckConstraint("amount = unit_price * seats", name="ck_quote_lines_amount"),
        sa.CheckConstraint("asked_seats >= 1", name="ck_quote_lines_asked_seats"),
        sa.CheckConstraint(
            "num_nulls(renewal_id, term, seats, unit_price, amount) IN (0, 5)", name="ck_quote_lines_offered_as_a_whole"
        ),
        sa.CheckConstraint("seats >= 1", name="ck_quote_lines_seats"),
        sa.CheckConstraint("unit_price >= 0", name="ck_quote_lines_unit_price"),
        sa.ForeignKeyConstraint(["quote_id"], ["quotes.id"], name="fk_quote_lines_quote_id"),
        sa.ForeignKeyConstraint(["renewal_id"], ["renewals.id"], name="fk_quote_lines_renewal_id"),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.number"], name="fk_quote_lines_subscription"),
        sa.PrimaryKeyConstraint("quote_id", "subscription", name="pk_quote_lines"),
    )
    op.create_index("ix_quote_lines_subscription", "quote_lines", ["subscription"])

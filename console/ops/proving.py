"""How legal notices are kept, in words: windows of rules, and the paper that proves it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from console.speech import Speech
from console.words import moment
from documents.proof import Fact, ProofPaper, ProofSection
from mail.letter import VENDOR
from models.compliance import Kept, Proof, State
from models.store import Stored
from renewals.legal import DEFAULT_RULES, LegalRule

_SHIPPED = {rule.id: rule.source for rule in DEFAULT_RULES}


def window_of(rule: LegalRule, t: Speech) -> str:
    """Between which days a rule wants its notice, such as `45 to 15 days before the renewal date`."""
    anchor = t(f"legal.anchor.{rule.anchor}")
    if rule.earliest is None:
        return t(f"legal.window.{rule.unit}.open", latest=str(rule.latest), anchor=anchor)
    return t(f"legal.window.{rule.unit}", earliest=str(rule.earliest), latest=str(rule.latest), anchor=anchor)


def content_of(rule: LegalRule, t: Speech) -> str:
    """What its notice must say or be; what an operator's own rule names without words is said as it is."""
    return t.listed(*(t.first(f"legal.content.{each}") for each in rule.content))


def certainty_of(rule: LegalRule, t: Speech) -> str:
    """How sure the rule is, and since when that is known."""
    return t(f"legal.certainty.{rule.certainty}", day=t.w.day(rule.verified_on))


def source_of(rule: LegalRule, t: Speech) -> str:
    """Where it is written: of a rule as it came with the product in the reader's language, else as it was entered."""
    return t(f"legal.source_of.{rule.id}") if rule.source == _SHIPPED.get(rule.id) else rule.source


def proof_paper(stored: Stored, charges: Sequence[Kept], now: datetime, t: Speech) -> ProofPaper:
    """What an operator hands to whoever asks for proof: each rule with its source, each mail with its reply."""
    return ProofPaper(
        language=t.w.language,
        vendor=VENDOR,
        heading=t("legal.proof"),
        reference=stored.row.number,
        made_at=now,
        facts=tuple(_facts(stored, now, t)),
        sections=tuple(_section(kept, proof, t) for kept in charges for proof in kept.proofs),
        notes=(t("legal.proof_note"), t("legal.advice")),
        page=t("legal.page"),
    )


def _facts(stored: Stored, now: datetime, t: Speech) -> Iterator[Fact]:
    customer = stored.customer
    place = ", ".join(part for part in (customer.country, customer.region) if part)
    yield t("customer"), f"{customer.name} ({customer.csn})"
    yield t("legal.place"), f"{place}, {t(f'legal.audience.{customer.audience}')}"
    yield t("legal.product"), stored.offering.name
    yield t("legal.zone"), customer.time_zone
    yield t("legal.made"), moment(now)


def _section(kept: Kept, proof: Proof, t: Speech) -> ProofSection:
    return ProofSection(
        f"{proof.standing.duty.rule.id}: {t('legal.charge_on', day=t.w.day(kept.renews_on))}",
        t(f"legal.state.{proof.state}"),
        tuple(_shown(proof, kept, t)),
    )


def _shown(proof: Proof, kept: Kept, t: Speech) -> Iterator[Fact]:
    duty, notice = proof.standing.duty, proof.notice
    yield t("legal.rule"), window_of(duty.rule, t)
    yield t("legal.says"), content_of(duty.rule, t)
    yield t("legal.source"), f"{source_of(duty.rule, t)} ({certainty_of(duty.rule, t)})"
    yield t("legal.window"), t("legal.from_to", first=t.w.day(duty.first_on), last=t.w.day(duty.last_on))
    if notice and notice.sent_at:
        zone = kept.stored.facts.time_zone
        at = f"{moment(notice.sent_at, zone)} ({notice.sent_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC)"
        yield t("legal.sent_at"), at
        yield t("letters.to"), notice.recipient
        yield "Message-ID", notice.message_id or "–"
        yield "SHA-256", notice.content_hash or "–"
        yield t("letters.reply"), notice.reply or "–"
    elif proof.state is State.COMING and proof.standing.planned_on:
        yield t("legal.planned_on"), t.w.day(proof.standing.planned_on)

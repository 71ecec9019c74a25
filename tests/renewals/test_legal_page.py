"""docs/legal-notices.md lists the rules that the code has.

After a change of rules `python -m tests.renewals.test_legal_page` writes its table anew.
"""

import re
from pathlib import Path

from cli.legal import window_in_words
from renewals.legal import ADVICE, DEFAULT_RULES, LegalRule

PAGE = Path(__file__).parents[2] / "docs" / "legal-notices.md"
TABLE = re.compile(r"(?<=<!-- rules -->\n).*?(?=<!-- end of rules -->)", re.DOTALL)


def test_the_page_lists_every_rule_as_the_code_has_it() -> None:
    (table,) = TABLE.findall(PAGE.read_text(encoding="utf-8"))
    assert table == rules_table()


def test_the_page_says_that_it_is_no_advice() -> None:
    assert ADVICE in PAGE.read_text(encoding="utf-8")


def rules_table() -> str:
    """The default rules as a Markdown table."""
    head = (
        "rule",
        "where",
        "who",
        "terms from",
        "notice before",
        "must say or be",
        "since",
        "source",
        "sure",
        "verified",
    )
    lines = [head, ("---",) * len(head), *(_cells(rule) for rule in DEFAULT_RULES)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cells(rule: LegalRule) -> tuple[str, ...]:
    return (
        f"`{rule.id}`",
        rule.jurisdiction,
        rule.audience or "any",
        f"{rule.shortest_term} {'month' if rule.shortest_term == 1 else 'months'}",
        f"{window_in_words(rule)}, {rule.anchor.replace('_', ' ')}",
        ", ".join(flag.replace("_", " ") for flag in rule.content),
        str(rule.effective_on or ""),
        rule.source,
        rule.certainty,
        rule.verified_on.isoformat(),
    )


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda _: rules_table(), text), encoding="utf-8")

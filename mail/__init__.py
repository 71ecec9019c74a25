"""Letters to buyers: what they say (`letter`, `render`), their bytes (`message`), their way out (`sender`, `sink`).

Knows `renewals` only: no tables, no workflows, no settings. The words are in `email_templates/`.
"""

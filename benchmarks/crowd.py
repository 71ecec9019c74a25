"""A portfolio of any size in PostgreSQL, made there by the server itself, for pages that must stay fast.

Twelve notices, two attempts, two orders and three events for each subscription; renewal dates are spread over a year
around today, and some subscriptions are in every kind of trouble. Rows are consistent as far as pages read them. No
workflow runs for them: nothing is due before tomorrow.
"""

import psycopg

from cli.stack_postgres import plain_address

STATEMENTS = (
    """
    INSERT INTO offerings (sku, name, kind)
    SELECT 'SKU-' || n, 'Product ' || n, 'subscription' FROM generate_series(0, 19) n
    """,
    """
    INSERT INTO prices (id, sku, term, currency, version, status, list_price, renewal_price, effective_at)
    SELECT gen_random_uuid(), 'SKU-' || n, term, currency, 1, 'active', 50000 + 1000 * n, 45000 + 1000 * n, '2020-01-01'
    FROM generate_series(0, 19) n, unnest(ARRAY['year', '3-years']) term, unnest(ARRAY['USD', 'EUR', 'JPY']) currency
    """,
    """
    INSERT INTO customers (csn, name, country, region, currency, locale, time_zone, audience)
    SELECT 'C-' || lpad(n::text, 7, '0'),
        (ARRAY['Atelier', 'Studio', 'Bureau', 'Kanto', 'Northwind'])[1 + n % 5] || ' '
            || (ARRAY['Keller', 'Moreau', 'Suzuki', 'Lindqvist', 'Okafor', 'Rossi', 'Dubois'])[1 + n % 7] || ' ' || n,
        (ARRAY['US', 'FR', 'JP'])[1 + n % 3], NULL, (ARRAY['USD', 'EUR', 'JPY'])[1 + n % 3],
        (ARRAY['en-US', 'fr-FR', 'ja-JP'])[1 + n % 3],
        (ARRAY['America/Chicago', 'Europe/Paris', 'Asia/Tokyo'])[1 + n % 3], 'business'
    FROM generate_series(0, (:count - 1) / 4) n
    """,
    """
    INSERT INTO contacts (id, csn, name, email)
    SELECT ('c0000000-0000-4000-8000-' || lpad(to_hex(2 * n + k), 12, '0'))::uuid, 'C-' || lpad(n::text, 7, '0'),
        'Person ' || n || ' ' || k, (ARRAY['buyer', 'it'])[k + 1] || '@studio-' || n || '.example'
    FROM generate_series(0, (:count - 1) / 4) n, generate_series(0, 1) k
    """,
    """
    INSERT INTO payment_methods (id, csn, kind, token, valid_through, created_at)
    SELECT ('d0000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'C-' || lpad(n::text, 7, '0'), 'card',
        'ok-' || n, current_date + 30 * (n % 60), '2025-01-01'
    FROM generate_series(0, (:count - 1) / 4) n
    """,
    """
    INSERT INTO subscriptions (number, csn, sku, term, seats, unit_price, starts_on, renews_on, anchor_day, auto_renew,
        channel, buyer_id, primary_admin_id, method_id, method_set_at, phase, phase_since, access_until, parked_at,
        parked_because, live_at, shift, next_step_at, next_step, planned_under, plans)
    SELECT 'S-' || lpad(n::text, 7, '0'), 'C-' || lpad((n / 4)::text, 7, '0'), 'SKU-' || n % 20, 'year', 1 + n % 40,
        45000 + 1000 * (n % 20), (on_ - interval '1 year')::date, on_, extract(day FROM on_), n % 4 <> 0,
        CASE n % 50 WHEN 0 THEN 'partner' WHEN 1 THEN 'direct_sales' ELSE 'direct_online' END,
        ('c0000000-0000-4000-8000-' || lpad(to_hex(n / 4 * 2), 12, '0'))::uuid,
        ('c0000000-0000-4000-8000-' || lpad(to_hex(n / 4 * 2 + 1), 12, '0'))::uuid,
        CASE WHEN n % 90 <> 0 THEN ('d0000000-0000-4000-8000-' || lpad(to_hex(n / 4), 12, '0'))::uuid END, '2025-01-01',
        CASE
            WHEN on_ <= current_date AND n % 2 = 0 AND on_ > current_date - 15 THEN 'past_due'
            WHEN on_ <= current_date THEN 'expired'
            WHEN on_ > current_date + 90 THEN 'active'
            WHEN n % 3 = 0 THEN 'renewed'
            ELSE 'renewable'
        END,
        now(), on_::timestamp AT TIME ZONE
            (ARRAY['America/Chicago', 'Europe/Paris', 'Asia/Tokyo'])[1 + (n / 4 % 3)::int],
        CASE WHEN n % 100 = 7 THEN now() END, CASE WHEN n % 100 = 7 THEN 'an odd price' END, now(), '0',
        greatest(on_, current_date + 1) + interval '4 hours', 'charge', 'crowd', 3
    FROM (SELECT n, current_date - 45 + (n * 7919 % 365)::int AS on_ FROM generate_series(0::bigint, :count - 1) n) n
    """,
    """
    INSERT INTO terms (subscription, starts_on, renews_on, term, seats, unit_price, began_at)
    SELECT number, starts_on, renews_on, term, seats, unit_price, starts_on FROM subscriptions ORDER BY number
    """,
    """
    CREATE UNLOGGED TABLE crowd AS
    SELECT number, csn, sku, seats, unit_price, phase, starts_on, renews_on, buyer_id, method_id, currency, k,
        ('e000000' || k || '-0000-4000-8000-00000' || substr(number, 3))::uuid AS order_id,
        ('f000000' || k || '-0000-4000-8000-00000' || substr(number, 3))::uuid AS renewal_id,
        CASE WHEN k = 0 THEN starts_on WHEN phase IN ('renewed', 'past_due') THEN renews_on
            ELSE (starts_on - interval '1 year')::date END AS term_starts_on,
        k = 0 OR phase <> 'past_due' AS is_paid
    FROM subscriptions JOIN customers USING (csn), generate_series(0, 1) k ORDER BY k, number
    """,
    """
    INSERT INTO orders (id, csn, currency, way, state, ordered_by, ordered_at)
    SELECT order_id, csn, currency, 'automatic', CASE WHEN is_paid THEN 'paid' ELSE 'open' END, 'system',
        least(term_starts_on, now())
    FROM crowd
    """,
    """
    INSERT INTO renewals (id, subscription, term_starts_on, settled_at, order_id)
    SELECT renewal_id, number, term_starts_on, CASE WHEN is_paid THEN least(term_starts_on, now()) END,
        CASE WHEN is_paid THEN order_id END
    FROM crowd
    """,
    """
    INSERT INTO claims (id, renewal_id, holder, order_id, opened_at, released_at)
    SELECT gen_random_uuid(), renewal_id, 'automatic', order_id, least(term_starts_on, now()),
        CASE WHEN is_paid THEN least(term_starts_on, now()) END
    FROM crowd
    """,
    """
    INSERT INTO order_lines (order_id, subscription, term_starts_on, renewal_id, purpose, term, seats, unit_price,
        amount, receipt)
    SELECT order_id, number, term_starts_on, renewal_id, 'renewal', 'year', seats, unit_price, unit_price * seats,
        jsonb_build_object('starts_on', term_starts_on, 'renews_on', term_starts_on + 365,
            'basis', 'renewal_price', 'term', 'year', 'seats', seats, 'unit_price', unit_price)
    FROM crowd
    """,
    """
    INSERT INTO attempts (id, order_id, n, method_id, amount, currency, state, called_at, calls, questions, answered_at,
        code, decline_class, gateway_reference, received)
    SELECT gen_random_uuid(), order_id, 1, coalesce(method_id, 'd0000000-0000-4000-8000-000000000000'),
        unit_price * seats, currency, CASE WHEN is_paid THEN 'paid' ELSE 'declined' END, least(term_starts_on, now()),
        1, 0, least(term_starts_on, now()), CASE WHEN NOT is_paid THEN 'insufficient_funds' END,
        CASE WHEN NOT is_paid THEN 'soft' END, 'ch_' || left(order_id::text, 8), 0
    FROM crowd
    """,
    """
    INSERT INTO notices (id, subscription, term_starts_on, kind, occasion, recipient, dated, why, facts, planned_for,
        tries, locale, message_id, content_hash, sent_at, reply, outcome)
    SELECT gen_random_uuid(), number, starts_on, 'reminder', k::text, 'buyer@studio.example', true,
        'calendar of the term', '{}', at, 1, 'en-US', '<' || number || '.' || k || '@perennial.example>', 'crowd',
        CASE WHEN failed THEN NULL ELSE at END, CASE WHEN failed THEN '550 no such user' ELSE '250 ok' END,
        CASE WHEN failed THEN 'failed' ELSE 'sent' END
    FROM (
        SELECT number, starts_on, k, now() - (k * 30 + right(number, 2)::int % 30) * interval '1 day' AS at,
            k = 0 AND right(number, 3) = '013' AS failed
        FROM subscriptions, generate_series(0, 11) k ORDER BY number
    ) each
    """,
    """
    INSERT INTO events (subscription, at, event, data, caused_by, reason)
    SELECT number, starts_on + k, (ARRAY['go_live', 'phase', 'command'])[k + 1],
        (ARRAY['{}', '{"from": "active", "to": "renewable"}', '{"name": "cancel-auto-renew", "outcome": "done"}'])
            [k + 1]::jsonb, (ARRAY['system', 'system', 'operator:mira'])[k + 1], (ARRAY[NULL, NULL, 'as asked'])[k + 1]
    FROM subscriptions, generate_series(0, 2) k ORDER BY k, number
    """,
    """
    INSERT INTO alarms (id, subscription, kind, gravity, subject, detail, raised_at)
    SELECT gen_random_uuid(), number, (ARRAY['mail_rejected', 'step_failed', 'parked'])[1 + right(number, 4)::int % 3],
        (ARRAY[2, 1, 2])[1 + right(number, 4)::int % 3],
        '', 'Somebody has to look at this.', now() - right(number, 4)::int * interval '1 minute'
    FROM subscriptions WHERE right(number, 2) IN ('07', '13')
    """,
    "DROP TABLE crowd",
)


async def make_crowd(url: str, count: int) -> None:
    """Fill a migrated, empty database, as its superuser: foreign keys hold, and are not looked up for each row.

    Indexes are made once the rows are there, which takes a tenth of the time of growing them row by row.
    """
    async with await psycopg.AsyncConnection.connect(plain_address(url), autocommit=True) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SET maintenance_work_mem = '512MB'")
        indexes = await (await connection.execute(_INDEXES)).fetchall()
        for name, _ in indexes:
            await connection.execute(f"DROP INDEX {name}".encode())
        await fill(connection, count)
        for _, definition in indexes:
            await connection.execute(definition.encode())
        await connection.execute("VACUUM ANALYZE")


async def fill(connection: psycopg.AsyncConnection, count: int) -> None:
    """The rows alone."""
    for statement in STATEMENTS:
        await connection.execute(statement.replace(":count", str(count)).encode())


_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    WHERE relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
"""All but those that a constraint stands on."""

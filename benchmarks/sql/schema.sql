-- The peer's own books: what a careful programmer writes who trusts PostgreSQL and needs nothing else.
-- It keeps no history indexes, no log and no people; all that is to its advantage.

CREATE TABLE account (
    id bigint PRIMARY KEY,
    balance bigint NOT NULL CHECK (balance >= 0),
    version bigint NOT NULL
);

CREATE TABLE journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text,
    debit_id bigint NOT NULL,
    credit_id bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    debit_balance bigint NOT NULL CHECK (debit_balance >= 0),
    credit_balance bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX journal_key ON journal (key);

-- Without key and unique index: the leaner version, for reference.
CREATE TABLE lean_journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    debit_id bigint NOT NULL,
    credit_id bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    debit_balance bigint NOT NULL CHECK (debit_balance >= 0),
    credit_balance bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A thousand transfers each, made beforehand: account 1 is the hot one.
CREATE TABLE batch (
    id bigint PRIMARY KEY,
    debit_ids bigint[] NOT NULL,
    credit_ids bigint[] NOT NULL,
    amounts bigint[] NOT NULL
);

-- Law: both accounts are locked in the order of their ids, so two transfers never wait for each other in a circle.
CREATE FUNCTION transfer(p_from bigint, p_to bigint, p_amount bigint, p_key text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_available bigint;
    v_debit_balance bigint;
    v_credit_balance bigint;
BEGIN
    PERFORM 1 FROM account WHERE id IN (p_from, p_to) ORDER BY id FOR UPDATE;
    SELECT balance INTO v_available FROM account WHERE id = p_from;
    IF v_available < p_amount THEN
        RAISE EXCEPTION 'insufficient coins';
    END IF;
    UPDATE account SET balance = balance - p_amount, version = version + 1 WHERE id = p_from
        RETURNING balance INTO v_debit_balance;
    UPDATE account SET balance = balance + p_amount, version = version + 1 WHERE id = p_to
        RETURNING balance INTO v_credit_balance;
    INSERT INTO journal (key, debit_id, credit_id, amount, debit_balance, credit_balance)
        VALUES (p_key, p_from, p_to, p_amount, v_debit_balance, v_credit_balance);
    RETURN v_debit_balance;
END $$;

CREATE FUNCTION lean_transfer(p_from bigint, p_to bigint, p_amount bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    v_available bigint;
    v_debit_balance bigint;
    v_credit_balance bigint;
BEGIN
    PERFORM 1 FROM account WHERE id IN (p_from, p_to) ORDER BY id FOR UPDATE;
    SELECT balance INTO v_available FROM account WHERE id = p_from;
    IF v_available < p_amount THEN
        RAISE EXCEPTION 'insufficient coins';
    END IF;
    UPDATE account SET balance = balance - p_amount, version = version + 1 WHERE id = p_from
        RETURNING balance INTO v_debit_balance;
    UPDATE account SET balance = balance + p_amount, version = version + 1 WHERE id = p_to
        RETURNING balance INTO v_credit_balance;
    INSERT INTO lean_journal (debit_id, credit_id, amount, debit_balance, credit_balance)
        VALUES (p_from, p_to, p_amount, v_debit_balance, v_credit_balance);
    RETURN v_debit_balance;
END $$;

-- Many transfers at once, in order: every balance on the way is computed, and the journal's CHECK refuses the whole
-- batch when one of them falls below zero. With p_key each line has a key under the unique index.
CREATE FUNCTION transfer_many(p_from bigint[], p_to bigint[], p_amount bigint[], p_key text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM account WHERE id = ANY (p_from || p_to) ORDER BY id FOR UPDATE;
    WITH given AS MATERIALIZED (
        SELECT * FROM unnest(p_from, p_to, p_amount) WITH ORDINALITY AS line (debit_id, credit_id, amount, place)
    ), moves AS (
        SELECT place, debit_id AS id, -amount AS difference FROM given
        UNION ALL
        SELECT place, credit_id, amount FROM given
    ), running AS MATERIALIZED (
        SELECT place, id, difference,
            account.balance + sum(difference) OVER (PARTITION BY id ORDER BY place) AS balance_after
        FROM moves JOIN account USING (id)
    ), changed AS (
        UPDATE account SET balance = balance + net.difference, version = version + net.steps
        FROM (SELECT id, sum(difference) AS difference, count(*) AS steps FROM running GROUP BY id) AS net
        WHERE account.id = net.id
    )
    INSERT INTO journal (key, debit_id, credit_id, amount, debit_balance, credit_balance)
    SELECT p_key || given.place, debit_id, credit_id, amount, debit.balance_after, credit.balance_after
    FROM given
    JOIN running AS debit ON debit.place = given.place AND debit.difference < 0
    JOIN running AS credit ON credit.place = given.place AND credit.difference > 0
    ORDER BY given.place;
END $$;

INSERT INTO account SELECT id, 1000000000, 0 FROM generate_series(1, 10000) AS id;

-- Batches 1 to 100 are uniform, 101 to 200 all credit account 1.
INSERT INTO batch
SELECT batch,
    array_agg(2 + (place * 7919 + batch * 104729) % 9999 ORDER BY place),
    array_agg(CASE WHEN batch > 100 THEN 1 ELSE 2 + (place * 7919 + batch * 104729 + 1 + place % 997) % 9999 END
        ORDER BY place),
    array_agg(1 + place % 9 ORDER BY place)
FROM generate_series(1, 200) AS batch, generate_series(1, 1000) AS place
GROUP BY batch;

ANALYZE;

\set from random(2, 10000)
\set amount random(1, 9)
BEGIN;
SELECT balance >= :amount AS is_covered FROM account WHERE id = :from FOR UPDATE \gset
\if :is_covered
UPDATE account SET balance = balance - :amount, version = version + 1 WHERE id = :from RETURNING balance AS debit_balance \gset
UPDATE account SET balance = balance + :amount, version = version + 1 WHERE id = 1 RETURNING balance AS credit_balance \gset
INSERT INTO journal (key, debit_id, credit_id, amount, debit_balance, credit_balance) VALUES (gen_random_uuid()::text, :from, 1, :amount, :debit_balance, :credit_balance);
\endif
COMMIT;

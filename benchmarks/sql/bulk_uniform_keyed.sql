\set batch random(1, 100)
SELECT transfer_many(debit_ids, credit_ids, amounts, gen_random_uuid()::text || '-') FROM batch WHERE id = :batch;

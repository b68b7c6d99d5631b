\set batch random(101, 200)
SELECT transfer_many(debit_ids, credit_ids, amounts, gen_random_uuid()::text || '-') FROM batch WHERE id = :batch;

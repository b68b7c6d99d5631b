\set batch random(101, 200)
SELECT transfer_many(debit_ids, credit_ids, amounts, NULL) FROM batch WHERE id = :batch;

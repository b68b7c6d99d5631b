\set from random(1, 10000)
\set step random(0, 9998)
\set to (:from + :step) % 10000 + 1
\set amount random(1, 9)
SELECT transfer(:from, :to, :amount, gen_random_uuid()::text);

\set from random(1, 10000)
\set step random(0, 9998)
\set to (:from + :step) % 10000 + 1
\set amount random(1, 9)
SELECT lean_transfer(:from, :to, :amount);

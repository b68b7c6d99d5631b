"""Letters: written in the transaction that makes them necessary, carried by the worker."""

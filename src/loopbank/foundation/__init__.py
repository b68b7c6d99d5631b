"""What every feature stands on: settings, database, HTTP boundary, errors, clock, ids, logs, metrics."""

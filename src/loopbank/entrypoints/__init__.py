"""The processes: what is wired to what, and nothing else."""

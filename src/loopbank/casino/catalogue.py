"""The games that ship with the product: package data, read once per process."""

import tomllib
from importlib.resources import files

from loopbank.casino.core import Game, read_game


def shipped_games() -> tuple[Game, ...]:
    """Read every game document of the package, in the order of their names."""
    folder = files("loopbank.casino") / "games"
    documents = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return tuple(
        read_game(entry.name.removesuffix(".toml"), tomllib.loads(entry.read_text("utf-8"))) for entry in documents
    )

"""The published contracts are what the code answers to: `make contract` was run with the change."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from loopbank.entrypoints.commands import contracts
from loopbank.foundation.settings import read_settings
from tests.support.source_tree import ROOT

OURS = ("LOOPBANK_", "DATABASE_URL", "SECRET_KEY", "CASINO_HOUSE_ACCOUNT", "JWT_EXPIRY_HOURS", "RATE_LIMIT_PER_MINUTE")


@pytest.fixture
def generated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """The contracts of an installation that chose nothing."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOOPBANK_DATA_DIR", str(tmp_path))
    return contracts(read_settings())


@pytest.mark.parametrize("service", ["auth", "coin"])
def test_the_committed_contract_is_the_generated_one(service: str, generated: dict[str, dict[str, Any]]) -> None:
    committed = json.loads((ROOT / "api" / f"{service}.openapi.json").read_text())
    assert committed == generated[service], "run make contract"


def test_both_services_publish_a_contract(generated: dict[str, dict[str, Any]]) -> None:
    assert set(generated) == {"auth", "coin"}
    assert "/api/v1/auth/login" in generated["auth"]["paths"]
    assert "/api/v1/transactions" in generated["coin"]["paths"]


def test_no_internal_path_is_published(generated: dict[str, dict[str, Any]]) -> None:
    assert [path for contract in generated.values() for path in contract["paths"] if path.startswith("/internal")] == []


def test_an_unpublished_change_is_noticed(generated: dict[str, dict[str, Any]]) -> None:
    committed = json.loads((ROOT / "api" / "coin.openapi.json").read_text())
    committed["paths"].pop("/api/v1/transactions")
    assert committed != generated["coin"]

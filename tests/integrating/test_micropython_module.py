"""The MicroPython module where only parts of it are asked: what it imports, and how it speaks TLS."""

import ast
from decimal import Decimal
from pathlib import Path

import loopbank_terminal
import pytest
from loopbank_terminal import Terminal, Unfinished

from tests.integrating.authority import certify
from tests.integrating.cutting_proxy import CuttingProxy
from tests.integrating.town import Citizen, Town, new_reason

ON_THE_DEVICE = {"binascii", "collections", "json", "os", "socket", "ssl", "time"}
MODULE = Path(loopbank_terminal.__file__)


def test_it_imports_what_every_esp32_has() -> None:
    tree = ast.parse(MODULE.read_text(), feature_version=(3, 10))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert named == ON_THE_DEVICE
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Match | ast.AsyncFunctionDef)]


def test_it_speaks_tls_with_a_bank_that_its_authority_has_certified(
    town: Town, runner: Citizen, medtech: Citizen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loopbank_terminal, "ATTEMPTS", 1)
    authority, context = certify("localhost", tmp_path)
    stranger, _ = certify("localhost", tmp_path)
    record, reason, key = tmp_path / "record", new_reason(), town.api_key("write")
    with CuttingProxy(town.address, tls=context) as proxy:
        address = proxy.address.replace("127.0.0.1", "localhost")
        careful = Terminal(address, key, str(record), ca=stranger)
        with pytest.raises(Unfinished):
            careful.charge(runner.account, medtech.account, "0.75", reason)
        assert proxy.seen == []
        outcome = Terminal(address, key, str(record), ca=authority).resume(1)
        assert outcome is not None
        assert outcome.is_paid
        balance = Terminal(address, key, str(record), ca=authority).balance(runner.account)
    assert Decimal(balance) == town.chief.account_balance(runner.account)
    assert town.payments(runner, reason) == [Decimal("0.75")]


def test_it_sends_its_key_to_nobody_whom_it_cannot_check() -> None:
    with pytest.raises(ValueError, match="authority"):
        Terminal("https://bank.example", "lb_live_secret")

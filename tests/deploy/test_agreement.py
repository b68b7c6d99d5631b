"""What the deployment names is there: settings, commands, probes, ports, metrics, alerts and their page."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from loopbank.entrypoints.cli import app
from loopbank.foundation.settings import Installation, Settings
from tests.deploy.manifests import DEPLOY, OVERLAYS, compose_files, containers, overlay, text_of_everything
from tests.support.source_tree import ROOT
from tests.support.stories import opened_bank

METRIC = re.compile(r"\bloopbank_[a-z0-9_]+\b")
SERIES_ENDINGS = ("_bucket", "_sum", "_count", "_total", "_created")
PORTS = {"all": 8080, "auth": 5000, "coin": 5001, "web": 5003, "worker": 5002}


def known_settings() -> set[str]:
    names = {f"LOOPBANK_{name.upper()}" for name in Settings.model_fields}
    assert Installation.model_fields.keys() == Settings.model_fields.keys()
    return names


def commands() -> set[str]:
    return {command.name or "" for command in app.registered_commands}


def test_every_setting_that_is_set_is_one() -> None:
    assert set(re.findall(r"\bLOOPBANK_[A-Z_]+\b", text_of_everything())) <= known_settings()
    assert "LOOPBANK_DATABASE_URL" in known_settings()


def test_every_container_runs_a_command_that_there_is() -> None:
    run = [container["args"] for name in OVERLAYS for _, container in containers(overlay(name))]
    for path in compose_files():
        services = yaml.safe_load(path.read_text())["services"].values()
        run += [
            service["command"] for service in services if service["image"] == "loopbank" and "entrypoint" not in service
        ]
    assert {arguments[0] for arguments in run} <= commands()
    assert {arguments[1] for arguments in run if arguments[0] == "serve"} <= PORTS.keys()


def test_every_port_is_the_one_on_which_the_process_listens() -> None:
    for name in OVERLAYS:
        for _, container in containers(overlay(name)):
            for port in container.get("ports", ()):
                assert port["containerPort"] == PORTS[container["args"][-1]]


async def test_every_probe_is_answered(sqlite_database_url: str, tmp_path: Path) -> None:
    paths = set()
    for name in OVERLAYS:
        for _, container in containers(overlay(name)):
            probes = [container[kind] for kind in container if kind.endswith("Probe")]
            assert len(probes) == (3 if container.get("ports") else 0)
            paths |= {probe["httpGet"]["path"] for probe in probes}
    paths |= set(re.findall(r"127\.0\.0\.1:\d+(/[a-z/]+)", text_of_everything()))
    assert paths
    async with opened_bank(sqlite_database_url, tmp_path) as bank:
        assert {path: (await bank.http.get(path)).status_code for path in paths} == dict.fromkeys(paths, 200)


async def test_every_metric_that_is_watched_is_told(sqlite_database_url: str, tmp_path: Path) -> None:
    async with opened_bank(sqlite_database_url, tmp_path) as bank:
        exposition = (await bank.http.get("/metrics")).text
    told = set(re.findall(r"^# TYPE (\w+)", exposition, flags=re.MULTILINE))
    watched = set()
    for path in [*(DEPLOY / "prometheus").glob("*.yml"), *(DEPLOY / "grafana").rglob("*.json")]:
        watched |= set(METRIC.findall(path.read_text()))
    assert watched
    assert {name for name in watched if name not in told and bare(name) not in told} == set()


def bare(series: str) -> str:
    """Give the metric that a series belongs to."""
    return next((series.removesuffix(ending) for ending in SERIES_ENDINGS if series.endswith(ending)), series)


def alerts() -> Iterator[str]:
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]:
        yield from (rule["alert"] for rule in group["rules"])


def test_every_alert_has_a_test_and_a_place_among_the_incidents() -> None:
    tests = yaml.safe_load((DEPLOY / "prometheus" / "alerts.test.yml").read_text())["tests"]
    fired = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case["exp_alerts"]}
    page = (ROOT / "docs" / "operating" / "incidents.md").read_text()
    assert set(alerts()) == fired
    assert {name for name in alerts() if f"**{name}**" not in page} == set()


def test_the_alerts_do_what_their_tests_say() -> None:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("there is no promtool on this machine")
    command = [tool, "test", "rules", "alerts.test.yml"]
    done = subprocess.run(command, cwd=DEPLOY / "prometheus", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

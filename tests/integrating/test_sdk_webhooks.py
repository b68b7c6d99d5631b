"""Webhooks checked by the SDK: what the real bank signs is taken, and nothing else."""

import time

import pytest

from loopbank_client import InvalidSignature, verify_webhook
from tests.integrating.town import Citizen, Town, new_reason
from tests.partners.receiver import Received, Receiver

SECONDS_MAX = 20


def test_an_event_of_the_bank_is_taken_and_anything_else_is_not(town: Town, runner: Citizen, medtech: Citizen) -> None:
    with Receiver() as receiver:
        body = {"url": receiver.url, "events": ["transaction.created"]}
        answer = town.admin.post("/api/developer/webhooks", json=body)
        assert answer.status_code == 201, answer.text
        hook, reason = answer.json()["webhook"], new_reason()
        paid = town.chief.transfer("0.25", from_user=runner.id, to_user=medtech.id, reason=reason)
        told = _received(receiver, reason)
        town.admin.delete(f"/api/developer/webhooks/{hook['id']}").raise_for_status()
    secret = hook["secret"]
    event = verify_webhook(told.body, told.headers, secret)
    assert (event.event, event.id) == ("transaction.created", told.headers["webhook-id"])
    assert event.data["id"] == paid.transaction.id
    capitals = {name.title(): value for name, value in told.headers.items()}
    assert verify_webhook(told.body, capitals, secret) == event
    sent_at = int(told.headers["webhook-timestamp"])
    other = "whsec_" + "A" * 43 + "="
    for kept, headers, used, now in (
        (told.body.replace(b"0.25", b"9.25"), told.headers, secret, None),
        (told.body, {**told.headers, "webhook-id": "evt_1_0"}, secret, None),
        (told.body, told.headers, other, None),
        (told.body, {**told.headers, "webhook-signature": ""}, secret, None),
        (told.body, {}, secret, None),
        (told.body, told.headers, secret, sent_at + 301),
        (told.body, told.headers, secret, sent_at - 301),
    ):
        with pytest.raises(InvalidSignature):
            verify_webhook(kept, headers, used, now_seconds=now)


def _received(receiver: Receiver, reason: str) -> Received:
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        for one in list(receiver.received):
            if reason.encode() in one.body:
                return one
        time.sleep(0.02)
    raise AssertionError("the event never came")

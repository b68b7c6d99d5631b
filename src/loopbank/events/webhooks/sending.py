"""Telling a program: one signed request to a judged and pinned address, without redirects, within ten seconds."""

import time

import httpx
import orjson

from loopbank.events.webhooks.addresses import Addresses, AddressNotAllowed
from loopbank.events.webhooks.errors import UnacceptableUrl
from loopbank.events.webhooks.signatures import signature_headers
from loopbank.events.webhooks.words import Attempt, Told, Webhook, WebhookEvent
from loopbank.foundation.clock import MICROSECONDS_PER_SECOND, Clock, Instant, to_rfc3339
from loopbank.foundation.seals import Seal

_SECONDS_MAX = 10.0
_ERROR_LENGTH_MAX = 200
_AGENT = "Loopbank-Webhooks/1"

SECRET_PURPOSE = "webhook-secret"  # noqa: S105 -- what the secrets are sealed for


class Sender:
    """Sends events to webhooks."""

    def __init__(self, addresses: Addresses, seal: Seal, clock: Clock) -> None:
        self._addresses = addresses
        self._seal = seal
        self._clock = clock
        self._http = httpx.AsyncClient(follow_redirects=False, timeout=_SECONDS_MAX, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, hook: Webhook, event: WebhookEvent, told: Told, *, happened_at: Instant) -> Attempt:
        """Tell a webhook one event, named by its entry and its place there. Never raises for the receiver's faults."""
        now, begun = self._clock(), time.perf_counter()
        event_id = f"evt_{told.sequence}_{told.part}"
        document = {
            "event": event.name,
            "data": event.data,
            "id": event_id,
            "sequence": told.sequence,
            "timestamp": to_rfc3339(happened_at),
        }
        status, error = await self._post(hook, event_id, orjson.dumps(document), now)
        return Attempt(status, error[:_ERROR_LENGTH_MAX], round((time.perf_counter() - begun) * 1_000), now)

    async def _post(self, hook: Webhook, event_id: str, body: bytes, now: Instant) -> tuple[int | None, str]:
        try:
            target = await self._addresses.target(hook.url)
            headers = {
                "Host": target.host,
                "Content-Type": "application/json",
                "User-Agent": _AGENT,
                **signature_headers(
                    body, event_id=event_id, seconds=now // MICROSECONDS_PER_SECOND, keys=self._secrets(hook, now)
                ),
            }
            extensions = {"sni_hostname": target.sni}
            # The body of the answer is nobody's business, so that it cannot be used to look around.
            async with self._http.stream(
                "POST", target.url, content=body, headers=headers, extensions=extensions
            ) as answer:
                is_taken = 200 <= answer.status_code < 300
                return answer.status_code, "" if is_taken else f"The receiver answered {answer.status_code}."
        except (AddressNotAllowed, UnacceptableUrl) as error:
            return None, str(error)
        except httpx.TimeoutException:
            return None, f"The receiver did not answer within {_SECONDS_MAX:.0f} seconds."
        except (httpx.HTTPError, OSError) as error:
            return None, f"The receiver cannot be reached ({type(error).__name__})."

    def _secrets(self, hook: Webhook, now: Instant) -> list[str]:
        """Give the secrets that are good: after a change the old one for a while, so that receivers can follow."""
        sealed = [hook.sealed_secret]
        if hook.sealed_old_secret is not None and hook.old_secret_ends_at is not None and now < hook.old_secret_ends_at:
            sealed.append(hook.sealed_old_secret)
        return [self._seal.open(one, hook.id).decode() for one in sealed]

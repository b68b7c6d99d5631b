"""The pages on which people let a device in that shows them a code (RFC 8628, 3.3)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from loopbank.foundation.errors import Refusal
from loopbank.foundation.requests import StrictRoute
from loopbank.identity.devices import place_of
from loopbank.identity.oauth import contract
from loopbank.identity.oauth.browsers import SignedInBrowser
from loopbank.identity.oauth.consent import Consent, Question
from loopbank.identity.oauth.devices import Devices
from loopbank.identity.oauth.errors import InvalidGrant
from loopbank.identity.oauth.front import DEVICE, Front
from loopbank.identity.oauth.model import DeviceRequest
from loopbank.identity.oauth.parameters import parse_query, query_of, read_parameters
from loopbank.identity.oauth.redirects import with_query
from loopbank.identity.oauth.routes import ProtocolRoutes
from loopbank.identity.people import SignInPlace

_DECISION = "/oauth/device/decision"
_GUESS_LIMIT = "10/minute"


class DeviceRoutes:
    """Asks for the code, then whether the device may come in."""

    def __init__(self, *, front: Front, consent: Consent, devices: Devices, protocol: ProtocolRoutes) -> None:
        self._front = front
        self._protocol = protocol
        self._consent = consent
        self._devices = devices
        self.router = APIRouter(tags=["Sign in to apps"], route_class=StrictRoute)
        add = self.router.add_api_route
        add(
            DEVICE,
            self.ask,
            methods=["GET"],
            summary="Let a person connect a device",
            response_class=Response,
            responses=contract.page(400),
            openapi_extra={"parameters": contract.DEVICE_PARAMETERS},
        )
        add(DEVICE, self.find, methods=["POST"], include_in_schema=False)
        add(_DECISION, self.decide, methods=["POST"], include_in_schema=False)

    async def ask(self, request: Request) -> Response:
        """Ask for the code that the device shows."""
        return await self._front.shown(request, self._ask(request))

    async def find(self, request: Request) -> Response:
        """Ask whether the device with this code may come in; a device that calls here itself is given its codes."""
        if await _is_the_device(request):
            return await self._protocol.codes_for_device(request)
        return await self._front.shown(request, self._find(request))

    async def decide(self, request: Request) -> Response:
        """Take what the person says about the device."""
        return await self._front.shown(request, self._decide(request))

    async def _ask(self, request: Request) -> Response:
        return self._code_page(request, parse_query(query_of(request)).get("user_code") or "")

    async def _find(self, request: Request) -> Response:
        user_code = (await self._front.own_form(request)).require("user_code")
        here, found = await self._looked_up(request, user_code)
        if here is None:
            return self._sign_in_page(request, user_code)
        if found is None:
            return self._code_page(request, user_code, is_unknown=True)
        return await self._consent.page(request, _question(found, user_code), here.browser)

    async def _decide(self, request: Request) -> Response:
        form = await self._front.own_form(request)
        user_code = form.require("user_code")
        here, found = await self._looked_up(request, user_code)
        if here is None:
            return self._sign_in_page(request, user_code)
        if found is None:
            return self._too_late(request)
        question = _question(found, user_code)
        answer = self._consent.answer(question, form, here.browser)
        if answer is None:
            return await self._consent.page(request, question, here.browser, is_wrong=True)
        if not answer.is_allowed:
            await self._devices.deny(found)
            return self._front.pages.tell(request, "device_denied", "device_denied_text")
        place = SignInPlace(found.client.name, place_of(request).address)
        try:
            await self._devices.allow(found, here.browser, place, spend_limit=answer.spend_limit)
        except InvalidGrant:
            return self._too_late(request)
        return self._front.pages.tell(request, "device_allowed", "device_allowed_text")

    async def _looked_up(self, request: Request, user_code: str) -> tuple[SignedInBrowser | None, DeviceRequest | None]:
        """Give who is here, and the device that they mean; only people who are signed in may look, and not often."""
        here = await self._front.browsers.current(request)
        if here is None:
            return None, None
        self._front.limit_guesses("device code", _GUESS_LIMIT, request, here)
        return here, await self._devices.find(user_code)

    def _too_late(self, request: Request) -> Response:
        return self._front.pages.tell(request, "device_denied", "device_late_text", status=400)

    def _code_page(self, request: Request, user_code: str, *, is_unknown: bool = False) -> Response:
        mistake = self._front.pages.say(request, "device_unknown") if is_unknown else None
        status = 400 if is_unknown else 200
        return self._front.pages.show(
            request, "device.html", "device", status=status, user_code=user_code, mistake=mistake
        )

    def _sign_in_page(self, request: Request, user_code: str) -> Response:
        then = with_query(DEVICE, {"user_code": user_code})
        return self._front.sign_in_page(request, then, elsewhere=then)


async def _is_the_device(request: Request) -> bool:
    """Tell a program, which sends its client and no origin, from the form of our page, which sends a code."""
    if "origin" in request.headers:
        return False
    try:
        return (await read_parameters(request)).get("user_code") is None
    except Refusal:
        return False


def _question(found: DeviceRequest, user_code: str) -> Question:
    return Question(client=found.client, scopes=found.scopes, action=_DECISION, carried=("user_code", user_code))

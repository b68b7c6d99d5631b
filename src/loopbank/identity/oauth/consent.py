"""The page on which a person agrees to what a program asks for, whichever way it asked."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from loopbank.access import COINS_SPEND
from loopbank.coins import Coins, InvalidAmount, format_coins, parse_amount
from loopbank.identity.oauth.families import Families
from loopbank.identity.oauth.front import Front
from loopbank.identity.oauth.model import Browser, Client
from loopbank.identity.oauth.parameters import Parameters
from loopbank.identity.oauth.scopes import SCOPES, Scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person is asked: `action` takes the answer, and with it the field that names what was asked."""

    client: Client
    scopes: Scopes
    action: str
    carried: tuple[str, str]
    someone_else: str = ""
    locales: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said, with the limit for spending where the question has one."""

    is_allowed: bool
    spend_limit: Coins | None


class Consent:
    """Asks, and reads answers."""

    def __init__(self, front: Front, families: Families) -> None:
        self._front = front
        self._families = families

    async def page(self, request: Request, question: Question, browser: Browser, *, is_wrong: bool = False) -> Response:
        """Ask a person; `is_wrong` when the answer they gave cannot be taken."""
        grant = await self._families.grant(browser.person.id, question.client.id)
        limit = "" if grant is None or grant.spend_limit is None else format_coins(grant.spend_limit).replace(",", "")
        return self._front.pages.show(
            request,
            "consent.html",
            "consent",
            status=400 if is_wrong else 200,
            locales=question.locales,
            client=question.client.name,
            scopes=[scope for scope in SCOPES if scope in question.scopes],
            person=browser.person,
            action=question.action,
            carried={"name": question.carried[0], "value": question.carried[1]},
            other=question.someone_else,
            spend_limit=limit,
            mistake=self._front.pages.say(request, "limit_wrong") if is_wrong else None,
        )

    def answer(self, question: Question, form: Parameters, browser: Browser) -> Answer | None:
        """Read an answer; None when it is no answer to this question by this person, so that it is asked again.

        Somebody else may have signed in to the browser since the question was shown.
        """
        if form.get("decision") == "deny":
            return Answer(is_allowed=False, spend_limit=None)
        if form.get("decision") != "allow" or form.get("person") != browser.person.id:
            return None
        if COINS_SPEND not in question.scopes:
            return Answer(is_allowed=True, spend_limit=None)
        try:
            limit = parse_amount((form.get("spend_limit") or "").replace(",", "."))
        except InvalidAmount:
            return None
        return Answer(is_allowed=True, spend_limit=limit)

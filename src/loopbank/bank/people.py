"""The Authentication Service as the bank's staff need it: roles, forgotten passwords and lost apps, over HTTP."""

import httpx

from loopbank.access import Principal, Role, ServiceAuth, ServiceTokens
from loopbank.foundation.errors import FieldMistake, Refusal, Unavailable

_SECONDS_MAX = 10.0


class PersonRefusal(Refusal):
    """The Authentication Service refused; its code, status and sentence are passed on."""

    def __init__(self, problem: dict[str, object]) -> None:
        mistakes = problem.get("errors")
        given = mistakes if isinstance(mistakes, list) else []
        super().__init__(str(problem["detail"]), mistakes=[FieldMistake(one["field"], one["message"]) for one in given])
        self.code = str(problem["code"])  # type: ignore[misc]  # one class for all refusals of the other service
        self.status = int(str(problem["status"]))  # type: ignore[misc]  # likewise
        self.title = str(problem["title"])  # type: ignore[misc]  # likewise


class People:
    """Asks the Authentication Service to act on people; `http` carries its base address (or its ASGI app)."""

    def __init__(self, http: httpx.AsyncClient, tokens: ServiceTokens) -> None:
        self._http = http
        self._auth = ServiceAuth(tokens)

    async def change_role(self, actor: Principal, person_id: str, role: Role) -> None:
        """Give a person another role. Raises PersonRefusal or Unavailable."""
        await self._ask(f"/internal/people/{person_id}/role", {"actor_id": actor.person_id, "role": role.name})

    async def reset_password(self, actor: Principal, person_id: str, new_password: str | None) -> str | None:
        """Choose a person's password, or give a slip with which they choose it. Raises PersonRefusal or Unavailable."""
        body = {"actor_id": actor.person_id, "new_password": new_password}
        answer = await self._ask(f"/internal/people/{person_id}/password", body)
        slip = answer["slip"]
        return None if slip is None else str(slip)

    async def remove_second_factor(self, actor: Principal, person_id: str) -> None:
        """Take a person's lost authenticator app away. Raises PersonRefusal or Unavailable."""
        await self._ask(f"/internal/people/{person_id}/remove-second-factor", {"actor_id": actor.person_id})

    async def _ask(self, path: str, body: dict[str, str | None]) -> dict[str, object]:
        try:
            response = await self._http.post(path, json=body, auth=self._auth, timeout=_SECONDS_MAX)
            answer: dict[str, object] = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable("People cannot be reached at the moment. Please try again.") from error
        if response.is_success:
            return answer
        if response.is_client_error and response.status_code != httpx.codes.UNAUTHORIZED and "code" in answer:
            raise PersonRefusal(answer)
        raise Unavailable("People cannot be reached at the moment. Please try again.")

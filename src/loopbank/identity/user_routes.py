"""The platform's administration of people; every act takes effect everywhere within seconds."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi import Path as PathParameter
from starlette.requests import Request

from loopbank.access import Guard, Role
from loopbank.foundation.database import Database
from loopbank.foundation.requests import FaceRoute
from loopbank.identity import directory_store as directory
from loopbank.identity import user_schemas as schemas
from loopbank.identity.errors import UnknownPerson
from loopbank.identity.holders import Holders
from loopbank.identity.mail import language_of
from loopbank.identity.personal_routes import add_personal
from loopbank.identity.platform_schemas import PERSON_EXAMPLE, DoneAnswer, WalletSummary
from loopbank.identity.staff_acts import StaffActs

PersonId = Annotated[UUID, PathParameter(description="A person.", examples=[PERSON_EXAMPLE])]


class UserRoutes:
    """Routes under /api/admin/users."""

    def __init__(self, acts: StaffActs, *, database: Database, holders: Holders, guard: Guard) -> None:
        self._acts = acts
        self._database = database
        self._holders = holders
        self._guard = guard
        self.router = APIRouter(prefix="/api/admin/users", tags=["Users"], route_class=FaceRoute)
        add = partial(add_personal, self.router)
        add("GET ", self.list_users, "List people", schemas.UserListAnswer, 400, 403)
        add("GET /{user_id}", self.show_user, "Show a person", schemas.UserAnswerWithWallet, 400, 403, 404)
        add("PATCH /{user_id}/role", self.change_role, "Change a role", schemas.RoleAnswer, 400, 403, 404)
        add("PATCH /{user_id}/status", self.change_status, "Shut a person out", schemas.StatusAnswer, 400, 403, 404)
        add("DELETE /{user_id}/second-factor", self.remove_second_factor, "Take an app away", DoneAnswer, 400, 403, 404)
        add("DELETE /{user_id}", self.remove_user, "Deactivate and anonymise a person", DoneAnswer, 400, 403, 404)

    async def list_users(
        self, request: Request, page: schemas.Page = 1, page_size: schemas.PageSize = 20, search: schemas.Search = ""
    ) -> schemas.UserListAnswer:
        """Show a page of everybody, or of those whose name or address holds a text."""
        await self._guard.at_least(request, Role.ADMIN)
        async with self._database.reading() as tx:
            total = await directory.count_entries(tx, search=search)
            offset = (page - 1) * page_size
            entries = await directory.list_entries(tx, search=search, offset=offset, limit=page_size)
        return schemas.UserListAnswer(
            users=[schemas.user_entry(entry) for entry in entries],
            pagination=schemas.Pagination(page=page, page_size=page_size, total=total),
        )

    async def show_user(self, request: Request, user_id: PersonId) -> schemas.UserAnswerWithWallet:
        """Show one person with what they hold."""
        await self._guard.at_least(request, Role.ADMIN)
        async with self._database.reading() as tx:
            entry = await directory.find_entry(tx, str(user_id))
        if entry is None:
            raise UnknownPerson
        holder = await self._holders.view(entry.person.id)
        wallet = WalletSummary(balance=None if holder is None else holder.balance)
        shown = dict(schemas.user_entry(entry))
        return schemas.UserAnswerWithWallet(user=schemas.UserWithWallet(**shown, wallet=wallet))

    async def change_role(self, request: Request, user_id: PersonId, body: schemas.RoleBody) -> schemas.RoleAnswer:
        """Give a person another role; nobody changes their own, and the last super-administrator keeps theirs."""
        principal = await self._guard.at_least(request, Role.SUPERADMIN)
        person = await self._acts.change_role(str(user_id), Role[body.role], actor_id=principal.person_id)
        user = schemas.UserRole(id=person.id, role=person.role.name)
        return schemas.RoleAnswer(message="The role is changed.", user=user)

    async def change_status(
        self, request: Request, user_id: PersonId, body: schemas.StatusBody
    ) -> schemas.StatusAnswer:
        """Shut a person out, or let them in again; their apps rest meanwhile, and removed people stay out."""
        principal = await self._guard.at_least(request, Role.ADMIN)
        await self._acts.set_active(str(user_id), is_active=body.is_active, actor_id=principal.person_id)
        message = "The person may sign in again." if body.is_active else "The person is shut out."
        user = schemas.UserStatus(id=str(user_id), is_active=body.is_active)
        return schemas.StatusAnswer(message=message, user=user)

    async def remove_second_factor(self, request: Request, user_id: PersonId) -> DoneAnswer:
        """Take a lost authenticator app away; the person signs in anew, everywhere, with the password alone."""
        principal = await self._guard.at_least(request, Role.ADMIN)
        await self._acts.remove_second_factor(str(user_id), actor_id=principal.person_id, language=language_of(request))
        return DoneAnswer(message="The authenticator app is removed.")

    async def remove_user(self, request: Request, user_id: PersonId) -> DoneAnswer:
        """Shut a person out for ever and forget who they were; the journal stays."""
        principal = await self._guard.at_least(request, Role.SUPERADMIN)
        await self._acts.remove(str(user_id), actor_id=principal.person_id)
        return DoneAnswer(message="The person is removed.")

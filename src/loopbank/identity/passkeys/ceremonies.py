"""The two ceremonies of WebAuthn: making a passkey, and signing in with one."""

import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from loopbank.events import record
from loopbank.foundation.database import Transaction
from loopbank.foundation.database_errors import ConstraintViolated
from loopbank.identity.account_tools import AccountTools
from loopbank.identity.admission import BY_PASSKEY, Admission, Admitted
from loopbank.identity.errors import PasskeyRefused, UnacceptablePasskey, UnknownPasskey, UnknownPerson
from loopbank.identity.mail import Language
from loopbank.identity.notices import security_notice
from loopbank.identity.passkeys import store
from loopbank.identity.passkeys.sites import Site
from loopbank.identity.passkeys.store import StoredPasskey
from loopbank.identity.people import Person, SignInPlace
from loopbank.identity.proofs import Purpose
from loopbank.identity.security import SecurityAct, security_acted
from loopbank.identity.sessions import SignedIn
from loopbank.identity.store import lock_person, note_sign_in

Credential = Mapping[str, Any]
"""A credential as a browser gives it (PublicKeyCredential.toJSON)."""

PASSKEYS_MAX = 20
_CEREMONY_SECONDS = 300
_UNREADABLE = (WebAuthnException, ValueError, TypeError, KeyError, binascii.Error, AttributeError)
"""What the library raises over credentials that no browser makes."""


class Passkeys:
    """Makes, takes, lists and removes passkeys."""

    def __init__(self, tools: AccountTools, *, admission: Admission, product_name: str) -> None:
        self._database = tools.database
        self._sessions = tools.sessions
        self._secrets = tools.secrets
        self._letter_box = tools.letter_box
        self._clock = tools.clock
        self._admission = admission
        self._product_name = product_name

    async def offer(self, person_id: str, site: Site) -> dict[str, Any]:
        """Give what a browser needs to make a passkey for somebody. Raises UnknownPerson or UnacceptablePasskey."""
        async with self._database.transaction() as tx:
            person = await lock_person(tx, person_id)
            known = await store.list_passkeys(tx, person_id)
            if person is None:
                raise UnknownPerson
            _refuse_another(known)
            challenge = await self._secrets.give(tx, Purpose.PASSKEY_REGISTRATION, person_id, seconds=_CEREMONY_SECONDS)
        options = generate_registration_options(
            rp_id=site.id,
            rp_name=self._product_name,
            user_id=person.id.encode(),
            user_name=person.email or person.name,
            user_display_name=person.name,
            challenge=base64url_to_bytes(challenge),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one in known],
        )
        return _document(options_to_json(options))

    async def add(
        self, person_id: str, site: Site, credential: Credential, *, name: str, language: Language
    ) -> StoredPasskey:
        """Take a passkey that a browser made. Raises UnacceptablePasskey."""
        challenge = _challenge(credential)
        try:
            made = verify_registration_response(
                credential=dict(credential),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=site.id,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except _UNREADABLE as error:
            raise UnacceptablePasskey from error
        now = self._clock()
        passkey = StoredPasskey(
            id=bytes_to_base64url(made.credential_id),
            person_id=person_id,
            public_key=bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
            name=name,
            created_at=now,
            used_at=None,
        )
        try:
            async with self._database.transaction() as tx:
                person = await self._expected(tx, person_id, challenge)
                _refuse_another(await store.list_passkeys(tx, person_id))
                await store.insert_passkey(tx, passkey)
                await self._tell(tx, SecurityAct.PASSKEY_ADDED, person, language, name=name)
        except ConstraintViolated as error:
            raise UnacceptablePasskey from error
        return passkey

    async def ask(self, site: Site) -> dict[str, Any]:
        """Give what a browser needs to sign somebody in, whoever it is."""
        async with self._database.transaction() as tx:
            challenge = await self._secrets.give(tx, Purpose.PASSKEY_SIGN_IN, None, seconds=_CEREMONY_SECONDS)
        options = generate_authentication_options(
            rp_id=site.id,
            challenge=base64url_to_bytes(challenge),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return _document(options_to_json(options))

    async def sign_in(self, site: Site, credential: Credential, place: SignInPlace) -> SignedIn:
        """Sign in whoever holds the key; the device has asked for a finger or a PIN, so it counts as two factors.

        Raises PasskeyRefused.
        """
        try:
            challenge = _challenge(credential)
        except UnacceptablePasskey as error:
            raise PasskeyRefused from error
        async with self._database.reading() as tx:
            known = await store.find_passkey(tx, str(credential.get("id")))
        if known is None or not _speaks_for(credential, known.person_id):
            raise PasskeyRefused
        try:
            proven = verify_authentication_response(
                credential=dict(credential),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=site.id,
                expected_origin=site.origin,
                credential_public_key=base64url_to_bytes(known.public_key),
                # The count is compared where it is stored, by one statement.
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except _UNREADABLE as error:
            raise PasskeyRefused from error
        admitted = await self._admit(known, challenge, proven.new_sign_count, place)
        return await self._sessions.signed_in(admitted.person, admitted.opened)

    async def list(self, person_id: str) -> list[StoredPasskey]:
        """List a person's passkeys, the oldest first."""
        async with self._database.reading() as tx:
            return await store.list_passkeys(tx, person_id)

    async def remove(self, person_id: str, passkey_id: str, language: Language) -> None:
        """Remove one of a person's passkeys. Raises UnknownPasskey."""
        async with self._database.transaction() as tx:
            person = await lock_person(tx, person_id)
            if person is None or not await store.delete_passkey(tx, passkey_id, person_id):
                raise UnknownPasskey
            await self._tell(tx, SecurityAct.PASSKEY_REMOVED, person, language)

    async def _admit(self, known: StoredPasskey, challenge: str, sign_count: int, place: SignInPlace) -> Admitted:
        async with self._database.transaction() as tx:
            now = self._clock()
            if not await self._secrets.use(tx, Purpose.PASSKEY_SIGN_IN, challenge):
                raise PasskeyRefused
            person = await note_sign_in(tx, known.person_id, now=now)
            if person is None or not await store.count_signature(tx, known.id, sign_count=sign_count, now=now):
                raise PasskeyRefused
            return await self._admission.open(tx, person, place, means=BY_PASSKEY)

    async def _expected(self, tx: Transaction, person_id: str, challenge: str) -> Person:
        """Use a registration's challenge up and give the person it was made for. Raises UnacceptablePasskey."""
        holder = await self._secrets.holder(tx, Purpose.PASSKEY_REGISTRATION, challenge)
        if holder != person_id or not await self._secrets.use(tx, Purpose.PASSKEY_REGISTRATION, challenge):
            raise UnacceptablePasskey
        person = await lock_person(tx, person_id)
        if person is None:
            raise UnacceptablePasskey
        return person

    async def _tell(
        self, tx: Transaction, act: SecurityAct, person: Person, language: Language, **details: str
    ) -> None:
        await self._letter_box.post(tx, security_notice(act, person, language))
        await record(tx, [security_acted(act, person.id, self._clock(), **details)])


def _refuse_another(known: Sequence[StoredPasskey]) -> None:
    """Refuse one passkey too many. Raises UnacceptablePasskey."""
    if len(known) >= PASSKEYS_MAX:
        raise UnacceptablePasskey(f"You have {PASSKEYS_MAX} passkeys. Please remove one first.")


def _speaks_for(credential: Credential, person_id: str) -> bool:
    """Tell whether the device names the person whose key it uses (WebAuthn, section 7.2, step 6)."""
    response = credential.get("response")
    handle = response.get("userHandle") if isinstance(response, Mapping) else None
    return isinstance(handle, str) and handle.rstrip("=") == bytes_to_base64url(person_id.encode())


def _challenge(credential: Credential) -> str:
    """Read the challenge that a browser answered. Raises UnacceptablePasskey."""
    try:
        client_data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge = client_data["challenge"]
        base64url_to_bytes(challenge)
    except (*_UNREADABLE, RecursionError) as error:
        raise UnacceptablePasskey from error
    return str(challenge)


def _document(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    return document

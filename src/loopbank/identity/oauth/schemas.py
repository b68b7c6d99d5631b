"""HTTP shapes of the provider: the protocol's names, and the platform face's camelCase."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from loopbank.coins import to_json_number
from loopbank.foundation.clock import to_rfc3339
from loopbank.foundation.requests import PlainText, StrictBody
from loopbank.identity.oauth.clients import NewClient
from loopbank.identity.oauth.model import Client, Connection, GrantType, ListedClient
from loopbank.identity.oauth.redirects import URI_LENGTH_MAX
from loopbank.identity.oauth.scopes import SCOPES

_CLIENT_ID = "client_4b4f6f5e3d594c399a666f7a0f2f9c11"
_JWT = "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln"
_OPAQUE = "Yx2c1vJm0b0x4kq3Jr1nq0JcR8m3o9c2v7s6d5f4g3h"
_PERSON_ID = "4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11"
_TIME = "2026-01-31T12:00:00.000000Z"
_URIS_MAX = 20

# ---------------------------------------------------------------- what programs send and get


class ClientProof(BaseModel):
    """How a client proves itself where it sends no Authorization header (Basic)."""

    client_id: str | None = Field(None, examples=[_CLIENT_ID])
    client_secret: str | None = Field(None, examples=["lbs_Yx2c1vJm0b0x4kq3Jr1nq0JcR8m3o9c2"])


class TokenBody(ClientProof):
    """What is exchanged for tokens; which fields belong to which grant type stands in RFC 6749, 7636 and 8628."""

    grant_type: str = Field(examples=[GrantType.AUTHORIZATION_CODE.value])
    code: str | None = Field(None, examples=[_OPAQUE])
    redirect_uri: str | None = Field(None, examples=["https://app.example/callback"])
    code_verifier: str | None = Field(None, examples=["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"])
    refresh_token: str | None = Field(None, examples=[_OPAQUE])
    device_code: str | None = Field(None, examples=[_OPAQUE])
    scope: str | None = Field(None, examples=["openid profile"])


class TokenNamedBody(ClientProof):
    """A token to look at or to withdraw."""

    token: str = Field(examples=[_OPAQUE])
    token_type_hint: str | None = Field(None, examples=["refresh_token"])


class DeviceBody(ClientProof):
    """What a device asks for."""

    scope: str = Field(examples=["openid offline_access"])


class AccessTokenBody(BaseModel):
    """An access token in a form, for programs that cannot send the header."""

    access_token: str | None = Field(None, examples=[_JWT])


class TokensAnswer(BaseModel):
    """Tokens; `expires_in` in seconds. Without `offline_access` there is no refresh token, without `openid` no ID."""

    access_token: str = Field(examples=[_JWT])
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(examples=[3_600])
    scope: str = Field(examples=["openid profile offline_access"])
    refresh_token: str = Field("", examples=[_OPAQUE])
    id_token: str = Field("", examples=[_JWT])


class IntrospectionAnswer(BaseModel):
    """Whether a token is active, and if so what it says (RFC 7662)."""

    model_config = ConfigDict(extra="allow")

    active: bool = Field(examples=[True])
    scope: str = Field("", examples=["openid profile"])
    client_id: str = Field("", examples=[_CLIENT_ID])
    sub: str = Field("", examples=[_PERSON_ID])
    exp: int = Field(0, examples=[1_790_000_000])


class NothingAnswer(BaseModel):
    """It is done."""

    model_config = ConfigDict(json_schema_extra={"example": {}})


class DeviceAnswer(BaseModel):
    """What a device shows its person, and the code with which it asks; times in seconds (RFC 8628)."""

    device_code: str = Field(examples=[_OPAQUE])
    user_code: str = Field(examples=["BCDF-GHJK"])
    verification_uri: str = Field(examples=["https://bank.example/oauth/device"])
    verification_uri_complete: str = Field(examples=["https://bank.example/oauth/device?user_code=BCDF-GHJK"])
    expires_in: int = Field(examples=[600])
    interval: int = Field(examples=[5])


class UserinfoAnswer(BaseModel):
    """What the granted scopes tell of a person."""

    sub: str = Field(examples=[_PERSON_ID])
    name: str = Field("", examples=["Night Runner"])
    preferred_username: str = Field("", examples=["Night Runner"])
    email: str = Field("", examples=["runner@example.org"])
    email_verified: bool = Field(default=False, examples=[True])


class DiscoveryAnswer(BaseModel):
    """The provider's metadata; the fields are those of OpenID Connect Discovery 1.0 and RFC 8414."""

    model_config = ConfigDict(extra="allow")

    issuer: str = Field(examples=["https://bank.example"])
    authorization_endpoint: str = Field(examples=["https://bank.example/oauth/authorize"])
    token_endpoint: str = Field(examples=["https://bank.example/oauth/token"])
    jwks_uri: str = Field(examples=["https://bank.example/.well-known/jwks.json"])
    response_types_supported: list[str] = Field(examples=[["code"]])
    subject_types_supported: list[str] = Field(examples=[["public"]])
    id_token_signing_alg_values_supported: list[str] = Field(examples=[["RS256"]])


class OAuthProblem(BaseModel):
    """Why a program was refused (RFC 6749, section 5.2)."""

    error: str = Field(examples=["invalid_grant"])
    error_description: str = Field(examples=["The code or token is not valid, or not valid any more."])


# ---------------------------------------------------------------- developers and connected people


class CamelShape(BaseModel):
    """A shape of the platform face, whose names are camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


RedirectUri = Annotated[PlainText, StringConstraints(min_length=1, max_length=URI_LENGTH_MAX)]
ScopeName = Annotated[str, Field(examples=["openid"], json_schema_extra={"enum": list(SCOPES)})]
GrantTypeName = Annotated[str, Field(json_schema_extra={"enum": [kind.value for kind in GrantType]})]


class ClientTerms(StrictBody):
    """What is registered of a client."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    name: Annotated[PlainText, StringConstraints(min_length=1, max_length=100), Field(examples=["Course platform"])]
    redirect_uris: Annotated[
        list[RedirectUri], Field(max_length=_URIS_MAX, examples=[["https://app.example/callback"]])
    ] = []  # noqa: RUF012 -- pydantic copies defaults
    post_logout_redirect_uris: Annotated[
        list[RedirectUri], Field(max_length=_URIS_MAX, examples=[["https://app.example/bye"]])
    ] = []  # noqa: RUF012 -- pydantic copies defaults
    scopes: Annotated[list[ScopeName], Field(max_length=len(SCOPES), examples=[["openid", "profile"]])]
    grant_types: Annotated[
        list[GrantTypeName], Field(min_length=1, max_length=len(GrantType), examples=[["authorization_code"]])
    ] = [GrantType.AUTHORIZATION_CODE.value, GrantType.REFRESH_TOKEN.value]  # noqa: RUF012 -- pydantic copies defaults
    require_pkce: bool = Field(default=True, examples=[True])


class NewClientBody(ClientTerms):
    """A client to register; a public one can keep no secret, as an app on people's own devices."""

    is_public: bool = Field(default=False, examples=[False])


class ClientView(CamelShape):
    """A registered client."""

    id: str = Field(examples=[_CLIENT_ID])
    name: str = Field(examples=["Course platform"])
    redirect_uris: list[str] = Field(examples=[["https://app.example/callback"]])
    post_logout_redirect_uris: list[str] = Field(examples=[["https://app.example/bye"]])
    scopes: list[str] = Field(examples=[["openid", "profile"]])
    grant_types: list[str] = Field(examples=[["authorization_code", "refresh_token"]])
    require_pkce: bool = Field(examples=[True])
    is_public: bool = Field(examples=[False])
    created_at: str = Field(examples=[_TIME])


class ListedClientView(ClientView):
    """A client on a list; one rests, and nobody can sign in to it, while its owner is no developer who may sign in."""

    is_resting: bool = Field(examples=[False])


class NewClientView(ClientView):
    """A client with the secret that is shown once; null for a public client."""

    client_secret: str | None = Field(examples=["lbs_Yx2c1vJm0b0x4kq3Jr1nq0JcR8m3o9c2v7s6d5f4g3h"])


class ClientAnswer(CamelShape):
    """A client after a change."""

    message: str = Field(examples=["The client is changed."])
    client: ClientView


class NewClientAnswer(CamelShape):
    """A client with a new secret."""

    message: str = Field(examples=["Keep the secret: it is shown only now."])
    client: NewClientView


class ClientsAnswer(CamelShape):
    """The registered clients, the newest first."""

    clients: list[ListedClientView]


class AppView(CamelShape):
    """An app that one is connected to; `spendLimit` in coins, null without `coins:spend`."""

    id: str = Field(examples=[_PERSON_ID])
    client_id: str = Field(examples=[_CLIENT_ID])
    name: str = Field(examples=["Course platform"])
    scopes: list[str] = Field(examples=[["openid", "coins:spend"]])
    spend_limit: float | int | None = Field(examples=[50])
    connected_at: str = Field(examples=[_TIME])
    last_used_at: str = Field(examples=[_TIME])


class AppsAnswer(CamelShape):
    """The apps that one is connected to, the latest used first."""

    apps: list[AppView]


class DoneAnswer(BaseModel):
    """It is done."""

    message: str = Field(examples=["It is done."])


def client_view(client: Client) -> dict[str, Any]:
    """Show a client to its developer."""
    return {
        "id": client.id,
        "name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "scopes": [scope for scope in SCOPES if scope in client.scopes],
        "grant_types": sorted(client.grant_types),
        "require_pkce": client.requires_pkce,
        "is_public": client.is_public,
        "created_at": to_rfc3339(client.created_at),
    }


def listed_client_view(listed: ListedClient) -> ListedClientView:
    """Show a client on a list."""
    return ListedClientView(**client_view(listed.client), is_resting=listed.is_resting)


def new_client_view(new: NewClient) -> NewClientView:
    """Show a client with its secret, once."""
    return NewClientView(**client_view(new.client), client_secret=new.secret)


def app_view(connection: Connection) -> AppView:
    """Show a person an app that they are connected to."""
    grant = connection.grant
    return AppView(
        id=grant.id,
        client_id=grant.client_id,
        name=connection.client_name,
        scopes=[scope for scope in SCOPES if scope in grant.scopes],
        spend_limit=None if grant.spend_limit is None else to_json_number(grant.spend_limit),
        connected_at=to_rfc3339(grant.created_at),
        last_used_at=to_rfc3339(grant.used_at),
    )

"""What the provider's part of the published contract has of its own: forms, pages and the protocol's refusals."""

from typing import Any

from pydantic import BaseModel

from loopbank.foundation import openapi
from loopbank.identity.oauth.parameters import FORM, JSON
from loopbank.identity.oauth.schemas import AccessTokenBody, OAuthProblem

HTML = "text/html"

_SENTENCES = {
    400: ("invalid_grant", "The code or token is not valid, or not valid any more."),
    401: ("invalid_client", "The client is unknown or did not authenticate."),
    403: ("insufficient_scope", "This needs the scope openid."),
}
_PAGE_EXAMPLE = "<!doctype html><title>Sign in</title>"


def refusals(*statuses: int, also: tuple[int, ...] = ()) -> dict[int | str, dict[str, Any]]:
    """Describe the protocol's own refusals, and those that are problem documents (`also`)."""
    described: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        code, sentence = _SENTENCES[status]
        example = {"error": code, "error_description": sentence}
        described[status] = {
            "description": sentence,
            "model": OAuthProblem,
            "content": {JSON: {"example": example}},
        }
        if status != 400:
            header = {"description": "How to authenticate.", "schema": {"type": "string"}}
            described[status]["headers"] = {"WWW-Authenticate": header}
    return {**described, **openapi.refusals(*also)}


plain_refusals = openapi.refusals


def body(model: type[BaseModel]) -> dict[str, Any]:
    """Describe a body that is a form or JSON."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    example = {name: field["examples"][0] for name, field in schema["properties"].items() if "examples" in field}
    described = {"schema": schema, "example": example}
    return {"requestBody": {"required": True, "content": {FORM: described, JSON: described}}}


def userinfo(*, with_body: bool) -> dict[str, Any]:
    """Describe the userinfo endpoint: the token in the header, or in a form."""
    described: dict[str, Any] = {"security": [{"bearer": []}]}
    if with_body:
        schema = AccessTokenBody.model_json_schema()
        described["security"].append({})
        described["requestBody"] = {
            "required": False,
            "content": {FORM: {"schema": schema, "example": {"access_token": "eyJhbGciOi"}}},
        }
    return described


def page(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe an endpoint that answers people: a page, a redirect, or a page that says why not."""
    html = {HTML: {"schema": {"type": "string"}, "example": _PAGE_EXAMPLE}}
    described: dict[int | str, dict[str, Any]] = {200: {"description": "A page.", "content": html}}
    for status in statuses:
        described[status] = {"description": "A page that says why this cannot go on.", "content": html}
    location = {"description": "Where to go on.", "schema": {"type": "string"}}
    described[303] = {"description": "Back to the app, or on to the next page.", "headers": {"Location": location}}
    return {**described, **openapi.refusals(429)}


def _query(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


AUTHORIZATION_PARAMETERS = [
    _query("client_id", "Who asks.", "client_4b4f6f5e3d594c399a666f7a0f2f9c11"),
    _query("redirect_uri", "Where the answer goes; one of the client's, letter by letter.", "https://app.example/cb"),
    _query("response_type", "Always code.", "code"),
    _query("scope", "What is asked for.", "openid profile"),
    _query("state", "Comes back unchanged.", "af0ifjsldkj"),
    _query("nonce", "Comes back in the ID token.", "n-0S6_WzA2Mj"),
    _query("code_challenge", "The SHA-256 of the verifier (RFC 7636).", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    _query("code_challenge_method", "Always S256.", "S256"),
    _query("prompt", "none, or some of login, consent, select_account.", "login"),
    _query("max_age", "Seconds since the person last proved who they are.", "3600"),
    _query("login_hint", "Who is expected.", "Night Runner"),
    _query("ui_locales", "The languages of the pages.", "de en"),
    _query("id_token_hint", "An ID token of the person who is expected.", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"),
]
"""The parameters of the authorization endpoint."""

DEVICE_PARAMETERS = [_query("user_code", "The code that the device shows.", "BCDF-GHJK")]
"""The parameters of the device page."""

LOGOUT_PARAMETERS = [
    _query("id_token_hint", "An ID token of the person.", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"),
    _query("client_id", "Who asks.", "client_4b4f6f5e3d594c399a666f7a0f2f9c11"),
    _query("post_logout_redirect_uri", "Where the person goes on; one of the client's.", "https://app.example/bye"),
    _query("state", "Comes back unchanged.", "af0ifjsldkj"),
]
"""The parameters of the logout page."""

"""What the provider says of itself (OpenID Connect Discovery 1.0, RFC 8414): everything it does and nothing else."""

from typing import Any

from loopbank.access import ALGORITHM
from loopbank.identity.oauth.authorization import PROMPTS
from loopbank.identity.oauth.model import GrantType
from loopbank.identity.oauth.scopes import SCOPES
from loopbank.identity.oauth.texts import LANGUAGES

_WITH_SECRET = ["client_secret_basic", "client_secret_post"]
_WITH_AND_WITHOUT = [*_WITH_SECRET, "none"]
_CLAIMS = [
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "at_hash", "sid",
    "name", "preferred_username", "email", "email_verified",
]  # fmt: skip


def discovery_document(issuer: str) -> dict[str, Any]:
    """Describe the provider under its address."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "device_authorization_endpoint": f"{issuer}/oauth/device_authorization",
        "end_session_endpoint": f"{issuer}/oauth/logout",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [grant_type.value for grant_type in GrantType],
        "scopes_supported": list(SCOPES),
        "claims_supported": _CLAIMS,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": _WITH_AND_WITHOUT,
        "revocation_endpoint_auth_methods_supported": _WITH_AND_WITHOUT,
        "introspection_endpoint_auth_methods_supported": _WITH_SECRET,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": list(PROMPTS),
        "ui_locales_supported": list(LANGUAGES),
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_request_uri_registration": False,
    }

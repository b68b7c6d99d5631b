"""One table of all routes: who may call each, and a body that would do."""

from dataclasses import dataclass

import httpx

CREDENTIAL = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "response": {"clientDataJSON": "AAAA", "attestationObject": "AAAA"},
}


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: who may call it, and a body that would do."""

    method: str
    path: str
    needs: str
    body: dict[str, object] | None = None

    async def call(self, http: httpx.AsyncClient, **headers: str) -> httpx.Response:
        return await http.request(self.method, self.path, json=self.body, headers=headers)


ROUTES = [
    Route("GET", "/api/v1/account", "person"),
    Route("PUT", "/api/v1/account/profile", "person", {"faction": "Netrunners"}),
    Route("GET", "/api/v1/account/transactions", "person"),
    Route("GET", "/api/v1/account/transactions/search", "person"),
    Route("GET", "/api/v1/accounts/NC-0000-ZZZZ", "person"),
    Route("POST", "/api/v1/transactions", "person", {"to_account": "NC-0000-ZZZZ", "amount": 1}),
    Route("GET", "/api/v1/stream", "person"),
    Route("GET", "/api/stream", "person"),
    Route("GET", "/api/v1/auth/sessions", "person"),
    Route("DELETE", "/api/v1/auth/sessions/4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11", "person"),
    Route("PUT", "/api/v1/account/password", "person", {"current_password": "x" * 8, "new_password": "y" * 8}),
    Route("POST", "/api/v1/auth/logout", "person"),
    Route("GET", "/api/auth/me", "person"),
    Route("POST", "/api/auth/logout", "person"),
    Route("POST", "/api/auth/change-password", "person", {"currentPassword": "x" * 8, "newPassword": "y" * 8}),
    Route("GET", "/api/auth/sessions", "person"),
    Route("DELETE", "/api/auth/sessions/4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11", "person"),
    Route("GET", "/api/auth/google/account", "person"),
    Route("POST", "/api/auth/google/link", "person", {"password": "x" * 8}),
    Route("POST", "/api/auth/google/unlink", "person", {"password": "x" * 8}),
    Route("GET", "/api/auth/connected-apps", "person"),
    Route("DELETE", "/api/auth/connected-apps/nobody", "person"),
    Route("GET", "/api/v1/auth/totp", "person"),
    Route("POST", "/api/v1/auth/totp", "person", {"password": "x" * 8}),
    Route("POST", "/api/v1/auth/totp/confirm", "person", {"code": "123456"}),
    Route("POST", "/api/v1/auth/totp/remove", "person", {"password": "x" * 8}),
    Route("POST", "/api/v1/auth/totp/recovery-codes", "person", {"password": "x" * 8}),
    Route("GET", "/api/v1/auth/security-events", "person"),
    Route("GET", "/api/v1/auth/passkeys", "person"),
    Route("POST", "/api/v1/auth/passkeys", "person", {"name": "Phone", "credential": CREDENTIAL}),
    Route("POST", "/api/v1/auth/passkeys/options", "person", {"password": "x" * 8}),
    Route("POST", "/api/v1/auth/passkeys/nobody/remove", "person", {"password": "x" * 8}),
    Route("GET", "/api/v1/auth/admin/security-events", "staff"),
    Route("GET", "/api/v1/auth/admin/letters", "staff"),
    Route("GET", "/api/v1/auth/admin/letters/4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11", "staff"),
    Route("GET", "/api/admin/users", "staff"),
    Route("GET", "/api/admin/users/4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11", "staff"),
    Route("PATCH", "/api/admin/users/4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11/role", "staff", {"role": "ADMIN"}),
    Route("PATCH", "/api/admin/users/4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11/status", "staff", {"isActive": False}),
    Route("DELETE", "/api/admin/users/4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11", "staff"),
    Route("DELETE", "/api/admin/users/4b4f6f5e-3d59-4c39-9a66-6f7a0f2f9c11/second-factor", "staff"),
    Route("GET", "/api/developer/clients", "staff"),
    Route("POST", "/api/developer/clients", "staff", {"name": "Shop", "scopes": ["openid"]}),
    Route("PUT", "/api/developer/clients/nobody", "staff", {"name": "Shop", "scopes": ["openid"]}),
    Route("DELETE", "/api/developer/clients/nobody", "staff"),
    Route("POST", "/api/developer/clients/nobody/secret", "staff"),
    Route("GET", "/api/wallets/me", "person"),
    Route("GET", "/api/coins/balance", "person"),
    Route("GET", "/api/coins/history", "person"),
    Route("POST", "/api/coins/transfer", "person", {"toUserId": "nobody", "amount": 1}),
    Route("POST", "/api/coins/transfer-to-treasury", "person", {"treasuryType": "NONE", "amount": 1}),
    Route("POST", "/api/coins/holds", "person", {"toUserId": "nobody", "amount": 1}),
    Route("GET", "/api/coins/holds/987654321", "person"),
    Route("POST", "/api/coins/holds/987654321/capture", "person", {}),
    Route("POST", "/api/coins/holds/987654321/release", "person"),
    Route("POST", "/api/admin/mint", "staff", {"userId": "nobody", "amount": 1, "reason": "why"}),
    Route("POST", "/api/admin/burn", "staff", {"userId": "nobody", "amount": 1, "reason": "why"}),
    Route("POST", "/api/admin/mint/bulk", "staff", {"items": [{"userId": "nobody", "amount": 1}]}),
    Route(
        "POST",
        "/api/admin/transfers/bulk",
        "staff",
        {"items": [{"fromUserId": "nobody", "toUserId": "somebody", "amount": 1}]},
    ),
    Route("POST", "/api/admin/payments/import", "staff"),
    Route("GET", "/api/admin/treasury", "staff"),
    Route("GET", "/api/admin/treasury/REWARD/balance", "staff"),
    Route(
        "POST", "/api/admin/treasury/transfer", "staff", {"treasuryType": "REWARD", "toUserId": "nobody", "amount": 1}
    ),
    Route("POST", "/api/admin/transactions/987654321/reverse", "staff", {"reason": "why"}),
    Route("GET", "/api/admin/supply", "staff"),
    Route("GET", "/api/admin/integrity", "staff"),
    Route("GET", "/api/v1/admin/users/search", "staff"),
    Route("GET", "/api/v1/admin/users/export", "staff"),
    Route("POST", "/api/v1/admin/accounts/lookup", "staff", {"accounts": ["NC-0000-ZZZZ"]}),
    Route("GET", "/api/v1/admin/users/NC-0000-ZZZZ", "staff"),
    Route("POST", "/api/v1/admin/users/NC-0000-ZZZZ/reset-password", "staff", {}),
    Route("POST", "/api/v1/admin/users/NC-0000-ZZZZ/remove-second-factor", "staff"),
    Route("POST", "/api/v1/admin/users/NC-0000-ZZZZ/toggle-admin", "staff"),
    Route("POST", "/api/v1/admin/users/NC-0000-ZZZZ/adjust-balance", "staff", {"amount": 1, "reason": "why"}),
    Route("GET", "/api/v1/admin/transactions", "staff"),
    Route("GET", "/api/v1/admin/audit-logs", "staff"),
    Route("GET", "/api/v1/admin/factions/list", "staff"),
    Route("POST", "/api/v1/admin/factions/create", "staff", {"name": "Drifters"}),
    Route("POST", "/api/v1/admin/factions/nobody/add-credits", "staff", {"amount": 1, "reason": "why"}),
    Route("GET", "/api/v1/admin/api-keys", "staff"),
    Route("POST", "/api/v1/admin/api-keys", "staff", {"description": "Bar"}),
    Route("DELETE", "/api/v1/admin/api-keys/key_0", "staff"),
    Route("GET", "/api/developer/api-keys", "staff"),
    Route("GET", "/api/developer/webhooks", "staff"),
    Route(
        "POST",
        "/api/developer/webhooks",
        "staff",
        {"url": "https://shop.example.com/", "events": ["transaction.created"]},
    ),
    Route("GET", "/api/developer/webhooks/wh_0", "staff"),
    Route("PATCH", "/api/developer/webhooks/wh_0", "staff", {}),
    Route("DELETE", "/api/developer/webhooks/wh_0", "staff"),
    Route("POST", "/api/developer/webhooks/wh_0/rotate-secret", "staff"),
    Route("POST", "/api/developer/webhooks/wh_0/test", "staff"),
    Route("GET", "/api/developer/webhooks/wh_0/deliveries", "staff"),
    Route("POST", "/api/developer/webhooks/wh_0/deliveries/1/redeliver", "staff"),
    Route("POST", "/api/developer/api-keys", "staff", {"name": "Shop", "permissions": ["read"]}),
    Route("DELETE", "/api/developer/api-keys/key_0", "staff"),
    Route(
        "POST",
        "/api/v1/external/transactions",
        "key",
        {"from_account": "NC-0000-ZZZZ", "to_account": "NC-1111-ZZZZ", "amount": 1},
    ),
    Route("GET", "/api/v1/external/account/NC-0000-ZZZZ/balance", "key"),
    Route("GET", "/api/admin/transactions", "staff"),
    Route("GET", "/api/admin/audit-logs", "staff"),
    Route("GET", "/api/admin/api-keys", "staff"),
    Route("POST", "/api/admin/api-keys", "staff", {"name": "Shop", "permissions": ["read"]}),
    Route("DELETE", "/api/admin/api-keys/key_0", "staff"),
    Route("GET", "/api/v1/admin/casino/config", "staff"),
    Route("PUT", "/api/v1/admin/casino/config/glitch-grid", "staff", {"payout_percentage": 95.5}),
    Route("GET", "/api/v1/admin/casino/config/glitch-grid/forecast?payout_percentage=95", "staff"),
    Route("GET", "/api/v1/admin/casino/statistics", "staff"),
    Route("GET", "/api/v1/casino/care", "person"),
    Route("POST", "/api/v1/casino/care/break", "person", {"minutes": 15}),
    Route("POST", "/api/v1/casino/care/exclusion", "person", {"days": 1}),
    Route("PUT", "/api/v1/casino/care/limits", "person", {"loss_per_day": 5}),
    Route("GET", "/api/v1/casino/fairness", "person"),
    Route("POST", "/api/v1/casino/fairness/rotate", "person", {}),
    Route("GET", "/api/v1/casino/rounds", "person"),
    Route("GET", "/api/v1/casino/rounds/987654321", "person"),
    Route("POST", "/api/v1/casino/glitch-grid/spin", "person", {"bet_amount": "0.001"}),
    Route("POST", "/api/v1/casino/starlight-smuggler/spin", "person", {"bet_amount": "0.001"}),
    Route("POST", "/internal/people/somebody/role", "service", {"actor_id": "nobody", "role": "USER"}),
    Route("POST", "/internal/people/somebody/password", "service", {"actor_id": "nobody"}),
    Route("POST", "/internal/people/somebody/remove-second-factor", "service", {"actor_id": "nobody"}),
    Route("POST", "/internal/holders", "service", {"person_id": "somebody", "display_name": "Somebody"}),
    Route("GET", "/internal/holders/somebody", "service"),
    Route("GET", "/internal/revocations", "service"),
    Route("GET", "/api/v1/casino/games", "nobody"),
    Route("GET", "/api/v1/casino/games/glitch-grid/par-sheet", "nobody"),
    Route("GET", "/api/v1/casino/leaderboard?game=glitch-grid", "nobody"),
    Route("GET", "/api/v1/config", "nobody"),
    Route("GET", "/api/auth/google/offer", "nobody"),
    Route("GET", "/.well-known/jwks.json", "nobody"),
    Route("GET", "/health", "nobody"),
    Route("GET", "/health/live", "nobody"),
    Route("GET", "/health/ready", "nobody"),
    Route("GET", "/metrics", "nobody"),
    Route("GET", "/openapi.json", "nobody"),
]

PERSONAL = [route for route in ROUTES if route.needs in ("person", "staff")]
STAFF = [route for route in ROUTES if route.needs == "staff"]
INTERNAL = [route for route in ROUTES if route.needs == "service"]
PUBLIC = [route for route in ROUTES if route.needs == "nobody"]

KEYED = [route for route in ROUTES if route.needs == "key"]

EVENT_SIGN_IN = (
    *("register", "login", "second-factor", "refresh", "setup", "reset-password"),
    *("passkeys/sign-in", "passkeys/sign-in/options"),
)
MAIL_SIGN_IN = (
    *("register", "login", "login/totp", "login/init", "login/verify", "refresh"),
    *("verify-email", "resend-verification", "forgot-password", "reset-password"),
)

OAUTH = ("device_authorization", "introspect", "revoke", "token", "browser", "userinfo")

TESTED_ELSEWHERE = {
    *(f"POST /api/v1/auth/{act}" for act in EVENT_SIGN_IN),
    *(f"POST /api/auth/{act}" for act in MAIL_SIGN_IN),
    *(f"POST /oauth/{act}" for act in OAUTH),
    *(f"GET /oauth/{page}" for page in ("authorize", "device", "logout", "userinfo")),
    "POST /api/oauth/token",
    "GET /api/auth/google",
    "GET /api/auth/google/callback",
    "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/openid-configuration",
}
"""Routes that take a password or a token in the body instead of a bearer token."""

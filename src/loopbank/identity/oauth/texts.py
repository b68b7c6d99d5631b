"""What the provider's pages say, in the languages of the web app."""

from collections.abc import Mapping

from starlette.requests import Request

LANGUAGES = ("en", "de")

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "sign_in": "Sign in",
        "to_go_on_to": "to go on to {client}",
        "name": "Character name",
        "email": "E-mail address",
        "password": "Password",
        "other_ways": "Sign in another way",
        "register": "No account yet? Register",
        "second_factor": "Please type the code of your authenticator app, or one of your recovery codes.",
        "code": "Code",
        "consent": "Let {client} in?",
        "signed_in_as": "You are signed in as {name}.",
        "someone_else": "Someone else?",
        "it_may": "{client} may then",
        "scope_openid": "recognise you again",
        "scope_profile": "see your name",
        "scope_email": "see your e-mail address",
        "scope_offline_access": "stay connected while you are away, for 30 days at most",
        "scope_coins:read": "see your balance and your transactions",
        "scope_coins:spend": "spend coins in your name",
        "limit": "At most, altogether",
        "limit_hint": "In coins. Another amount than before counts anew.",
        "limit_wrong": "Please give an amount above zero with at most two decimals.",
        "withdraw_hint": "You can disconnect the app at any time in your profile.",
        "allow": "Allow",
        "deny": "Deny",
        "device": "Connect a device",
        "device_hint": "Type the code that the device shows. Go on only if you hold the device in your hands.",
        "device_code": "Code",
        "device_unknown": "No device waits with this code. Please look at it again.",
        "go_on": "Go on",
        "device_allowed": "Connected",
        "device_allowed_text": "The device is connected. You can close this page.",
        "device_denied": "Not connected",
        "device_denied_text": "The device stays outside. You can close this page.",
        "device_late_text": "The code was used or has expired meanwhile. Please start again at the device.",
        "sign_out": "Sign out?",
        "sign_out_text": "You are signed in as {name}. Apps that you use with this sign-in are signed out as well.",
        "sign_out_button": "Sign out",
        "signed_out": "Signed out",
        "signed_out_text": "You are signed out here. You can close this page.",
        "refused": "This cannot go on",
        "wrong": "This is not right. Please check what you typed.",
    },
    "de": {
        "sign_in": "Anmelden",
        "to_go_on_to": "um weiter zu {client} zu kommen",
        "name": "Charaktername",
        "email": "E-Mail-Adresse",
        "password": "Passwort",
        "other_ways": "Anders anmelden",
        "register": "Noch kein Konto? Registrieren",
        "second_factor": "Bitte gib den Code deiner Authenticator-App oder einen deiner Notfallcodes ein.",
        "code": "Code",
        "consent": "{client} hereinlassen?",
        "signed_in_as": "Du bist angemeldet als {name}.",
        "someone_else": "Jemand anderes?",
        "it_may": "{client} darf dann",
        "scope_openid": "dich wiedererkennen",
        "scope_profile": "deinen Namen sehen",
        "scope_email": "deine E-Mail-Adresse sehen",
        "scope_offline_access": "verbunden bleiben, wenn du nicht da bist, höchstens 30 Tage",
        "scope_coins:read": "deinen Kontostand und deine Buchungen sehen",
        "scope_coins:spend": "in deinem Namen Coins ausgeben",
        "limit": "Höchstens, insgesamt",
        "limit_hint": "In Coins. Ein anderer Betrag als zuvor zählt von vorn.",
        "limit_wrong": "Bitte gib einen Betrag über null mit höchstens zwei Nachkommastellen an.",
        "withdraw_hint": "Du kannst die App jederzeit in deinem Profil trennen.",
        "allow": "Erlauben",
        "deny": "Ablehnen",
        "device": "Gerät verbinden",
        "device_hint": "Tippe den Code ein, den das Gerät zeigt. Mach nur weiter, wenn du es in Händen hältst.",
        "device_code": "Code",
        "device_unknown": "Kein Gerät wartet mit diesem Code. Bitte sieh noch einmal nach.",
        "go_on": "Weiter",
        "device_allowed": "Verbunden",
        "device_allowed_text": "Das Gerät ist verbunden. Du kannst diese Seite schließen.",
        "device_denied": "Nicht verbunden",
        "device_denied_text": "Das Gerät bleibt draußen. Du kannst diese Seite schließen.",
        "device_late_text": "Der Code wurde inzwischen benutzt oder ist abgelaufen. Bitte beginne am Gerät von vorn.",
        "sign_out": "Abmelden?",
        "sign_out_text": "Du bist angemeldet als {name}. Apps mit dieser Anmeldung werden mit abgemeldet.",
        "sign_out_button": "Abmelden",
        "signed_out": "Abgemeldet",
        "signed_out_text": "Du bist hier abgemeldet. Du kannst diese Seite schließen.",
        "refused": "So geht es nicht weiter",
        "wrong": "Das stimmt nicht. Bitte prüfe deine Eingabe.",
    },
}


def language_of(request: Request, wanted: str | None = None) -> str:
    """Choose a language: the one an app asks for (`ui_locales`), else the browser's first that we have."""
    accepted = (part.partition(";")[0] for part in request.headers.get("accept-language", "").split(","))
    for tag in (*(wanted or "").split(), *accepted):
        language = tag.strip().partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]

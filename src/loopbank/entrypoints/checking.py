"""Every check pass of the house: what `loopbank check`, the nightly check and every backup run."""

from loopbank.casino import SeedVault, casino_checks
from loopbank.events import LogKey, log_checks
from loopbank.foundation.checks import CheckPass
from loopbank.foundation.settings import Installation
from loopbank.ledger import ledger_checks


def check_passes(settings: Installation) -> list[CheckPass]:
    """Give all passes; a feature with tables of its own adds its passes here."""
    secret = settings.secret_key
    return [*ledger_checks(), *log_checks(LogKey(secret)), *casino_checks(SeedVault(secret))]

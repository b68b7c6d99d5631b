"""What everything stands on by which people prove who they are."""

from dataclasses import dataclass

from loopbank.foundation.clock import Clock
from loopbank.foundation.database import Database
from loopbank.identity.mail import LetterBox
from loopbank.identity.proofs import Challenges, Marks, OneTimeSecrets, Patience
from loopbank.identity.sessions import Sessions


@dataclass(frozen=True, slots=True)
class AccountTools:
    """The tools of one installation."""

    database: Database
    clock: Clock
    sessions: Sessions
    marks: Marks
    secrets: OneTimeSecrets
    challenges: Challenges
    patience: Patience
    letter_box: LetterBox


def account_tools(
    database: Database, clock: Clock, sessions: Sessions, *, secret_key: str, is_patient: bool
) -> AccountTools:
    """Make the tools; `is_patient` lets people try as often as they like."""
    marks = Marks(secret_key)
    return AccountTools(
        database=database,
        clock=clock,
        sessions=sessions,
        marks=marks,
        secrets=OneTimeSecrets(marks=marks, clock=clock),
        challenges=Challenges(marks=marks, clock=clock),
        patience=Patience(marks=marks, clock=clock, is_endless=is_patient),
        letter_box=LetterBox(secret_key, clock),
    )

"""A second proof beside the password: codes of an app, and recovery codes."""

from loopbank.identity.second_factor.factors import RECOVERY_CODES, FactorState, SecondFactors
from loopbank.identity.second_factor.store import forget_factors
from loopbank.identity.second_factor.time_codes import Enrolment

__all__ = ["RECOVERY_CODES", "Enrolment", "FactorState", "SecondFactors", "forget_factors"]

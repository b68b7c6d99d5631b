"""Which new passwords are accepted: long enough and not among the first that somebody would try; nothing else."""

from loopbank.identity.common_passwords import CommonPasswords
from loopbank.identity.errors import UnacceptablePassword
from loopbank.identity.names import name_key

PASSWORD_LENGTH_MAX = 256


class PasswordRules:
    """The rules of one installation."""

    def __init__(self, *, length_min: int, common: CommonPasswords) -> None:
        self._length_min = length_min
        self._common = common

    def check(self, password: str, *, name: str, field: str = "password") -> None:
        """Refuse a new password that does not protect its owner. Raises UnacceptablePassword."""
        if len(password) < self._length_min:
            raise UnacceptablePassword(f"A password has at least {self._length_min} characters.", field=field)
        if len(password) > PASSWORD_LENGTH_MAX:
            raise UnacceptablePassword(f"A password has at most {PASSWORD_LENGTH_MAX} characters.", field=field)
        if name_key(password) == name_key(name):
            raise UnacceptablePassword("The password must not be your name.", field=field)
        if self._common.contain(password):
            raise UnacceptablePassword("This password is one of the first anybody would try.", field=field)

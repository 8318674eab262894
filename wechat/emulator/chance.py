"""Everything random, from one seed, so that a run can be repeated."""

import base64
import random
import string

LETTERS = string.ascii_letters + string.digits


class Chance:
    """Codes, tokens, ids and dice."""

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(seed)

    def word(self, length: int) -> str:
        return "".join(self._dice.choices(LETTERS, k=length))

    def hexadecimal(self, length: int) -> str:
        return "".join(self._dice.choices("0123456789abcdef", k=length))

    def digits(self, length: int) -> str:
        return "".join(self._dice.choices(string.digits, k=length))

    def session_key(self) -> str:
        """Return 16 bytes as base64, the form of WeChat's session keys."""
        return base64.b64encode(self._dice.randbytes(16)).decode()

    def msgid(self) -> int:
        """Return a number above 2^53, which JavaScript cannot hold exactly."""
        return self._dice.randrange(2**53 + 1, 2**63)

    def happens(self, probability: float) -> bool:
        return self._dice.random() < probability

"""Calls that need the access token: a refused token is replaced and the call made once more, never a third time."""

from collections.abc import Callable
from typing import TypeVar

from .answers import Answer, Reader
from .budget import Budget
from .errors import TokenRejected
from .token import TokenHolder
from .transport import Transport

T = TypeVar("T")


class AuthorisedCalls:
    """GET and POST with the shared access token."""

    def __init__(self, transport: Transport, tokens: TokenHolder) -> None:
        self._transport = transport
        self._tokens = tokens

    def get(self, path: str, read: Reader[T], budget: Budget) -> T:
        return self._with_token(budget, lambda query: self._transport.get(path, query, read, budget))

    def post(self, path: str, body: Answer, read: Reader[T], budget: Budget) -> T:
        return self._with_token(budget, lambda query: self._transport.post(path, body, query, read, budget))

    def _with_token(self, budget: Budget, call: Callable[[dict[str, str]], T]) -> T:
        first = self._tokens.current(budget).value
        try:
            return call({"access_token": first})
        except TokenRejected:
            second = self._tokens.report_bad(first, budget).value
            if second == first:
                raise
        return call({"access_token": second})

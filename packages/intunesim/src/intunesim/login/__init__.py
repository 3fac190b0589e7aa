"""The identity platform: discovery, the token endpoint, and the tokens it issues."""

from intunesim.login.endpoint import LoginAnswer, token_answer
from intunesim.login.tokens import Caller, TokenIssuer

__all__ = ["Caller", "LoginAnswer", "TokenIssuer", "token_answer"]

"""What an authenticator app shows."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value


def code_of(seed: str, *, steps: int = 0) -> str:
    """The code of now, or of so many steps of 30 seconds later."""
    return format_hotp_value(hotp_value(seed, int(time.time()) // 30 + steps))

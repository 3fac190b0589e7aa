"""Let people manage their own account: password, second factor, passkeys, sessions."""

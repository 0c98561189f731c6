"""What the account allows and decides: pure functions over parsed payloads, rows and switches."""

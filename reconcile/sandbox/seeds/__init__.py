"""What fills an account: the built-in shop, or generated contacts."""

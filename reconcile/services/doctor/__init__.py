"""What `doctor --ci` does: reads a forge's settings, the checkout and the credential, and judges them."""

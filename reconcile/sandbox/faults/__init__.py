"""What goes wrong on demand. A fault is a row, in `responses` or in `account`, together with its code."""

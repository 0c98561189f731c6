"""Plans and problems in their formats. Pure: returns strings and prints nothing."""

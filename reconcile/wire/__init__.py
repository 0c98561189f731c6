"""Evance's JSON and our model, both directions side by side. Pure; no other room knows ``accessRoles``."""

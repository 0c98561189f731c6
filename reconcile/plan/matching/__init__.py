"""Who and what is meant: each declaration finds its one live contact, and each role one of the account's."""

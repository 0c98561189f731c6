"""What was read before, kept in ``.reconcile/`` for the next plan; each cache can be deleted at any time."""

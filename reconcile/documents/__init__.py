"""Our own JSON documents, written and read: plans, drift, contacts, explanations, reports. Pure."""

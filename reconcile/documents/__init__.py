"""Our own JSON and our model: plan, drift, explanation, timeline, snapshots of contacts, problems, probe reports. Pure."""

"""What journals and records tell a person: what a run did, and who held a role."""

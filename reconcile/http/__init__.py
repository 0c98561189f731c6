"""HTTP for Evance and for the Git forges: requests and responses as values, limits, waits and rates."""

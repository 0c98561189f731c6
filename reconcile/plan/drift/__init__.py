"""Why a plan is not empty, and what was last known of what differs. Pure."""

"""What the clock will do: what is scheduled, what is withheld, and the timeline of all windows."""

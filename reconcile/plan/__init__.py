"""From declarations and live contacts to a plan. Pure: no file, network, clock or terminal."""

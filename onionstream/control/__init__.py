"""The daemon's control socket: commands from a terminal, and what happens as it happens."""

"""The control socket: its language, its commands, its connections, and the program for it."""

"""Livestreaming over Tor, so that neither the person who broadcasts nor the people who watch can be found."""

__version__ = "0.1.0"

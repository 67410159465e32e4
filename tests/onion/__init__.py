"""Tests of :mod:`onionstream.onion`."""

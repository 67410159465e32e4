"""Tests of ``onionstream.chat``."""

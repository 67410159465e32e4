"""Tests of what is built and joined."""

"""Tests of the video."""

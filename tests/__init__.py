"""Tests of onionstream; each folder mirrors a package, and real/ holds those with real programs."""

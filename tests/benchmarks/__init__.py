"""Tests of the parts of the measurements that can be wrong without being seen: arithmetic, words, and bytes."""

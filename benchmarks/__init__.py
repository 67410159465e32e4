"""Measurements that anybody can run. None of them is a test: machines are noisy."""

"""A private Tor network on 127.0.0.1, for tests and measurements that need a real onion service."""

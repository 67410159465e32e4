"""tor under our care: its configuration, its process, its control connection, and the onion service it offers."""

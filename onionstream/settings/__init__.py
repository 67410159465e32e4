"""``config.toml`` as frozen values, each one checked."""

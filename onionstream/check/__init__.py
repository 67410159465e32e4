"""``--check``: what is there and what is missing before anybody goes on air, one line each."""

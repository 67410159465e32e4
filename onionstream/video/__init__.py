"""From an encoder's bytes to every viewer's. We own the muxer, so that nothing of the encoder's container goes out."""

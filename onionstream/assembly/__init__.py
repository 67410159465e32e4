"""The parts of the composition root (``tap``), each built and joined in a module of its own."""

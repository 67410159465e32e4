"""The parts of the measuring programs that decide what a figure is."""

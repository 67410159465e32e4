"""What is kept on the disk, or read from there: with bounds, and whole or not at all."""

"""What is missing on a machine, as far as no program is run."""

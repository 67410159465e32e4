"""Questions that people answer sooner than programs do: what slows down a crowd without addresses."""

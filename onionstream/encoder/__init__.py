"""Where the picture comes from: one ffmpeg, its arguments, and what keeps it running."""

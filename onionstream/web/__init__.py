"""What a browser sees: a bounded HTTP server and one small class for each area of the site."""

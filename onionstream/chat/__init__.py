"""Who says what, and who may: no clock, no chance, no network; the time is an argument."""

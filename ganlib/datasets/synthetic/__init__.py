"""Images drawn by a program, for where the real ones are missing."""

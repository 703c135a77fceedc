"""Where a run lies: its folder, its record, its images."""

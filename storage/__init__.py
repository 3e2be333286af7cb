"""SQLite through sqlite-utils: one file per aggregate, one public method per transaction."""

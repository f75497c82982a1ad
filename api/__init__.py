"""The doors: HTTP (v1), the command line (commands), settings and logs."""

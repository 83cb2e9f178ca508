"""What is done from a shell, one file for each command: `python -m deepvis_widgets --help`."""

"""What a programme is: a folder per area, each with rules, models, queries, commands. Knows no page, no file format."""

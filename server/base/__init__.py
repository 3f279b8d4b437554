"""Ground floor: errors, ids, money, dates with precision, clock, paths, config, words. Imports nothing of ours."""

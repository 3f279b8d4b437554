"""Sections that several documents share. Lives here: words and tables on a Story. May import model, words and story."""

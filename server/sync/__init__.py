"""How replicas agree by mailed files: changesets, heads and tips, merge, the dispatch's payload, keys and trust.

Lives here: everything between a saved record and the bytes inside a dispatch. May import the database and the ground
floor; must not know pages, HTTP, PDF or the areas of the domain.

Reading order: canonical (what a changeset is) · capture (how a save becomes one) · merge (what a set of them means) ·
project and apply (how rows follow) · tips (who has what) · payload (how it travels) · replica (who we are).
"""

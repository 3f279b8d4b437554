"""Killed processes, full disks and power cuts: nothing that was confirmed is lost, and nothing is left half done."""

"""Synthetic calls with exact truth, and the script that makes them from written dialogues."""

"""Accuracy and speed, each runnable with one command."""

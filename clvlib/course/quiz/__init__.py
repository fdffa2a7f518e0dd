"""Exercises as quizzes of a learning platform: what can be asked there, and the three forms that platforms read."""

"""Marking a class: personal notebooks out, returned files in, marks and feedback."""

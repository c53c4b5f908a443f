"""Hangul: syllables split into letters, and names written in Latin letters."""

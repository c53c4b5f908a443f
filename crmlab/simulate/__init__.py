"""하늘학습 (Haneul Learning): a home-study company whose truth is known."""

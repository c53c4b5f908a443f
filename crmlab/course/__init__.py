"""What a class needs around the notebooks: copies, minutes, quiz, slides and answer keys."""

__all__: list[str] = []

"""Maximum likelihood: what every fitted model shares."""

"""Pictures of what is to come: who stays, for how long, and what that is worth."""

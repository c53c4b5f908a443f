"""Each failure factor played through on a simulated company, and what it costs."""

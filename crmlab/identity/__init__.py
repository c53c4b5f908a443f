"""Which records are the same person: linked across systems, judged, and explained."""

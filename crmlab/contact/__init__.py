"""How often, by which channel, and when to stop; how many agents, and who waits for them.

Every contact costs money and patience. The functions here measure both in the records of
contacts, and say how many agents a call centre needs so that customers do not wait.
"""

__all__: list[str] = []

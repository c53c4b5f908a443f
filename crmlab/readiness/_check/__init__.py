"""The seven failure factors, and the questions a firm answers before it begins."""

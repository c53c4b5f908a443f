"""Evaluate a snippet and show what it gives, with nothing beyond the standard library."""

import ast
import json
import math
import re
import sys
import warnings


def show(value):
    """Show a number with four digits, a list by its items, a text as it is."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(show(item) for item in value) + "]"
    if value is None or isinstance(value, (str, bool)):
        return str(value)
    number = float(value)
    if math.isfinite(number) and number == round(number):
        return f"{round(number)}"
    return f"{round(number, 9):.4g}"


def evaluate(source):
    """Run a snippet; its last line is the answer. What it raises is an answer, too."""
    *lines, last = ast.parse(source).body
    names = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(ast.Module(lines, []), "snippet", "exec"), names)
            return show(eval(compile(ast.Expression(last.value), "snippet", "eval"), names))
        except Exception as error:
            said = re.split(r"\. |\s?: ", str(error).splitlines()[0])[0].rstrip(".")
            return f"{type(error).__name__}: {said}"


def main():
    """Read a list of snippets, write the list of answers."""
    sources = json.load(sys.stdin)
    sys.stdout, written = sys.stderr, sys.stdout  # what packages print is no answer
    json.dump([evaluate(source) for source in sources], written)


if __name__ == "__main__":
    main()

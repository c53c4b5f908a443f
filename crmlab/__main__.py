"""Run the command line as `python -m crmlab`."""

from crmlab.cli import main

if __name__ == "__main__":
    main()

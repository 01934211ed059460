"""`python -m fivetimes.cli` -> the command line."""

from fivetimes.cli import main

if __name__ == "__main__":
    main()

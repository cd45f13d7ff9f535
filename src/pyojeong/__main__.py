"""`python -m pyojeong` is the command `pyojeong`."""

from pyojeong.cli.main import main

if __name__ == "__main__":
    main()

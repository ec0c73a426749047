from devkit import shell

from .main import main

shell.main(main)

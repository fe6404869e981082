"""Run a module of the tests with the product ready: `python -m tests.ready MODULE ARGUMENT…`, so that its imports stand at its top."""

import runpy
import sys

import django

if __name__ == "__main__":
    django.setup()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)

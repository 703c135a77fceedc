"""Runs that are killed and disks that are full; tests/accidents.py has more of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("accidents.py")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the program forks its sessions")
def test_a_run_goes_on_to_the_bit_after_kills_and_full_disks():
    command = [sys.executable, PROGRAM, "--kills", "3", "--full", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "kill: 3 accidents" in done.stdout and "full: 1 accidents" in done.stdout

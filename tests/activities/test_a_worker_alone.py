"""What a worker loads is enough: no table refers to one that only another program happens to know."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("program", ["worker", "console.app"])
def test_it_knows_every_table_that_its_tables_refer_to(program: str) -> None:
    script = f"import {program}; from sqlmodel import SQLModel; print(len(SQLModel.metadata.sorted_tables))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 40

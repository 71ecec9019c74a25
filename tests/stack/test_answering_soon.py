"""A command loads what it needs and no more: whoever types `perennial show` does not wait for a web server's parts."""

import subprocess
import sys


def test_the_command_line_loads_no_pages() -> None:
    loaded = "import sys, cli.main; print([name for name in ('fastapi', 'jinja2') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", loaded], check=True, timeout=60, capture_output=True, text=True)
    assert found.stdout == "[]\n"

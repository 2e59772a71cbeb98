"""Runs a plot script on a result and checks that a picture comes out. Arguments: script, result, [option of] picture."""
import pathlib
import subprocess
import sys

try:
    import matplotlib  # noqa: F401
    import xarray  # noqa: F401
except ImportError as missing:
    print(missing)
    sys.exit(77)  # skipped

script, result, *option, picture = sys.argv[1:]
pathlib.Path(picture).unlink(missing_ok=True)
subprocess.run([sys.executable, script, result, *option, picture], check=True)
data = pathlib.Path(picture).read_bytes()
assert data.startswith(b"\x89PNG") and len(data) > 5_000, f"{picture}: no picture"

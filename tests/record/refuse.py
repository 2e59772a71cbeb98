"""Does each plot script say in one line, with exit status 2, what is wrong? Arguments: folder of the scripts, a result, a result without rows."""
import contextlib
import io
import math
import pathlib
import runpy
import shutil
import sys
import tempfile

try:
    import h5py
    import matplotlib  # noqa: F401
    import numpy as np
    import xarray as xr
except ImportError as missing:
    print(missing)
    sys.exit(77)  # skipped

folder, sample, empty = sys.argv[1:]
scratch = tempfile.TemporaryDirectory()
other = pathlib.Path(scratch.name, "other.h5")
other.write_text("format = 1\n")


def refused(script, words, *given):
    sys.argv = [str(script), *map(str, given)]
    said, shown = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(shown):
            runpy.run_path(str(script), run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code
    assert status == 2 and said.getvalue().count("\n") == 1 and not shown.getvalue() and words in said.getvalue(), (script.name, given, status, said.getvalue())


sys.path.insert(0, folder)
scripts = [script for script in sorted(pathlib.Path(folder).glob("*.py")) if script.name != "plots.py"]
assert len(scripts) == 9
remedies = {"carried": "output.shadow", "cascades": "output.track_share", "comparison": "[[contrast]]", "smaller_is_better": "[claims]", "engagement_by_tier": "visit", "engagement_by_followers": "visit", "reach_over_time": "pays", "switches": "[[switch]]", "sweep": "[sweep]"}
blank = pathlib.Path(scratch.name, "blank.h5")
shutil.copyfile(empty, blank)
with h5py.File(blank, "r+") as data:
    for name in ("summary/first_looks", "summary/impressions", "curve/first_looks", "curve/impressions", "cascade_sizes/cascades"):
        data[name][...] = 0
for script in scripts:
    refused(script, remedies[script.stem], blank, *(["figure.png"] if script.stem == "carried" else []))  # the one that draws several results
refused(pathlib.Path(folder, "carried.py"), "no such file", "missing.h5", sample, "figure.png")
script = pathlib.Path(folder, "cascades.py")  # what follows is said by plots.py for all
refused(script, "RESULT.h5")
refused(script, "no such file", "missing.h5")
refused(script, "is a folder", scratch.name)
refused(script, "not a result of grapevine", other)
refused(script, "No such file", sample, pathlib.Path(scratch.name, "nowhere", "figure.png"))
refused(script, "no arm 'none'", sample, "figure.png", "--arm", "none")

# Intervals: tables of Student's t, and a ratio of two replicates by hand. Rates 2 and 8 of equal denominators: the rate of both is 5, the logarithms of the pseudo-values
# are 2 log 5 - log 8 and 2 log 5 - log 2, with mean log 25 - log 4 and half their distance log 2 as error: 5 / 4^12.706... wide, from 5 / r to 5 r with r = 2^12.706.
import plots  # noqa: E402

for degrees, bound in ((1, 12.7062), (2, 4.3027), (9, 2.2622), (19, 2.0930)):
    assert abs(plots.t_quantile(degrees) - bound) < 1e-4, (degrees, plots.t_quantile(degrees))
rate, lower, upper = plots.pooled_rate(xr.DataArray(np.array([2.0, 8.0]), dims="replicate"), xr.DataArray(np.ones(2), dims="replicate"))
assert rate == 5 and math.isclose(upper, 5 * 2 ** plots.t_quantile(1), rel_tol=1e-12) and math.isclose(lower * upper, 25, rel_tol=1e-12)

"""Draws the ratios of a study with their intervals: comparison.py RESULT.h5 [OUT.png]"""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

rows = xr.open_dataset(sys.argv[1], group="comparison").to_dataframe()
rows = rows[(rows.statistic == "ratio of means") & (rows.against != "")].iloc[::-1]  # rates of one arm have nothing to be held against
figure, axes = plt.subplots(figsize=(8, 1.5 + 0.4 * len(rows)), layout="constrained")
axes.axvline(1, color="grey", linewidth=1)
axes.hlines(range(len(rows)), rows.lower, rows.upper)
axes.plot(rows.estimate, range(len(rows)), "o")
axes.set_yticks(range(len(rows)), [f"{row.metric}\n{row.arm} / {row.against}" for row in rows.itertuples()])
axes.set_xlabel(f"ratio, with {100 * rows.level.max():.0f} % interval" if len(rows) else "no ratios in this result")
figure.savefig(sys.argv[2] if len(sys.argv) > 2 else "comparison.png", dpi=150)

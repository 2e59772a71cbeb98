"""Draws how many users the campaigns of each arm have reached by a time: reach_over_time.py RESULT.h5 [-o OUT.png]

A line is the mean over replicates, the band around it goes from the least to the most of them. A user counts when it
first looks at a paid post of the campaign; campaigns of one arm have lines of their own, since users may be reached by
several.
"""
import argparse
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("result", metavar="RESULT.h5")
parser.add_argument("-o", "--out", metavar="OUT.png", default="reach_over_time.png")
asked = parser.parse_args()

days_a_tick = xr.open_dataset(asked.result).attrs["tick_seconds"] / 86_400
series = xr.open_dataset(asked.result, group="campaign_series").isel(point=0)
bins = series.tick.values
ends = np.append(bins, 2 * bins[-1] - bins[-2] if len(bins) > 1 else bins[-1] + 1) * days_a_tick  # the last one may be shorter
figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
for arm in series.arm.values:
    runs = series.new_reach.sel(arm=arm)
    paid = [name for name in series.campaign.values if series.impressions.sel(arm=arm, campaign=name).sum() > 0]
    for campaign in paid:
        reach = runs.sel(campaign=campaign).cumsum("tick").transpose("replicate", "tick").values
        reach = np.insert(reach, 0, 0, axis=1)
        line, = axes.plot(ends, reach.mean(axis=0), label=arm if len(paid) == 1 else f"{arm}: {campaign}")
        axes.fill_between(ends, reach.min(axis=0), reach.max(axis=0), color=line.get_color(), alpha=0.2, linewidth=0)
axes.set(xlabel="days from the start of measure", ylabel="users reached", ylim=(0, None))
if axes.lines:
    axes.legend(title="mean and range of replicates", loc="upper left", bbox_to_anchor=(1, 1))
else:
    axes.set_title("no campaign of this result reached anybody")
figure.savefig(asked.out, dpi=150)

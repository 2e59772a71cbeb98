"""Draws engagement per impression by follower class, one dot a replicate: engagement_by_tier.py RESULT.h5 [OUT.png]"""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

summary = xr.open_dataset(sys.argv[1], group="summary").isel(point=0)
rate = ((summary.likes + summary.replies + summary.reshares) / summary.impressions).where(summary.impressions > 0)
figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
for number, arm in enumerate(rate.arm.values):
    places = [place + 0.8 * (number + 0.5) / rate.arm.size - 0.4 for place in range(rate.tier.size)]
    axes.plot(places, rate.sel(arm=arm).T, ".", alpha=0.4, color=f"C{number}")
    axes.plot(places, rate.sel(arm=arm).mean("replicate"), "_", markersize=14, color=f"C{number}", label=arm)
axes.set(xticks=range(rate.tier.size), xticklabels=rate.tier.values, xlabel="follower class", ylabel="engagement per impression")
axes.legend(title="arm, with mean\nof replicates", loc="upper left", bbox_to_anchor=(1, 1))
figure.savefig(sys.argv[2] if len(sys.argv) > 2 else "engagement_by_tier.png", dpi=150)

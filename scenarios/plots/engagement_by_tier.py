"""Draws engagement per first look (the first of a user at a post) by follower class, a dot for each replicate: engagement_by_tier.py RESULT.h5 [OUT.png]"""
import sys
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr

summary = xr.open_dataset(sys.argv[1], group="summary").isel(point=0)
engagement, first_looks = summary.likes + summary.replies + summary.reshares, summary.first_looks
figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
for number, arm in enumerate(summary.arm.values):
    places = [place + 0.8 * (number + 0.5) / summary.arm.size - 0.4 for place in range(summary.tier.size)]
    acted, shown = engagement.sel(arm=arm), first_looks.sel(arm=arm)
    axes.plot(places, (acted / shown.where(shown > 0)).T, ".", alpha=0.4, color=f"C{number}")
    pooled = acted.sum("replicate") / shown.sum("replicate").where(lambda sum: sum > 0)
    axes.plot(places, pooled, "_", markersize=14, color=f"C{number}", label=arm)
axes.set(xticks=range(summary.tier.size), xticklabels=summary.tier.values, xlim=(-0.5, summary.tier.size - 0.5))
axes.set(xlabel="follower class", ylabel="engagement per first look")
axes.legend(title="arm, replicates pooled", loc="upper left", bbox_to_anchor=(1, 1))
figure.savefig(sys.argv[2] if len(sys.argv) > 2 else "engagement_by_tier.png", dpi=150)

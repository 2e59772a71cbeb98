"""Draws the rate of engagement against followers, as papers do: engagement_by_followers.py RESULT.h5 [FIGURE.png] [--arm NAME]

Dots: authors of one octave of followers (1, 2 to 3, 4 to 7, ...) together, with the 95 % interval over replicates. Line and band: the smoothed curve of
/response with its 95 % interval. Counted per first look, or per impression where first looks are not counted.
"""
import numpy as np
from plots import Result, arguments, arm_of, followers_axis, plt, pooled_rate, save


def main() -> None:
    asked = arguments(__doc__, "engagement_by_followers.png", with_arm=True)
    result = Result(asked.result)
    curve, response = result.group("curve"), result.table("response")
    looks, unit = ("first_looks", "first look") if curve.first_looks.sum() > 0 else ("impressions", "impression")
    with_looks = curve.arm[curve[looks].sum(("replicate", "followers_from")) > 0]
    if not with_looks.size:
        result.nothing("nobody looked at a post", "give a scenario in which users post and visit")
    arm = arm_of(result, asked.arm, with_looks.values)
    counts = curve.sel(arm=arm)
    counts = counts.isel(followers_from=counts.followers_from.values > 0)
    octaves = np.floor(np.log2(counts.followers_from)).astype(int).rename("octave")
    sums = counts[["followers", "authors", "engagement", looks]].groupby(octaves).sum()
    rate, lower, upper = pooled_rate(sums.engagement, sums[looks])
    followers = (sums.followers.sum("replicate") / sums.authors.sum("replicate").where(lambda authors: authors > 0)).values

    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    smooth = response[(response.arm == arm) & (response.metric == f"engagement per {unit}")]
    axes.fill_between(smooth.followers, smooth.response_lower, smooth.response_upper, color="0.85", linewidth=0)
    axes.plot(smooth.followers, smooth.response, color="0.4", label="smoothed")
    axes.errorbar(followers, rate, (rate - lower, upper - rate), fmt="o", markersize=4, capsize=2, label="authors of an octave of followers")
    followers_axis(axes)
    axes.set(xlabel="followers of the author", ylabel=f"engagement per {unit} (likes, replies, reshares)")
    if np.isfinite(rate).any():
        axes.set_ylim(0, 1.4 * float(np.nanmax(rate)))  # room for the legend; bars of few looks may reach beyond
    axes.legend(title=f"arm {arm}, 95 % intervals over {counts.sizes['replicate']} replicates")
    save(figure, asked.figure)


main()

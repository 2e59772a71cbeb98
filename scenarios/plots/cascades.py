"""Draws how large unpaid cascades grow and how they are built: cascades.py RESULT.h5 [FIGURE.png] [--arm NAME]

Left: share of cascades with n adopters or more (CCDF), by arm, or, where single cascades are kept in /posts, by tier of the author in one arm. Right: structural
virality of the large ones, by arm. Bands are 95 % intervals over replicates.
"""
import numpy as np
from plots import Result, arguments, arm_of, plain, plt, pooled_rate, save, xr
from matplotlib.ticker import FuncFormatter, NullFormatter


def draw_ccdf(axes, sizes, counts, label: str) -> None:
    """`counts` by size and replicate; the share of size n is that of cascades of n or more."""
    at_least = counts.isel(size=slice(None, None, -1)).cumsum("size").isel(size=slice(None, None, -1))
    of_all = counts.sum("size").expand_dims(size=counts.sizes["size"]).transpose(*at_least.dims)
    share, lower, upper = pooled_rate(at_least, of_all)
    seen = (share > 0).values & (sizes > 0)
    line = axes.step(sizes[seen], share[seen], where="pre", label=f"{label} (n = {plain(float(counts.sum()))})")[0]
    axes.fill_between(sizes[seen], lower[seen], upper[seen].clip(max=1), step="pre", alpha=0.2, linewidth=0, color=line.get_color())


def by_arm(axes, result: Result, sizes) -> None:
    for arm in sizes.arm.values:
        counts = sizes.cascades.sel(arm=arm).rename(size_from="size")
        if counts.sum() > 0:
            draw_ccdf(axes, sizes.size_from.values, counts, str(arm))


def by_tier(axes, result: Result, posts, arms, asked) -> None:
    """Of the organic rows of /posts, which are a sample of equal chance for each."""
    labels = result.group("summary")
    arm = arm_of(result, asked, [str(labels.arm.values[index]) for index in sorted(posts.arm.unique())])
    rows = posts[posts.arm == list(labels.arm.values).index(arm)]
    replicates, sizes = sorted(rows.replicate.unique()), np.sort(rows.cascade_size.unique())
    for tier in sorted(rows.tier.unique()):
        some = rows[rows.tier == tier].groupby(["replicate", "cascade_size"]).size().unstack(fill_value=0).reindex(index=replicates, columns=sizes, fill_value=0)
        draw_ccdf(axes, sizes, xr.DataArray(some.values.astype(float), dims=("replicate", "size")), f"{labels.tier.values[tier]}")
    axes.set_title(f"arm {arm}, by tier of the author")


def draw_virality(axes, shapes) -> None:
    for arm in shapes.arm.values:
        counts = shapes.by_virality.sel(arm=arm).sum("replicate")
        if counts.sum() > 0:
            axes.plot(shapes.virality_from, 1 - (counts.cumsum() - counts) / counts.sum(), label=f"{arm} (n = {plain(float(counts.sum()))})")
    least = int(shapes.large.max())
    if axes.has_data():
        axes.legend(fontsize="small")
    else:
        axes.text(0.5, 0.5, f"no cascade of {plain(least)} or more", transform=axes.transAxes, ha="center")
    axes.set(xlabel="structural virality v (steps)", ylabel=f"share of cascades of {plain(least)} or more with v or more", xlim=(1.5, 8), ylim=(0, 1.02))


def main() -> None:
    asked = arguments(__doc__, "cascades.png", with_arm=True)
    result = Result(asked.result)
    sizes, posts = result.group("cascade_sizes"), result.table("posts")
    organic = posts[(posts.campaign < 0) & (posts.point == 0)]
    if sizes.cascades.sum() == 0 and not len(organic):
        result.nothing("no unpaid cascade was kept", "set output.track_share (feed model) or diffusion.cascades (classic models) above 0 and run the study again")
    left, right = (figure := plt.figure(figsize=(11, 4.5), layout="constrained")).subplots(1, 2)
    if len(organic):
        by_tier(left, result, organic, sizes.arm, asked.arm)
    else:
        by_arm(left, result, sizes if asked.arm is None else sizes.sel(arm=[arm_of(result, asked.arm, sizes.arm.values)]))
    left.set(xscale="log", yscale="log", xlabel="cascade size n (adopters, the author included)", ylabel="share of cascades with n or more")
    left.xaxis.set(major_formatter=FuncFormatter(plain), minor_formatter=NullFormatter())
    left.legend(fontsize="small")
    draw_virality(right, result.group("cascade_shapes"))
    save(figure, asked.figure)


main()

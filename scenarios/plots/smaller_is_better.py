"""Draws the claims of a study as ratios, and engagement by follower count: smaller_is_better.py RESULT.h5 [OUT.png]"""
import sys
import textwrap
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

result = sys.argv[1]
claims = xr.open_dataset(result, group="claims").to_dataframe().sort_values("claim", ascending=False)
curves = xr.open_dataset(result, group="response").to_dataframe()
tiers = xr.open_dataset(result, group="summary").followers_from
graph = xr.open_dataset(result, group="graph").isel(point=0, replicate=0)
judged = claims[claims.estimate > 0]
of_tiers = claims[(claims.claim == 2) & (claims.arm != "")].arm
arm = [*of_tiers, *curves.arm, ""][0]  # one arm stands for all in what each says by itself, as in the table
plain = FuncFormatter(lambda number, place: f"{number:g}")

figure = plt.figure(figsize=(10, 4.4), layout="constrained")
grid = figure.add_gridspec(2, 2, width_ratios=(1.25, 1))
ratios = figure.add_subplot(grid[:, 0])
ratios.axvline(1, color="grey", linewidth=1)
for place, row in enumerate(judged.itertuples()):
    ratios.fill_betweenx((place - 0.3, place + 0.3), row.margin_low, row.margin_high, color="0.87", linewidth=0)
    ratios.hlines(place, row.lower, row.upper, color="black")
    ratios.plot(row.estimate, place, "o", color="black")
ratios.set(xscale="log", ylim=(-0.6, max(1, len(judged)) - 0.4), title="claims, as ratios small / large")
ratios.set_yticks(range(len(judged)), [textwrap.fill(f"{row.claim}: {row.name}", 20) for row in judged.itertuples()])
verdicts = ratios.twinx()
verdicts.set_ylim(ratios.get_ylim())
verdicts.set_yticks(range(len(judged)), [textwrap.fill(verdict, 11) for verdict in judged.verdict])
verdicts.tick_params(length=0)
shown = judged[["lower", "upper", "estimate", "margin_low", "margin_high"]].stack()
low, high = (shown[shown > 0].min() / 1.15, shown.max() * 1.15) if len(judged) else (0.5, 2)
ratios.set_xlim(low, high)
ratios.xaxis.set(major_locator=LogLocator(subs=(1, 2, 3, 5, 7) if high < 100 * low else (1,)), major_formatter=plain, minor_formatter=NullFormatter())
ratios.set_xlabel("95 % interval, verdict at the adjusted level; grey: no material difference" if len(judged) else "no claims were judged")

for place, metric in enumerate(("engagement per post", "engagement per first look")):
    curve = curves[(curves.arm == arm) & (curves.metric == metric) & (curves.response > 0)]
    axes = figure.add_subplot(grid[place, 1], xscale="log", yscale="log", title=metric)
    axes.fill_between(curve.followers, curve.response_lower.clip(lower=1e-12), curve.response_upper, color="0.8", linewidth=0)  # a band may reach 0
    axes.plot(curve.followers, curve.response, color="black")
    axes.yaxis.set(major_locator=LogLocator(subs=(1, 2, 5)) if place else LogLocator(), major_formatter=plain, minor_formatter=NullFormatter())
    if len(curve):
        axes.set_xlim(curve.followers.min() / 1.6, curve.followers.max() * 1.8)
        axes.set_ylim(curve.response.min() / 2.5, curve.response.max() * 2.5)
    for tier in tiers:
        if len(curve) and curve.followers.min() < tier < 1.8 * curve.followers.max():
            axes.axvline(tier, color="0.5", linewidth=0.8, linestyle=":")
            axes.annotate(tier.tier.item(), (tier, 0), (2, 4), ("data", "axes fraction"), "offset points", rotation=90, fontsize="small", color="0.3")
    axes.xaxis.set(major_formatter=FuncFormatter(lambda number, place: f"{number:,.0f}".replace(",", " ")))
axes.set_xlabel("followers; dotted: where classes begin")
users, scale = int(graph.users), float(graph.scale)
world = f"{users:,} users" + (f" that stand for {round(users / scale):,}: followers are {scale:g} of theirs" if scale < 1 else "")
figure.supxlabel(world.replace(",", " ") + (f"; curves of the arm {arm}" if arm else ""), fontsize="small")
figure.savefig(sys.argv[2] if len(sys.argv) > 2 else "smaller_is_better.png", dpi=150)

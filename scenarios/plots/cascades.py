"""How large cascades grow and how they are built: `cascades.py RESULT.h5 FIGURE.png`.

Left: share of unpaid cascades with n adopters or more, an arm a line, replicates pooled. Right: structural virality of the large ones.
"""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import xarray as xr


def main(result: str, figure: str) -> None:
    sizes = xr.open_dataset(result, group="cascade_sizes").isel(point=0)
    shapes = xr.open_dataset(result, group="cascade_shapes").isel(point=0)
    left, right = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")[1]
    for arm in sizes.arm.values:
        counts = sizes.cascades.sel(arm=arm).sum("replicate")
        if counts.sum() == 0:
            continue
        at_least = counts[::-1].cumsum()[::-1] / counts.sum()
        seen = (at_least > 0) & (sizes.size_from > 0)
        left.loglog(sizes.size_from[seen], at_least[seen], label=str(arm))
        large = shapes.by_virality.sel(arm=arm).sum("replicate")
        if large.sum() > 0:
            right.plot(shapes.virality_from, large.cumsum() / large.sum(), label=str(arm))
    left.set(xlabel="adopters, the root included", ylabel="share of cascades with so many or more")
    right.set(xlabel="structural virality", ylabel="share of large cascades below", xlim=(1.5, 8))
    left.legend(fontsize="small")
    plt.savefig(figure, dpi=150)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])

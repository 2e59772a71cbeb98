"""Opens every group of a sample result, and of one without rows, with both engines of xarray and checks labels and values."""
import sys

try:
    import h5netcdf  # noqa: F401
    import netCDF4  # noqa: F401
    import numpy as np
    import xarray as xr
except ImportError as missing:
    print(missing)
    sys.exit(77)  # skipped

sample, empty = sys.argv[1:]
groups = ("summary comparison claims response structure ledger readers curve campaigns overlap series campaign_series influencers posts cascades graph "
          "scenario provenance").split()


def check(engine):
    opened = {name: xr.open_dataset(sample, group=name, engine=engine).load() for name in groups}
    for name in ("summary", "ledger", "readers", "curve", "campaigns", "overlap", "series", "campaign_series"):
        assert list(opened[name].arm.values) == ["control", "one", "größer als 100 %"], name
        assert list(opened[name].replicate.values) == [0, 1], name
        assert list(opened[name].point.values) == ["scenario"], name
    summary = opened["summary"]
    assert list(summary.tier.values) == ["nano", "micro", "mega ☃"]
    assert list(summary.followers_from.values) == [0, 3000, 5_000_000_000]
    cell = summary.sel(point="scenario", arm="control", replicate=0, tier="nano")
    assert [int(cell[name]) for name in ("accounts", "posts", "impressions", "cost")] == [1, 2, 1005, -16_000_000]
    assert summary.impressions.dims == ("point", "arm", "replicate", "tier") and summary.impressions.attrs["long_name"]
    assert all(len(text) == 16 for text in summary.event_hash.values.ravel())
    assert list(opened["campaigns"].campaign.values) == ["many", "one"]
    assert list(opened["series"].tick.values) == [0, 6] and opened["series"].tick.dtype.kind == "i"  # no dates, no durations
    brought = opened["campaign_series"]
    assert brought.new_reach.dims == ("point", "arm", "replicate", "campaign", "tick") and list(brought.tick.values) == [0, 6]
    comparison = opened["comparison"].to_dataframe()
    assert list(comparison.against) == ["one", "control"] and comparison.lower[0] == 1.125 and np.isnan(comparison.correlation[1])
    assert list(opened["ledger"].source.values) == ["author", "reshare", "discovery", "promoted"] and list(opened["readers"].readers.values) == ["ranked", "held out"]
    assert list(opened["curve"].followers_from.values[14:20]) == [14, 15, 16, 18, 20, 22] and list(opened["overlap"].partners.values) == list(range(1, 17))
    watched = xr.open_dataset(sample, group="positions", engine=engine).load()
    assert watched.impressions.dims == ("point", "arm", "replicate", "readers", "tier", "position_from")
    assert list(watched.position_from.values) == [1, 2, 3, 4, 6, 11, 21, 51] and list(watched.readers.values) == ["ranked", "held out"]
    looks = xr.open_dataset(sample, group="looks", engine=engine).load()
    assert looks.sizes["row"] == opened["posts"].sizes["row"] and sorted(set(looks.post.values)) == [0, 1] and (looks.reason.values == 4).all() and (looks.actions.values == 0x85).all()
    assert list(opened["claims"].to_dataframe().verdict) == ["holds", "not asked"]
    posts, cascades = opened["posts"], opened["cascades"]
    assert cascades.row_size.attrs["sample_dimension"] == "node" and cascades.row_size.sum() == cascades.sizes["node"]
    assert posts.sizes["row"] == cascades.sizes["post"] and (cascades.row_size.values == posts.cascade_size.values).all()
    starts = np.cumsum(cascades.row_size.values) - cascades.row_size.values
    assert (cascades.parent.values[starts] == -1).all() and (cascades.reason.values[starts] == 0).all()
    assert cascades.reason.dtype == np.int8 and cascades.reason.attrs["flag_meanings"].split() == ["root", "followed", "reshared", "discovered", "promoted"]
    assert any(text.startswith("tëst_") for text in posts.account.values)
    assert opened["scenario"].given.item().startswith("# naïve")
    made = opened["provenance"].attrs
    assert made["host"] == "größe" and made["nothing"] == "" and made["threads"] == 2 and made["seconds"] == 1.5
    whole = xr.open_dataset(sample, engine=engine)
    assert whole.attrs["Conventions"] == "CF-1.10" and whole.attrs["title"] == "Eine große oder viele kleine?"
    for name in groups:
        tables = xr.open_dataset(empty, group=name, engine=engine).load()
        if name in ("comparison", "claims", "response", "structure", "influencers", "posts"):
            assert tables.sizes["row"] == 0 and len(tables.to_dataframe()) == 0, name


for engine in ("netcdf4", "h5netcdf"):
    check(engine)
    print(engine, "reads all groups")

"""Opens a sample graph file as any HDF5 file and checks it against its own follows."""
import ctypes
import sys

try:
    import h5py
    import numpy as np

    xxh3 = ctypes.CDLL("libxxhash.so.0").XXH3_64bits
except (ImportError, OSError) as missing:
    print(missing)
    sys.exit(77)  # skipped


def bits(words, count):
    return np.unpackbits(words[:].view(np.uint8), bitorder="little")[:count].astype(bool)


with h5py.File(sys.argv[1], "r") as file:
    assert file.attrs["format"].decode() == "grapevine graph" and file.attrs["format_version"].decode() == "1.2"
    begin, followee = file["follows/begin"][:], file["follows/followee"][:]
    users, follows = len(begin) - 1, len(followee)
    assert users == 3000 and follows > 30000 and begin[0] == 0 and begin[-1] == follows
    follower = np.repeat(np.arange(users), np.diff(begin.astype(np.int64)))
    pairs = set(zip(follower.tolist(), followee.tolist()))
    assert len(pairs) == follows and (np.bincount(followee, minlength=users) == file["users/followers"][:]).all()
    mutual = np.array([(v, u) in pairs for u, v in zip(follower.tolist(), followee.tolist())])
    assert (mutual == bits(file["follows/mutual"], follows)).all() and mutual.any() and not mutual.all()
    chance = file["follows/chance"][:]
    assert chance.dtype == np.uint16 and len(chance) == follows and chance.max() <= 22 << 11
    edges, text = file["users/id_begin"][:], file["users/id_text"][:].tobytes()
    ids = [text[a:b].decode() for a, b in zip(edges, edges[1:])]
    assert ids[0] == "größer 0" and ids[2] == "@4" and ids[11] == "" and ids[56] == "größer 56xxxxxx"
    assert 900 < bits(file["users/active"], users).sum() < 1100 and file["users/community"].dtype == np.uint16 and len(file["users/key"]) == users
    edges, text = file["planted/name_begin"][:], file["planted/name_text"][:].tobytes()
    assert [text[a:b].decode() for a, b in zip(edges, edges[1:])] == ["mega ☃", "", "micro"]
    assert set(file["planted/group"][:]) == {0, 2} and file["planted/nested"][:].sum() == 13 and len(file["planted/member"]) == len(file["planted/user"])
    assert file["provenance"][:].tobytes().decode().startswith('model = "erdos-renyi"  # größer')
    xxh3.restype, xxh3.argtypes = ctypes.c_uint64, (ctypes.c_char_p, ctypes.c_size_t)
    arrays = []
    file.visititems(lambda name, it: arrays.append(it) if isinstance(it, h5py.Dataset) else None)
    assert len(arrays) == 17
    for array in arrays:
        assert array.chunks is None and array.attrs["long_name"], array.name
        raw = array[:].tobytes()
        blocks = [raw[i : i + 2**20] for i in range(0, len(raw), 2**20)]
        hashes = b"".join(xxh3(block, len(block)).to_bytes(8, "little") for block in blocks)
        assert array.attrs["checksum"].decode() == f"{xxh3(hashes, len(hashes)):016x}", array.name
        assert array.nbytes < 4096 or array.id.get_offset() % 4096 == 0, array.name

"""Computes the digest of a result anew, by docs/result-file.md alone, and holds it against what the program prints.

recompute_digest.py DOCS LISTS PROGRAM RESULT...    the tables that say which type a dataset has, the folder with the datasets of each format, results
"""
import glob
import struct
import subprocess
import sys

try:
    import h5py
    import numpy as np
    import xxhash
except ImportError as missing:
    print(missing)
    sys.exit(77)  # skipped


def word(number):
    return struct.pack("<Q", int(number) % 2**64)


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return word(len(data)) + data


def types_of(docs):
    """Each dataset's type, from the tables of the specification."""
    types, group = {}, None
    for line in open(docs, encoding="utf-8"):
        cells = [cell.strip() for cell in line.split("|")]
        if line.startswith("### /"):
            group = line[4:].strip()
        elif group and len(cells) > 5 and cells[1].startswith("`") and cells[2] in ("string", "double", "int8", "int32", "int64"):
            types[f"{group}/{cells[1].strip('`')}"] = cells[2]
    return types


def values_of(dataset, kind):
    values = dataset[()] if dataset.shape == () else dataset[:].ravel()
    values = np.atleast_1d(values)
    if kind == "string":
        return b"".join(text(value) for value in values)
    if kind == "double":
        return b"".join(struct.pack("<d", value) if value == value else word(0x7FF8000000000000) for value in values)
    return b"".join(word(value) for value in values)


def lines_of(path, types, late):
    """The digest's lines: the total, each group by name, and the outside ids."""
    lines, accounts = {}, b""
    with h5py.File(path) as file:
        for group in sorted(file):
            if group == "provenance":
                continue
            said = b""
            for name in sorted(file[group]):
                dataset, path = file[group][name], f"/{group}/{name}"
                kind = types[path]
                if path in late and kind != "string" and not np.any(dataset[()]):
                    continue
                shape = b"".join(word(length) for length in dataset.shape)
                one = text(path) + text(kind) + word(len(dataset.shape)) + shape + values_of(dataset, kind)
                if name == "account":
                    accounts += one
                else:
                    said += one
            lines[group] = xxhash.xxh3_128_hexdigest(said)
    lines["accounts"] = xxhash.xxh3_128_hexdigest(accounts)
    total = xxhash.xxh3_128_hexdigest(text(lines["comparison"]) + text(lines["summary"]))
    return [total] + [f"{digest}  {name}" for name, digest in lines.items()]


def datasets_of(lists):
    return {f"/{line.strip()}" for path in lists for line in open(path, encoding="utf-8") if line.strip()}


docs, folder, program, *results = sys.argv[1:]
types = types_of(docs)
early = [f"{folder}/datasets-4.{minor}.txt" for minor in range(3)]
late = datasets_of(set(glob.glob(f"{folder}/datasets-4.*.txt")) - set(early)) - datasets_of(early)
for result in results:
    printed = subprocess.run([program, "show", "--digest", result], check=True, capture_output=True, text=True).stdout.splitlines()
    computed = lines_of(result, types, late)
    assert computed == printed, (result, computed, printed)
    print(printed[0], "of", result)

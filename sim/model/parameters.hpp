#pragma once

#include "sim/model/parameters/run.hpp"

/// Every number that a run depends on, as plain values: a struct a section of keys, in `sim/model/parameters/`. Each
/// describes its own scenario keys, with range, default and source.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/alias_cells.hpp"
#include "graph/base/memory.hpp"
#include "graph/base/parallel.hpp"
#include "graph/base/random.hpp"
#include "graph/generators/platform/plan.hpp"

namespace grapevine::platform_model {

/// Draws positions in proportion to a weight, from one community or from all.
class Crowd {
public:
  template <class Weight>
  Crowd(const Places& places, Weight&& weight)
      : places_(places), communities_(places.communities()), weights_(places.communities()) {
    members_.resize(places.users());
    parallel_for(
        places.communities(),
        [&](std::size_t c) {
          weights_[c] = CellFiller()(members_, places.community_begin(c), places.community_size(c), weight);
        },
        1);
    total_ = CellFiller()(communities_, 0, communities_.size(), [&](std::size_t c) { return weights_[c]; });
  }

  double weight() const { return total_; }
  double weight_in(std::size_t c) const { return weights_[c]; }

  Look in(std::size_t c, std::uint64_t bits) const {
    return look(places_.community_begin(c), places_.community_size(c), bits);
  }
  Look anywhere(std::uint64_t bits) const {
    return in(resolve(communities_, look(0, communities_.size(), bits)), mix(bits + golden));
  }
  /// From any community but `c`, if there is another.
  Look out(std::size_t c, std::uint64_t bits) const {
    std::size_t other = c;
    for (int tries = 0; other == c && tries < 64; ++tries, bits = mix(bits + golden))
      other = resolve(communities_, look(0, communities_.size(), bits));
    return in(other, bits);
  }
  void fetch(Look at) const { __builtin_prefetch(&members_[at.cell]); }
  std::uint32_t position(Look at) const { return resolve(members_, at); }

private:
  const Places& places_;
  UnwrittenArray<Cell> members_;
  std::vector<Cell> communities_;
  std::vector<double> weights_;
  double total_ = 0;
};

}  // namespace grapevine::platform_model

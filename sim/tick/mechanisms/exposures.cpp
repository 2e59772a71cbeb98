#include <algorithm>
#include <array>
#include <string>

#include "graph/base/math.hpp"
#include "sim/state/reader_lists.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {
namespace {

/// A live root that a reader has looked at.
struct Met {
  std::uint32_t root = 0;
  std::uint32_t count : 31 = 0;    ///< followees that had reshared it at a look
  std::uint32_t reshared : 1 = 0;  ///< the reader has, too

  Met() = default;
  Met(std::uint32_t root_, std::uint32_t count_, bool reshared_)
      : root(root_), count(count_ & 0x7fffffff), reshared(reshared_ ? 1 : 0) {}
};
template <class Roots>
auto place_among(Roots&& met, std::uint32_t root) {
  return std::lower_bound(met.begin(), met.end(), root, [](const Met& it, std::uint32_t r) { return it.root < r; });
}
std::uint32_t met_count(std::span<const Met> met, std::uint32_t root) {
  const auto at = place_among(met, root);
  return at != met.end() && at->root == root ? at->count : 0;
}
void remember(std::vector<Met>& met, const Met& news) {
  const auto at = place_among(met, news.root);
  if (at != met.end() && at->root == news.root)
    *at = news;
  else
    met.insert(at, news);
}

/// Complex contagion: how many followees have passed a post on, over all looks at it, moves what a reader does with it.
/// docs/model.md 7.13.
class Exposures final : public Mechanism {
public:
  explicit Exposures(const MechanismGiven& given)
      : met_(given.readers.size()),
        tiers_(given.world.tiers.from.size()),
        tally_((given.readers.size() + reader_block - 1) / reader_block * tiers_) {
    for (std::size_t k = 0; k < factor_.size(); ++k)
      factor_[k] = math::exp(given.run.behaviour.exposures * math::log(1.0 + static_cast<double>(k)) / math::log(2.0));
  }

  static std::unique_ptr<Mechanism> make(const MechanismGiven& given) {
    return given.run.behaviour.exposures == 0.0 ? nullptr : std::make_unique<Exposures>(given);
  }

  void arrays(ArrayTable& table) override {
    met_.arrays("exposures.slot", "exposures.met", "post met through a reshare, or reshared", table);
    table("exposures.tally", "block of readers and tier", tally_);
  }

  bool weighs() const override { return true; }
  void weigh(const Given&, const Before&, const Session& session, std::span<const std::uint32_t> which,
             std::span<double> odds) const override {
    const std::span<const Met> met = met_.of(session.place);
    for (std::size_t i = 0; i < which.size(); ++i) {
      const Candidate& candidate = session.candidates[which[i]];
      const std::uint32_t k = candidate.proof + met_count(met, candidate.root);
      if (k > 0) odds[i] *= factor_[std::min<std::size_t>(k, factor_.size() - 1)];
    }
  }

  void after_session(const Given&, const Before& before, const Session& session, std::span<const Impression> looks,
                     std::vector<Message>&) override {
    std::vector<Met> met;
    bool changed = false;
    for (std::size_t i = 0; i < looks.size(); ++i) {
      const Candidate& candidate = session.candidates[session.ranked[i].candidate];
      const bool reshares = looks[i].took(Action::reshare);
      const std::span<const Met> known = changed ? std::span<const Met>(met) : met_.of(session.place);
      const auto at = place_among(known, candidate.root);
      const bool there = at != known.end() && at->root == candidate.root;
      const std::uint32_t k = candidate.proof + (there ? at->count : 0);
      if (!(there && at->reshared != 0)) count(before.posts.hot(candidate.root), session.place, k, reshares);
      if (candidate.proof == 0 && !reshares) continue;  // nothing to remember
      if (!changed) {
        for (const Met& old : met_.of(session.place))
          if (old.root >= before.posts.tail()) met.push_back(old);
        changed = true;
      }
      remember(met, Met(candidate.root, k, reshares || (there && at->reshared != 0)));
    }
    if (changed) met_.replace(session.place, met);
  }

  void record(const Given&, std::vector<MechanismColumn>& columns) const override {
    const auto add = [&](const char* name, auto Tally::*counts, auto sentence) {
      for (std::size_t k = 0; k < classes; ++k) {
        std::vector<std::uint64_t> by_tier(tiers_);
        for (std::size_t i = 0; i < tally_.size(); ++i) by_tier[i % tiers_] += (tally_[i].*counts)[k];
        const std::string number = std::to_string(k);
        columns.push_back({name + number, "1", sentence(number + (k + 1 == classes ? " or more" : "")), by_tier});
      }
    };
    add("exposures_looks_", &Tally::looks, [](const std::string& k) {
      return "looks at counted roots of the tier by readers who had not reshared them and had met " + k +
             " followees that did";
    });
    add("exposures_reshares_", &Tally::reshares,
        [](const std::string& k) { return "reshares at the looks with " + k + " such followees"; });
  }

private:
  static constexpr std::size_t classes = 9;  ///< of k; the last is for more, too

  /// Looks by readers of a block at counted roots of a tier that they had not reshared, by k.
  struct Tally {
    std::array<std::uint64_t, classes> looks{}, reshares{};
  };

  void count(const PostHot& post, std::size_t reader, std::uint32_t k, bool reshares) {
    if (!post.counted()) return;
    Tally& tally = tally_[reader / reader_block * tiers_ + post.tier()];
    const std::size_t place = std::min<std::size_t>(k, classes - 1);
    ++tally.looks[place];
    tally.reshares[place] += reshares ? 1 : 0;
  }

  std::array<double, 64> factor_{};  ///< by k
  ReaderLists<Met> met_;             ///< of each reader, ascending by root
  std::size_t tiers_;
  std::vector<Tally> tally_;  ///< by block and tier, the tier fastest
};

}  // namespace

MechanismFacts mechanism_exposures() { return {.name = "exposures", .make = Exposures::make}; }

}  // namespace grapevine

#include "graph/base/math.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {
namespace {

/// Readers act on posts of their own community more, or less, readily.
class Similarity final : public Mechanism {
public:
  explicit Similarity(const MechanismGiven& given)
      : factor_(math::exp(given.run.behaviour.similarity)), community_(given.accounts.community) {}

  static std::unique_ptr<Mechanism> make(const MechanismGiven& given) {
    const bool neutral = given.run.behaviour.similarity == 0.0 || given.accounts.community.empty();
    return neutral ? nullptr : std::make_unique<Similarity>(given);
  }

  bool weighs() const override { return true; }
  void weigh(const Given&, const Before& before, const Session& session, std::span<const std::uint32_t> which,
             std::span<double> odds) const override {
    const auto own = community_[session.reader.index()];
    for (std::size_t i = 0; i < which.size(); ++i) {
      const UserId author = before.posts.identity(session.candidates[which[i]].root).author;
      if (community_[author.index()] == own) odds[i] *= factor_;
    }
  }

private:
  double factor_;
  std::span<const std::uint16_t> community_;  ///< by user
};

}  // namespace

MechanismFacts mechanism_similarity() { return {.name = "similarity", .make = Similarity::make}; }

}  // namespace grapevine

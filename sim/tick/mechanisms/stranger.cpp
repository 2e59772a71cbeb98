#include "graph/base/math.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {
namespace {

/// Readers who do not follow the author of a post act on it more, or less, readily.
class Stranger final : public Mechanism {
public:
  explicit Stranger(double logit) : factor_(math::exp(logit)) {}

  static std::unique_ptr<Mechanism> make(const MechanismGiven& given) {
    const double logit = given.run.behaviour.stranger;
    return logit == 0.0 ? nullptr : std::make_unique<Stranger>(logit);
  }

  bool weighs() const override { return true; }
  void weigh(const Given& given, const Before& before, const Session& session, std::span<const std::uint32_t> which,
             std::span<double> odds) const override {
    for (std::size_t i = 0; i < which.size(); ++i) {
      const Candidate& candidate = session.candidates[which[i]];
      if (!given.follows.hold(session.reader, author_of(candidate, before.posts), candidate.source()))
        odds[i] *= factor_;
    }
  }

private:
  double factor_;
};

}  // namespace

MechanismFacts mechanism_stranger() { return {.name = "stranger", .make = Stranger::make}; }

}  // namespace grapevine

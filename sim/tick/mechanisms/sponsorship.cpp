#include "graph/base/math.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {
namespace {

/// Readers act on paid posts more, or less, readily.
class Sponsorship final : public Mechanism {
public:
  explicit Sponsorship(double logit) : factor_(math::exp(logit)) {}

  static std::unique_ptr<Mechanism> make(const MechanismGiven& given) {
    const SponsorshipParameters& own = given.run.sponsorship;
    return own.neutral() ? nullptr : std::make_unique<Sponsorship>(own.reaction);
  }

  bool weighs() const override { return true; }
  void weigh(const Given&, const Before& before, const Session& session, std::span<const std::uint32_t> which,
             std::span<double> odds) const override {
    for (std::size_t i = 0; i < which.size(); ++i)
      if (before.posts.identity(session.candidates[which[i]].root).campaign != PostIdentity::no_campaign)
        odds[i] *= factor_;
  }

private:
  double factor_;
};

}  // namespace

MechanismFacts mechanism_sponsorship() { return {.name = "sponsorship", .make = Sponsorship::make}; }

}  // namespace grapevine

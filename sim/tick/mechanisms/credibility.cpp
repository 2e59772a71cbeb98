#include <unordered_map>

#include "graph/base/math.hpp"
#include "graph/base/parallel.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {
namespace {

/// Readers act on a post more, or less, readily where it is on its author's main topic.
class Credibility final : public Mechanism {
public:
  explicit Credibility(const MechanismGiven& given)
      : factor_(math::exp(given.run.behaviour.credibility)), main_topic_(given.graph.user_count()) {
    for (const PlantedUser& planted : given.accounts.planted)
      if (planted.nested) profile_.emplace(planted.user, given.accounts.profile_of(planted.user));
    const Interests& interests = given.population.interests();
    parallel_for(main_topic_.size(), [&](std::size_t user) {
      main_topic_[user] = static_cast<std::uint8_t>(interests.main_topic(UserId{static_cast<std::uint32_t>(user)}));
    });
  }

  static std::unique_ptr<Mechanism> make(const MechanismGiven& given) {
    return given.run.behaviour.credibility == 0.0 ? nullptr : std::make_unique<Credibility>(given);
  }

  bool weighs() const override { return true; }
  void weigh(const Given&, const Before& before, const Session& session, std::span<const std::uint32_t> which,
             std::span<double> odds) const override {
    for (std::size_t i = 0; i < which.size(); ++i) {
      const PostIdentity& post = before.posts.identity(session.candidates[which[i]].root);
      if (post.topic == main_topic_[speaker(post).index()]) odds[i] *= factor_;
    }
  }

private:
  /// A clone's paid posts say what those of its profile say.
  UserId speaker(const PostIdentity& post) const {
    if (post.campaign == PostIdentity::no_campaign || profile_.empty()) return post.author;
    const auto clone = profile_.find(post.author);
    return clone == profile_.end() ? post.author : clone->second;
  }

  double factor_;
  std::vector<std::uint8_t> main_topic_;  ///< by user
  std::unordered_map<UserId, UserId> profile_;
};

}  // namespace

MechanismFacts mechanism_credibility() { return {.name = "credibility", .make = Credibility::make}; }

}  // namespace grapevine

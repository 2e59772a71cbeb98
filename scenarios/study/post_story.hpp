#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "scenarios/keys/scenario.hpp"
#include "sim/run/trace.hpp"

/// The story of one post: `grapevine explain`.
namespace grapevine {

/// Which post, in which run.
struct PostQuestion {
  std::uint64_t key = 0;
  std::string arm;  ///< empty: the first one
  std::uint32_t replicate = 0;
  std::uint32_t draw = 0;  ///< of the arm's accounts
};

/// A post, and what the world knows of those who had to do with it.
struct PostStory {
  PostQuestion question;
  Trace trace;
  std::string tier, campaign;   ///< no campaign: an organic post
  std::uint64_t followers = 0;  ///< of its author
  Tick measure_from = 0;
  std::uint32_t tick_seconds = 0;
  std::vector<std::string> names;           ///< outside ids by user; empty: users are called by their numbers
  std::vector<std::uint32_t> followers_of;  ///< by user

  std::string name(UserId user) const { return names.empty() ? std::to_string(user.value()) : names[user.index()]; }
};

/// Runs the replicate of the arm once more and follows the post: the same events as in the study. `doing` is told each
/// step, `alive` called after each tick; either may throw. Throws BadRequest where there is no such arm, replicate or
/// draw, the arm runs a classic model, or no post has the key.
PostStory tell_post(const Scenario& scenario, const PostQuestion& question,
                    const std::function<void(const char*)>& doing, const std::function<void()>& alive);

/// For people: where it came from, why it was shown, who passed it on, and its first `most` looks.
std::string story_text(const PostStory& story, std::size_t most);

/// Every look, a line each: tick from the start of measure, reader, whose emission, why, position in the feed, 1 for
/// the top, looks before, held out, actions. Columns have the names of those of `/looks`, where these are the same.
std::string story_csv(const PostStory& story);

}  // namespace grapevine

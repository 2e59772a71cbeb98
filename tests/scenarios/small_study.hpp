#pragma once

#include <string>

namespace grapevine::test {

/// A study of seconds with everything in it: 13 000 users (four blocks of readers, so that it can be cut into parts),
/// two campaigns, two rankings, and arms that repeat another under a second name.
inline std::string small_study_on(const std::string& graph) {
  return R"(format = 1
title = "A small study"
seed = 11
replicates = 2

[time]
tick = "30min"
warmup = "6h"
measure = "6h"
followup = "6h"

[graph]
)" + graph +
         R"(

[population]
sessions = 2
posts = 1

[tiers]
names = ["small", "large"]
from = [0, 100]

[feed]
window = "6h"

[price]
post = 1
follower = 0.01

[[campaign]]
name = "one"
accounts = "largest"
count = 1
posts = 2
every = "2h"
slots = 2
slot = "3h"

[[campaign]]
name = "many"
accounts = "random"
followers = [10, 60]
posts = 1
budget_of = "one"
every = "2h"
slots = 2
slot = "3h"

[[arm]]
name = "control"

[[arm]]
name = "control-again"

[[arm]]
name = "one"
pays = ["one"]

[[arm]]
name = "one-again"
pays = ["one"]

[[arm]]
name = "many"
pays = ["many"]

[[arm]]
name = "many-weighted"
feed.ranking = "weighted"
pays = ["many"]

[[contrast]]
arm = "control-again"
against = "control"

[[contrast]]
arm = "one"
against = "control"

[[contrast]]
arm = "one-again"
against = "one"

[[contrast]]
arm = "many"
against = "one"
)";
}

inline const std::string small_study = small_study_on("users = 13_000\nmean_followees = 8\nlargest_share = 0.05");

}  // namespace grapevine::test

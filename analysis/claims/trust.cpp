#include "analysis/claims.hpp"

namespace grapevine {

Claim claim_trust() {
  return {.number = 1,
          .name = "authenticity earns trust",
          .contrast = "engagement per impression, answers to comments on / off",
          .missing = "answers to comments and trust that moves with them"};
}

}  // namespace grapevine

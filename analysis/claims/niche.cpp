#include "analysis/claims.hpp"

namespace grapevine {

Claim claim_niche() {
  return {.number = 4,
          .name = "a niche converts",
          .contrast = "incremental conversions per impression, micro / mega",
          .missing = "conversions"};
}

}  // namespace grapevine

#include "tests/sim/slow_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <tuple>

#include "graph/base/math.hpp"
#include "tests/sim/slow_bits.hpp"

namespace grapevine::slow {

// ---- 7.6: what the platform expects

/// Of a post's audience, who share their community's interest in its topic with its author.
double Model::shared_audience() const {
  double within = 0, all = 0;
  for (std::uint32_t u = 0; u < graph_.user_count(); ++u)
    for (const UserId v : graph_.followees(UserId{u})) {
      ++all;
      within += !accounts_.community.empty() && accounts_.community[u] == accounts_.community[v.index()];
    }
  return all == 0 ? 0 : parameters_.population.shared_interest * (within / all);
}

PostRates Model::rates() const {
  return rates_of_posts(behaviour_, run_.behaviour, parameters_.population, shared_audience());
}

// ---- 7.6, by author

/// Roots that leave the window now are added to the pasts of their authors.
void Model::remember() {
  for (std::size_t p = 0; p < posts.size(); ++p) {
    const Post& post = posts[p];
    const double n = post.counters.impressions;
    if (post.visible() + run_.feed.window != now || n == 0.0) continue;
    if (run_.feed.looks_at_answers()) {
      situations.answers_unknown += !post.by_answers;
      if (post.by_answers) {
        const double made = post.counters.actions[static_cast<std::size_t>(Action::reply)],
                     answered = mechanisms_.answers_on(p);
        Replies& past = replies_[post.author];
        const double d = fading(past.when);
        past = {std::round(d * past.made + 0x1p24 * made), std::round(d * past.answered + 0x1p24 * answered), now};
        all_replies_ += made;
        all_answered_ += answered;
        situations.answers_not_all += answered > 0 && answered < made;
      }
    }
    if (!by_author_.looks_at_authors()) continue;
    Past& past = author_pasts_[post.author];
    const double f = fading(past.when);
    situations.pasts_faded += f < 1.0 && past.looks[0] > 0.0;
    situations.pasts_together += past.when == now;
    for (std::size_t a = 0; a < action_count; ++a) {
      const double s = by_author_.strength[a], c = std::isinf(s) ? 1.0 : (s + 1) / (n + s);
      past.looks[a] = std::round(f * past.looks[a] + 0x1p24 * (n * c));
      past.taken[a] = std::round(f * past.taken[a] + 0x1p24 * (post.counters.actions[a] * c));
    }
    past.when = now;
  }
}

double Model::fading(Tick since) const {
  const double half_life = run_.feed.author_half_life;
  return half_life == 0.0 || since == now ? 1.0 : math::pow(0.5, (now - since) / half_life);
}

PerAction Model::expected_of(UserId author) const {
  PerAction expected = by_author_.mean;
  const auto past = author_pasts_.find(author);
  for (std::size_t a = 0; a < action_count && past != author_pasts_.end(); ++a) {
    const double kappa = by_author_.author_strength[a], f = 0x1p-24 * fading(past->second.when);
    if (!std::isinf(kappa))
      expected[a] = (f * past->second.taken[a] + kappa * by_author_.mean[a]) / (f * past->second.looks[a] + kappa);
  }
  return expected;
}

/// The share of its replies that the author is expected to answer.
double Model::answered_by(UserId author) const {
  const double of_all = all_replies_ == 0.0 ? 0.0 : all_answered_ / all_replies_, k = run_.feed.answered_strength;
  const auto past = replies_.find(author);
  if (past == replies_.end()) return (k * of_all) / k;
  const double d = 0x1p-24 * fading(past->second.when);
  return (d * past->second.answered + k * of_all) / (d * past->second.made + k);
}

/// The score of a candidate after what the reader did with live roots of its author.
float Model::with_tie(float score, UserId reader, std::size_t candidate) {
  double met = 0, old = 0, taken = 0;
  std::array<double, action_count> times{};
  for (std::size_t p = 0; p < posts.size(); ++p) {
    const auto seen = exposures_.find({reader, p});
    if (posts[p].author != posts[candidate].author || seen == exposures_.end()) continue;
    if (posts[p].visible() + run_.feed.window <= now) {
      old += seen->second;
      continue;
    }
    met += seen->second;
    for (std::size_t a = 0; a < action_count; ++a) times[a] += taken_.contains({reader, p, a});
  }
  situations.ties_matter += met > 0;
  situations.ties_of_root += exposures_.contains({reader, candidate});
  situations.ties_forgotten += met == 0 && old > 0;
  if (met == 0) return score;
  for (std::size_t a = 0; a < action_count; ++a) taken += run_.feed.weights[a] * times[a];
  return static_cast<float>((taken + score * run_.feed.tie) / (met + run_.feed.tie));
}

/// `testing::restless_formula`, with what the platform expects of the rates.
double Model::by_formula(UserId reader, const Candidate& candidate, const PerAction& expected) const {
  const Post& post = posts[candidate.post];
  const auto rate = [&](Action action) {
    const auto a = static_cast<std::size_t>(action);
    const double s = by_author_.strength[a], seen = post.counters.impressions + s;
    return std::isinf(s) ? expected[a] : seen == 0.0 ? 0.0 : (post.counters.actions[a] + expected[a] * s) / seen;
  };
  double met = 0, liked = 0;
  for (std::size_t p = 0; p < posts.size(); ++p) {
    const auto seen = exposures_.find({reader, p});
    if (posts[p].author != post.author || seen == exposures_.end() || posts[p].visible() + run_.feed.window <= now)
      continue;
    met += seen->second;
    liked += taken_.contains({reader, p, static_cast<std::size_t>(Action::like)}) ? 1 : 0;
  }
  const double age = (now - post.visible()) * (parameters_.time.tick_seconds / 3600.0),
               in_network = candidate.discovered ? 0 : 1, blue = verified(post.author) ? 1 : 0,
               followers = graph_.follower_count(post.author),
               topic_match = (static_cast<double>(top(liking(reader, post.topic))) + 0.5) / 256;
  return (0.5 * rate(Action::like) + 13.5 * rate(Action::reply)) * math::exp(-age / 6) * (1 + in_network) +
         0.01 * math::log(1 + liked + 0.5 * met) +
         (follows_.follows(reader, post.author) ? 0.02 * topic_match : -0.01 * candidate.proof) +
         blue * std::min(followers, 20.0) / 400 - 1e-5 * post.counters.impressions;
}

// ---- 7.21 EdgeRank

/// Of a reader for an account: 1, and what it did with the account's roots that are in the window, weighed.
double Model::affinity(UserId reader, UserId account) {
  double sum = 1, forgotten = 0;
  for (std::size_t p = 0; p < posts.size(); ++p)
    for (std::size_t a = 0; a < action_count && posts[p].author == account; ++a)
      if (taken_.contains({reader, p, a}))
        (posts[p].visible() + run_.feed.window > now ? sum : forgotten) += run_.feed.weights[a];
  situations.affinities_matter += sum != 1;
  situations.affinities_forgotten += forgotten != 0;
  return sum;
}

/// Affinity x weight, edge by edge: the post, and each reshare by a followee, of which the one that is shown stands for
/// all.
double Model::by_edges(UserId reader, const Candidate& candidate) {
  const UserId author = posts[candidate.post].author;
  const Emission& shown = emissions[candidate.shown];
  const bool follows = follows_.follows(reader, author);
  situations.edges_of_strangers += candidate.proof > 0 && !follows;
  situations.edges_of_several += candidate.proof > 1;
  double sum = follows ? affinity(reader, author) : 0;
  for (std::uint32_t edge = 0; edge < candidate.proof; ++edge)
    sum += affinity(reader, shown.reshare ? shown.emitter : author) *
           run_.feed.weights[static_cast<std::size_t>(Action::reshare)];
  return sum;
}

// ---- 7.6 Rank

bool Model::marked(UserId account, const std::string& name, const std::vector<double>& shares, Draw draw) const {
  const UserId who = profile(account);
  for (const UserAttribute& column : accounts_.attributes)
    if (column.name == name) return column.values[who.index()] > 0;
  const double share = shares.empty() ? 0.0 : shares.size() == 1 ? shares[0] : shares[tier(account)];
  return coin(hi(nested_mix(dynamics_.key(draw), who.value(), 0)), coin_threshold(share));
}

bool Model::verified(UserId account) const {
  return marked(account, "verified", parameters_.tiers.verified, Draw::verified);
}

/// What a creator has on top of that: of what it shows itself.
double Model::verified_factor(const Candidate& candidate) {
  const FeedParameters& feed = run_.feed;
  if (!verified(posts[candidate.post].author)) return 1.0;
  const bool reshared = emissions[candidate.shown].reshare;
  (reshared               ? situations.verified_reshared
   : candidate.discovered ? situations.verified_outside
                          : situations.verified_inside) += feed.verified != feed.verified_outside;
  return reshared ? 1.0 : candidate.discovered ? feed.verified_outside : feed.verified;
}

double Model::creator_factor(const Candidate& candidate) {
  const FeedParameters& feed = run_.feed;
  if (!marked(posts[candidate.post].author, "creator", parameters_.tiers.creators, Draw::creator)) return 1.0;
  const bool reshared = emissions[candidate.shown].reshare;
  (reshared               ? situations.creators_reshared
   : candidate.discovered ? situations.creators_outside
                          : situations.creators_inside) += feed.creator != 1.0;
  return reshared ? 1.0 : candidate.discovered ? feed.creator_outside : feed.creator;
}

bool Model::held_out(UserId reader) const {
  return coin(hi(nested_mix(dynamics_.key(Draw::holdout), reader.value(), 0)), coin_threshold(run_.feed.holdout));
}

void Model::rank(UserId reader, std::vector<Candidate>& candidates) {
  const FeedParameters& feed = run_.feed;
  for (Candidate& candidate : candidates) {
    const Post& post = posts[candidate.post];
    const PostCounters& counters = post.counters;  // as they stood at the end of the last tick
    const bool by_author = by_author_.looks_at_authors();
    const PerAction& m = by_author && post.by_author ? post.expected : by_author_.mean;
    if (feed.ranking == Ranking::weighted && by_author && !held_out(reader)) {
      situations.expected_otherwise += m != by_author_.mean;
      situations.expected_in_warmup +=
          m != by_author_.mean && post.tick < parameters_.time.warmup && now >= parameters_.time.warmup;
      situations.expected_of_any += !post.by_author;
    }
    candidate.tie = hi(nested_mix(dynamics_.key(Draw::feed_order), post.salt(), reader.value()));
    switch (held_out(reader) ? Ranking::chronological : feed.ranking) {
      case Ranking::chronological:
        candidate.value = emissions[candidate.shown].visible;
        candidate.tie = hi(emissions[candidate.shown].date_in_tick);
        break;
      case Ranking::random:
        candidate.value = 0;
        break;
      case Ranking::popularity:
        candidate.value = static_cast<double>(counters.actions[0]) + counters.actions[1] + counters.actions[2];
        break;
      case Ranking::weighted:
      case Ranking::oracle:
      case Ranking::no_learning:
      case Ranking::edgerank:
      case Ranking::formula: {
        double sum = feed.ranking == Ranking::edgerank ? by_edges(reader, candidate) : 0, replying = 0;
        const double common =
            feed.ranking == Ranking::oracle ? common_odds(reader, candidate.post, candidate.proof) : 0;
        for (std::size_t a = 0; a < action_count; ++a) {
          if (feed.ranking == Ranking::weighted) {
            const double s = by_author_.strength[a], seen = counters.impressions + s;
            const double r = std::isinf(s) ? m[a] : seen == 0.0 ? 0.0 : (counters.actions[a] + m[a] * s) / seen;
            sum += feed.weights[a] * r;
            if (a == static_cast<std::size_t>(Action::reply)) replying = r;
          } else if (feed.ranking == Ranking::oracle) {
            const double p = a == static_cast<std::size_t>(Action::follow) ? follow_valued(reader, post.author, common)
                                                                           : probability(a, common);
            sum += feed.weights[a] * p;
            if (a == static_cast<std::size_t>(Action::reply)) replying = p;
          } else if (feed.ranking != Ranking::edgerank) {
            sum = feed.ranking == Ranking::formula ? by_formula(reader, candidate, m) : 1;
          }
        }
        if (feed.looks_at_answers() && post.by_answers &&
            (feed.ranking == Ranking::weighted || feed.ranking == Ranking::oracle)) {
          const double q = feed.ranking == Ranking::oracle ? static_cast<float>(post.answered) : post.answered;
          sum += feed.answered_weight * (replying * q);
          situations.answers_expected += q > 0;
        }
        const double age = now - post.visible(),
                     z = normal(top(nested_mix(dynamics_.key(Draw::perturbation), post.salt(), reader.value())));
        const float decay =
            feed.age_half_life == 0.0 ? 1.0F : static_cast<float>(math::pow(0.5, age / feed.age_half_life));
        const float noise = feed.perturbation == 0.0 ? 1.0F : static_cast<float>(math::exp(feed.perturbation * z));
        float score = static_cast<float>(sum);
        if (feed.ranking == Ranking::weighted && feed.topic_match != 0.0 && run_.behaviour.topic_match != 0.0) {
          const double liked = interest(top(liking(reader, post.topic)), parameters_.population.interest_skew);
          const double match = math::exp(run_.behaviour.topic_match * (liked - mean_interest_));
          score *= static_cast<float>(math::pow(match, feed.topic_match));
          ++situations.matches_matter;
        }
        if (feed.ranking == Ranking::weighted && !std::isinf(feed.tie)) score = with_tie(score, reader, candidate.post);
        candidate.value = score * decay * noise * static_cast<float>(verified_factor(candidate)) *
                          static_cast<float>(creator_factor(candidate));
        break;
      }
      default:  // feed_rules_test.cpp has a slow version of what was published
        throw std::logic_error("the slow model does not know this ranking");
    }
  }
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    if (a.value != b.value) return a.value > b.value;
    if (a.tie != b.tie) return a.tie > b.tie;
    return posts[a.post].key < posts[b.post].key;
  });
  for (std::size_t i = 1; i < candidates.size(); ++i) situations.ties += candidates[i].value == candidates[i - 1].value;
}

/// A feed without what is promoted, with it.
void Model::put_promoted(const Candidate& promoted, std::vector<Candidate>& feed) const {
  const std::size_t place =
      parameters_.campaigns[static_cast<std::size_t>(posts[promoted.post].campaign)].promotion.place;
  if (feed.size() + 1 > run_.feed.length && place > run_.feed.length)
    feed.insert(feed.begin() + static_cast<std::ptrdiff_t>(run_.feed.length - 1), promoted);
  else
    feed.insert(feed.begin() + static_cast<std::ptrdiff_t>(std::min(place - 1, feed.size())), promoted);
}

// ---- 7.23: the same, newest first

std::vector<Model::Candidate> Model::newest_first(std::vector<Candidate> candidates) const {
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    const Emission &x = emissions[a.shown], &y = emissions[b.shown];
    if (x.visible != y.visible) return x.visible > y.visible;
    if (hi(x.date_in_tick) != hi(y.date_in_tick)) return hi(x.date_in_tick) > hi(y.date_in_tick);
    return posts[a.post].key < posts[b.post].key;
  });
  return candidates;
}

}  // namespace grapevine::slow

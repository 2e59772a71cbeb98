#include "sim/diffusion/many_cascades.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "graph/base/parallel.hpp"
#include "sim/diffusion/branching.hpp"
#include "sim/diffusion/cascade_collector.hpp"
#include "sim/diffusion/growing_cascade.hpp"
#include "sim/diffusion/small_cascades.hpp"
#include "sim/diffusion/uniform_contacts.hpp"

namespace grapevine {

namespace {

/// Tells how many cascades are done; one thread at a time.
class Progress {
public:
  explicit Progress(const std::function<void(std::uint64_t)>& tell) : tell_(&tell) {}

  void add(std::uint64_t cascades) {
    if (!*tell_) return;
    const std::lock_guard lock(mutex_);
    (*tell_)(done_ += cascades);
  }

private:
  const std::function<void(std::uint64_t)>* tell_;
  std::mutex mutex_;
  std::uint64_t done_ = 0;
};

/// A worker for each thread, from make(); worker.run(first, last, collector) for numbers in blocks.
template <class Make>
ManyCascades in_parallel(const FollowGraph& graph, const ManyCascadesParameters& parameters, std::size_t block_size,
                         Make&& make) {
  struct Thread {
    decltype(make()) worker;
    CascadeCollector collector;
  };
  std::vector<std::optional<Thread>> threads(static_cast<std::size_t>(thread_count()));
  Progress progress(parameters.progress);
  const bool nobody = graph.user_count() == 0;
  parallel_blocks(nobody ? 0 : parameters.cascades, block_size,
                  [&](std::size_t, std::size_t first, std::size_t last, int worker) {
                    std::optional<Thread>& thread = threads[static_cast<std::size_t>(worker)];
                    if (!thread) thread.emplace(Thread{make(), CascadeCollector(parameters)});
                    thread->worker.run(parameters.first + first, parameters.first + last, thread->collector);
                    progress.add(last - first);
                  });
  CascadeCollector all(parameters);
  for (std::optional<Thread>& thread : threads)
    if (thread) all.add(std::move(thread->collector));
  return std::move(all).finish();
}

/// One cascade after another.
class OneByOne {
public:
  OneByOne(std::unique_ptr<Contagion> contagion, const FollowGraph& graph, const ManyCascadesParameters& parameters)
      : contagion_(std::move(contagion)), graph_(&graph), parameters_(&parameters) {}

  void run(std::uint64_t first, std::uint64_t last, CascadeCollector& collector) {
    for (std::uint64_t number = first; number < last; ++number)
      run(number, drawn_root(ContagionKey(parameters_->stream, number), parameters_->roots, graph_->user_count()),
          collector);
  }
  void run(std::uint64_t number, UserId root, CascadeCollector& collector) {
    contagion_->run({&root, 1}, ContagionKey(parameters_->stream, number), spread_);
    collector.add(number, graph_->follower_count(root), spread_, contacts());
  }

private:
  /// Each pair once, however many steps an adopter tries.
  std::uint64_t contacts() const {
    std::uint64_t sum = 0;
    for (const Adopter& adopter : spread_.adopters)
      if (parameters_->steps == 0 || adopter.step < parameters_->steps) sum += graph_->follower_count(adopter.user);
    return sum;
  }

  std::unique_ptr<Contagion> contagion_;
  const FollowGraph* graph_;
  const ManyCascadesParameters* parameters_;
  Spread spread_;
};

/// Together while they are small.
template <class Contacts>
class Together {
public:
  Together(const Contacts& contacts, std::unique_ptr<Contagion> large, const FollowGraph& graph,
           const ManyCascadesParameters& parameters)
      : small_(contacts, graph.user_count(), parameters), large_(std::move(large), graph, parameters) {}

  void run(std::uint64_t first, std::uint64_t last, CascadeCollector& collector) {
    constexpr std::uint64_t together = SmallCascades<Contacts>::together;
    for (; first < last; first += together)
      small_.run(first, static_cast<std::uint32_t>(std::min(together, last - first)), collector,
                 [&](std::uint64_t number, UserId root) { large_.run(number, root, collector); });
  }

private:
  SmallCascades<Contacts> small_;
  OneByOne large_;
};

constexpr std::size_t blocks_one_by_one = 64, blocks_together = 1 << 14;

template <class Contacts>
ManyCascades independent(const Audience& audience, double probability, const ManyCascadesParameters& parameters) {
  const Contacts contacts(audience.rows(), probability);
  return in_parallel(audience.graph(), parameters, blocks_together, [&] {
    return Together<Contacts>(contacts, std::make_unique<GrowingCascade<Contacts>>(contacts, parameters.steps),
                              audience.graph(), parameters);
  });
}

}  // namespace

UserId drawn_root(ContagionKey key, std::span<const UserId> roots, std::size_t users) {
  const std::uint64_t bits = key.key(Draw::contagion_root);
  return roots.empty() ? UserId(static_cast<std::uint32_t>(below(bits, users))) : roots[below(bits, roots.size())];
}

ManyCascades spread_many(const FollowGraph& graph, const ManyCascadesParameters& parameters,
                         const ContagionFactory& factory) {
  return in_parallel(graph, parameters, blocks_one_by_one, [&] { return OneByOne(factory(), graph, parameters); });
}

ManyCascades spread_many_independent(const Audience& audience, double probability, TrialSampling sampling,
                                     const ManyCascadesParameters& parameters) {
  return sampling == TrialSampling::skip ? independent<SkippedContacts>(audience, probability, parameters)
                                         : independent<TossedContacts>(audience, probability, parameters);
}

ManyCascades spread_many_branching(const FollowGraph& graph, double probability,
                                   const ManyCascadesParameters& parameters) {
  const BranchingContacts contacts(BranchingNodes(graph.follower_counts(), probability));
  return in_parallel(graph, parameters, blocks_together, [&] {
    return Together<BranchingContacts>(contacts, std::make_unique<Branching>(graph, probability, parameters.steps),
                                       graph, parameters);
  });
}

}  // namespace grapevine

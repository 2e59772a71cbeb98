#include "scenarios/study/measured_points.hpp"

#include <algorithm>
#include <numeric>

#include "scenarios/study/study.hpp"

namespace grapevine {

std::vector<MeasuredPoints> groups_to_measure(const std::vector<double>& work) {
  std::vector<std::size_t> by_work(work.size());
  std::iota(by_work.begin(), by_work.end(), std::size_t{0});
  std::ranges::stable_sort(by_work, {}, [&](std::size_t p) { return work[p]; });
  if (work.size() <= 5) {
    std::vector<MeasuredPoints> each;
    for (const std::size_t p : by_work) each.push_back({{p}});
    return each;
  }
  // The first is what the words of the outlook are about, the largest what the memory must hold.
  const std::size_t largest = by_work.back();
  std::vector<MeasuredPoints> groups;
  if (largest != 0) groups.push_back({{0}});
  std::erase_if(by_work, [&](std::size_t p) { return p == 0 || p == largest; });
  constexpr std::size_t parts = 3;
  for (std::size_t part = 0; part < parts; ++part) {
    const auto first = by_work.begin() + static_cast<std::ptrdiff_t>(by_work.size() * part / parts),
               last = by_work.begin() + static_cast<std::ptrdiff_t>(by_work.size() * (part + 1) / parts);
    std::vector<std::size_t> points(first, last);
    if (points.empty()) continue;
    std::swap(points.front(), points[points.size() / 2]);
    groups.push_back({std::move(points)});
  }
  groups.push_back({{largest}});
  std::ranges::stable_sort(groups, {}, [&](const MeasuredPoints& group) { return work[group.points.front()]; });
  return groups;
}

double rough_work(const Scenario& study) {
  const PopulationParameters& people = study.world.population;
  double looked = 0;
  for (const Arm& arm : study.arms) looked += 10.0 + arm.run.feed.length;
  const double users = study.graph.model == GraphModel::file ? 1.0 : static_cast<double>(study.graph.users);
  return users * (1 + study.graph.mean_followees) * static_cast<double>(1 + own_work_of(study)) *
         (1 + people.sessions_per_day + people.posts_per_day) * looked;
}

}  // namespace grapevine

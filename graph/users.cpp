#include "graph/users.hpp"

#include <algorithm>
#include <limits>

namespace grapevine {

namespace {

template <class T>
void select_from(std::vector<T>& values, std::span<const UserId> numbers) {
  if (values.empty()) return;
  std::vector<T> selected;
  selected.reserve(numbers.size());
  for (const UserId user : numbers) selected.push_back(values[user.index()]);
  values = std::move(selected);
}

void set_bit(std::vector<std::uint64_t>& bits, std::size_t user) { bits[user / 64] |= std::uint64_t{1} << (user % 64); }

}  // namespace

std::span<const double> Users::attribute(std::string_view name) const {
  const auto found = std::ranges::find(attributes, name, &UserAttribute::name);
  return found == attributes.end() ? std::span<const double>{} : std::span<const double>(found->values);
}

UserId Users::profile_of(UserId user) const {
  const auto self = std::ranges::find(planted, user, &PlantedUser::user);
  if (self == planted.end() || !self->nested) return user;
  return std::ranges::find(planted, self->group, &PlantedUser::group)->user;
}

void Users::select(std::span<const UserId> numbers, std::size_t users) {
  select_from(outside_ids, numbers);
  select_from(keys, numbers);
  select_from(community, numbers);
  for (UserAttribute& attribute : attributes) select_from(attribute.values, numbers);
  if (!active.empty()) {
    std::vector<std::uint64_t> selected((numbers.size() + 63) / 64, 0);
    for (std::size_t k = 0; k < numbers.size(); ++k)
      if (is_active(numbers[k])) set_bit(selected, k);
    active = std::move(selected);
  }
  if (planted.empty()) return;
  std::vector<std::uint32_t> place(users, UINT32_MAX);
  for (std::size_t k = 0; k < numbers.size(); ++k) place[numbers[k].index()] = static_cast<std::uint32_t>(k);
  std::erase_if(planted, [&](const PlantedUser& it) { return place[it.user.index()] == UINT32_MAX; });
  for (PlantedUser& it : planted) it.user = UserId(place[it.user.index()]);
}

void Users::add(const std::string& id, std::uint16_t its_community, std::size_t users) {
  if (!outside_ids.empty()) outside_ids.push_back(id);
  if (!keys.empty()) keys.push_back(account_key(id));
  if (!community.empty()) community.push_back(its_community);
  for (UserAttribute& attribute : attributes) attribute.values.push_back(std::numeric_limits<double>::quiet_NaN());
  if (active.empty()) return;
  active.resize((users + 64) / 64, 0);
  set_bit(active, users);
}

}  // namespace grapevine

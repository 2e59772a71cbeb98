#pragma once

#include <span>
#include <vector>

#include "sim/state/reader_lists.hpp"
#include "sim/tick/mechanism.hpp"

namespace grapevine {

/// A reader looked at a paid post that sells something: 12 bytes.
struct SalesLook {
  UserId author{};
  Tick tick = 0;
  std::uint16_t campaign = 0;
  std::uint16_t clicked = 0;
};

/// Remembers who looked at what sells: who buys is known from it at the end of a run (`sim/run/conversions.hpp`), and
/// changes nothing else. docs/model.md 7.16.
class Conversions final : public Mechanism {
public:
  explicit Conversions(const MechanismGiven& given);
  static std::unique_ptr<Mechanism> make(const MechanismGiven& given);

  void arrays(ArrayTable& table) override;
  void after_session(const Given&, const Before&, const Session& session, std::span<const Impression> looks,
                     std::vector<Message>&) override;

  /// Of the reader with this index in this part, in the order of time.
  std::span<const SalesLook> looks(std::size_t reader) const { return looks_.of(reader); }

private:
  std::vector<std::uint8_t> sells_;  ///< by campaign
  ReaderLists<SalesLook> looks_;
};

}  // namespace grapevine

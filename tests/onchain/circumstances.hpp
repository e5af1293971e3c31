// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/onchain/population.hpp"

namespace plimsoll::onchain {

/// A field of a reserve's configuration word.
struct ConfigField {
    unsigned from{};
    unsigned count{};
};
inline constexpr ConfigField kLtv{0, 16};
inline constexpr ConfigField kActive{56, 1};
inline constexpr ConfigField kFrozen{57, 1};
inline constexpr ConfigField kBorrowing{58, 1};
inline constexpr ConfigField kPaused{60, 1};
inline constexpr ConfigField kIsolationBorrowable{61, 1};
inline constexpr ConfigField kSiloed{62, 1};
inline constexpr ConfigField kFlashLoans{63, 1};
inline constexpr ConfigField kBorrowCap{80, 36};
inline constexpr ConfigField kSupplyCap{116, 36};
inline constexpr ConfigField kCategory{168, 8};
inline constexpr ConfigField kDebtCeiling{212, 40};

/// Governance and markets at their worst. Everything is written past the checks of governance's own contract, so that
/// any state of a reserve can be had with any population.
class Circumstances {
  public:
    Circumstances(World& world, Dice& dice);

    /// Some things go wrong at once; what was done, for people.
    std::string happen();

    void set(const Address& asset, ConfigField field, std::uint64_t value);
    std::uint64_t get(const Address& asset, ConfigField field);
    /// Leaves this much of the asset in its aToken.
    void drain(const DevReserve& reserve, const U256& left);
    void sentinel(bool allows);
    void price_times(const DevReserve& reserve, std::uint64_t permille);

  private:
    std::string one();
    void cap(const DevReserve& reserve, ConfigField field, const Address& token);
    void isolate(const Address& asset);
    std::string users();
    std::string ghosts();
    void mine(const std::vector<Tx>& transactions);

    World& world_;
    Dice& dice_;
};

}  // namespace plimsoll::onchain

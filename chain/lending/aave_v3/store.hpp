// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "chain/lending/aave_v3/notices.hpp"
#include "chain/lending/aave_v3/reads.hpp"
#include "chain/lending/aave_v3/state.hpp"
#include "chain/lending/watched.hpp"

namespace plimsoll::lending::aave_v3 {

/// The contracts of one deployment, as the provider names them.
struct Deployment {
    Address provider;
    Address pool;
    Address configurator;
    Address oracle;
    Address data_provider;
    Address sentinel;  // PriceOracleSentinel; zero where there is none
};

/// What a log's emitter is to the market.
struct Role {
    enum class Kind : std::uint8_t { Provider, Pool, Configurator, Oracle, AToken, DebtToken, StableToken, Aggregator };
    Kind kind{};
    ReserveId reserve{};  // of tokens
};

/// A watched account. Index in the store = index in its address list.
struct AccountEntry {
    AccountState state;
    std::uint64_t saved_in{};  // number of the frame that holds the state before
    bool loaded{};             // its configuration word was read
    bool changed{};            // is in the list of take_changed()
    bool partial{};            // supplies that are no collateral were not read
};

/// What a block changes besides accounts: reserves and categories as they were, the first time each is touched.
struct Kept {
    ReadSet pending;
    std::vector<std::pair<ReserveId, ReserveState>> reserves;
    std::optional<std::vector<EModeCategory>> emodes;
};

/// State of one market at one block with a journal that leads back over the last blocks, see lending::Watched. Every
/// change after the snapshot goes through edit_*().
class Store {
  public:
    explicit Store(const Deployment& deployment) : deployment_(deployment) {}

    MarketState market;
    ReadSet pending;
    Notices notices;

    Deployment& deployment() { return deployment_; }
    const Deployment& deployment() const { return deployment_; }

    // ---- accounts
    /// False if the account was there already.
    bool watch(const Address& account) { return watched_.watch(account); }
    const std::vector<Address>& accounts() const { return watched_.list(); }
    std::optional<std::uint32_t> index_of(const Address& account) const { return watched_.index_of(account); }
    const AccountEntry& account(std::uint32_t index) const { return watched_[index]; }
    AccountEntry& edit_account(std::uint32_t index) { return watched_.edit(index); }
    /// The account's entry for a reserve, made if it is not there, and in the index from reserve to accounts.
    Holding& edit_holding(std::uint32_t index, ReserveId reserve);

    // ---- reserves and categories
    ReserveState& edit_reserve(ReserveId id);
    EModeCategory& edit_emode(std::uint8_t category);

    // ---- who is touched
    void mark(std::uint32_t account) { watched_.mark(account); }
    void mark_holders(ReserveId reserve);
    void mark_category(std::uint8_t category);
    void mark_stable_debtors();
    /// The reserve's price moved: its holders are marked when the changed are asked for, unless they are bounded
    /// otherwise.
    void mark_moved(ReserveId reserve) { moved_ |= static_cast<u128>(1) << reserve; }
    /// Accounts that have, or once had, a part in the reserve.
    std::size_t holders(ReserveId reserve) const { return reserve < holders_.size() ? holders_[reserve].size() : 0; }
    /// With the holders of reserves whose price moved.
    std::vector<Address> take_changed();
    /// Without them.
    std::vector<Address> take_marked();

    // ---- emitters
    /// Recomputes roles and filter from deployment, reserves and price sources.
    void rebuild_roles();
    const Role* role_of(const Address& emitter) const;
    const LogFilter& filter() const { return filter_; }

    // ---- journal
    void begin_block(const BlockRef& block);
    bool rewind(const BlockRef& ancestor);
    /// Changes that cannot be taken back: what is before this block is out of reach.
    void forget_history() { watched_.forget_history(); }
    /// Everything but the accounts' addresses and the provider.
    void clear();

  private:
    using Frame = Watched<AccountEntry, Kept>::Frame;
    void put_back(Frame& frame);
    void index_holder(std::uint32_t account, ReserveId reserve);

    Deployment deployment_;
    Watched<AccountEntry, Kept> watched_;
    std::vector<std::vector<std::uint32_t>> holders_;  // by reserve
    u128 moved_{};                                     // bit: reserve
    std::unordered_map<Address, Role> roles_;
    LogFilter filter_;
};

}  // namespace plimsoll::lending::aave_v3

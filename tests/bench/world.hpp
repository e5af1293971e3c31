// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chain/keys/private_key.hpp"
#include "chain/rpc/eth.hpp"
#include "chain/rpc/json.hpp"
#include "tests/support/aave_deployment.hpp"

namespace plimsoll::bench {

/// A wallet that is protected: its key is known, its position sits just above its trigger.
struct Protected {
    keys::PrivateKey key;
    std::uint8_t supplied{};  // reserve whose price decides
    std::uint8_t borrowed{};
};

/// A chain with one Aave market, its accounts in memory, and the JSON-RPC of a node that has it. One protected wallet
/// depends on the price of reserve 0, ten on that of reserve 1; all others (four reserves each) are far from danger.
class World {
  public:
    static constexpr std::size_t kReserves = 8;
    static constexpr std::size_t kAlone = 1;      // protected wallets of reserve 0
    static constexpr std::size_t kTogether = 10;  // of reserve 1
    static constexpr ChainId kChainId = 31'337;
    // Health factors of the protected positions, in hundredths: at rest they are at 1.31, warned and prepared.
    static constexpr std::uint64_t kWarn = 135;
    static constexpr std::uint64_t kTrigger = 125;
    static constexpr std::uint64_t kTarget = 140;

    /// `accounts` in all, the protected ones first. The chain starts at second `start`; zero: at one of its own.
    explicit World(std::size_t accounts, Timestamp start = 0);

    test::AaveDeployment& aave() { return aave_; }
    const std::vector<Address>& accounts() const { return accounts_; }
    const std::vector<Protected>& wallets() const { return wallets_; }
    /// The key of the protected wallet of this number; for measurements only, anybody can count to eleven.
    static keys::PrivateKey key_of(std::size_t number);

    // ---- the chain goes on
    struct Block {
        rpc::Header header;
        std::vector<Log> logs;
    };
    /// An empty block.
    const Block& mine();
    /// The price of the reserve falls by 6 %: its protected wallets go below their triggers.
    const Block& fall(std::uint8_t reserve);
    /// The rescues that were sent are included.
    const Block& include();
    /// The price is back and the wallets borrow again what was repaid: all is as before the fall.
    const Block& recover(std::uint8_t reserve);
    /// Every price moves a little: after a few of these every feed counts as proven.
    const Block& stir();
    const Block& head() const { return blocks_.back(); }

    // ---- what a node answers
    CallResult call(const Call& call);
    /// aggregate3 with the code of Multicall3 at `wallet`: repayments in it have their effect for the calls behind
    /// them.
    std::vector<CallResult> simulate(const Address& wallet, const std::vector<Call>& calls);
    /// Takes the bytes of a transaction; its hash. What they say is looked at when they are included.
    Hash32 take_raw(Bytes raw);
    std::size_t taken() const { return taken_; }  // since the last include()
    Nonce nonce(const Address& wallet) const;
    /// The block that holds the transaction.
    std::optional<std::pair<BlockNumber, Hash32>> inclusion(const Hash32& transaction) const;
    std::string receipt(const Hash32& transaction) const;  // JSON
    /// Answer to one message, single or batch. What is malformed ends the process: this serves measurements only.
    std::string answer(const std::string& message);

  private:
    struct Sent {
        Bytes raw;
        BlockNumber included{};
        Hash32 block;
    };
    void populate(std::size_t accounts);
    void protect(std::uint8_t supplied, std::uint8_t borrowed);
    const Block& seal(std::vector<Log> logs);
    struct Repaid {
        std::size_t wallet{};
        U256 amount;
    };
    /// A repayment by a protected wallet, whose nonce it uses.
    std::optional<Repaid> execute(const Bytes& raw);
    std::optional<CallResult> token_call(const Call& call) const;
    std::string answer_one(const rpc::JsonValue& request);
    std::string result(std::string_view method, const rpc::JsonValue& params);
    std::string eth_call(const std::vector<rpc::JsonValue>& params);
    std::string logs(const rpc::JsonValue& filter) const;
    std::string block(const rpc::JsonValue& name) const;
    std::string fee_history(std::uint64_t count) const;

    test::AaveDeployment aave_;
    std::vector<Address> accounts_;
    std::vector<Protected> wallets_;
    std::map<Address, std::size_t> wallet_of_;
    std::map<Address, Nonce> nonces_;
    std::map<Hash32, Sent> sent_;
    std::vector<Hash32> waiting_;
    std::vector<Repaid> repaid_;        // to be borrowed again
    std::vector<std::uint64_t> price_;  // at rest
    std::deque<Block> blocks_;
    std::size_t taken_ = 0;
};

}  // namespace plimsoll::bench

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "chain/types/address.hpp"
#include "chain/types/quantity.hpp"
#include "tests/support/temp_dir.hpp"

namespace plimsoll::onchain {

struct DevReserve {
    std::string symbol;
    Address asset;
    Address a_token;
    Address debt_token;
    Address stable_token;
    unsigned decimals{};
    Address source;                     // what the oracle asks
    std::optional<Address> aggregator;  // behind it; nothing: an adapter that emits no events
};

struct DevPool {
    Address address;
    std::string token0;  // symbols
    std::string token1;
};

/// Uniswap V3 and V2.
struct DevExchange {
    Address router;
    Address router_02;
    Address quoter;
    Address position_manager;
    std::vector<DevPool> pools;
    Address v2_router;
    std::vector<DevPool> pairs;
};

/// A market of Morpho Blue.
struct DevMorphoMarket {
    std::string name;
    Hash32 id;
    std::string loan;  // symbols
    std::string collateral;
    Address oracle;
    bool feeds{};  // the oracle combines the feeds of both tokens; false: anybody sets its price
    U256 lltv;     // 1e18
};

/// What tests/devnet/start.mjs says of the chain that it started.
struct DevInfo {
    std::string ws_url;
    std::string http_url;
    Address provider;
    Address pool;
    Address configurator;
    Address oracle;
    Address acl;
    Address treasury;
    std::vector<DevReserve> reserves;
    DevExchange exchange;
    Address morpho;
    Address irm;
    std::vector<DevMorphoMarket> morpho_markets;
    std::vector<Address> accounts;  // deployer, supplier, borrower, liquidator, trader, free ones; unlocked

    const Address& admin() const { return accounts[0]; }
    const DevReserve& reserve(std::string_view symbol) const;
};

/// A local chain with the real contracts, as a child process: it ends with this object, and with this process however
/// that ends. Its clock starts at a fixed time, so that every run has the same blocks.
class Devnet {
  public:
    /// With `base`: a fork of it, an anvil of its own that reads the first one's state.
    explicit Devnet(const Devnet* base = nullptr);
    ~Devnet();
    Devnet(const Devnet&) = delete;
    Devnet& operator=(const Devnet&) = delete;

    const DevInfo& info() const { return info_; }

  private:
    void start(const Devnet* base);
    void wait();

    TempDir folder_;
    pid_t child_ = -1;
    DevInfo info_;
};

}  // namespace plimsoll::onchain

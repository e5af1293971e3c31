// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <random>

#include "strategies/planner.hpp"
#include "strategies/strategies.hpp"
#include "tests/support/aave_deployment.hpp"

namespace plimsoll::test {

/// One account on a stand-in of Aave V3 (the market is the real one), pools around the protocol's prices, and a guard
/// whose policy allows everything; tests take away what they need to.
class RescueWorld {
  public:
    explicit RescueWorld(std::size_t reserves = 4);

    lending::aave_v3::Reserve& reserve(std::size_t id) { return chain.state.reserves[id]; }
    const Address& asset(std::size_t id) const { return chain.state.reserves[id].asset; }
    /// Whole tokens, at index one.
    void supply(std::size_t id, std::uint64_t tokens, bool collateral = true);
    void borrow(std::size_t id, std::uint64_t tokens);
    /// Borrows of `id` until the health factor is about hundredths / 100.
    void borrow_to(std::size_t id, std::uint64_t hundredths);

    /// A constant-product pool with this value (whole base units) on either side; the price of `a` in it is that of the
    /// protocol less `below_bps`.
    std::size_t pool_v2(std::size_t a, std::size_t b, std::uint64_t value, std::int32_t below_bps = 0);
    /// The same over the whole range of a Uniswap V3 pool; fee in millionths.
    std::size_t pool_v3(std::size_t a, std::size_t b, std::uint64_t value, std::uint32_t fee = 3'000,
                        std::int32_t below_bps = 0);
    void lend(guard::Lender lender, std::size_t id, std::uint32_t fee_ppm, const U256& available = kU256Max);

    /// Reads the market anew and asks for a position `hundredths` / 100 safe.
    strategies::Situation& situation(std::uint64_t hundredths = 150);
    /// What situation() gave, to be changed by a test.
    strategies::Situation& now() { return *situation_; }

    Wad health() const { return situation_->now.summary.health_factor; }

    lending::aave_v3::Version version = lending::aave_v3::Version::V34;
    AaveDeployment chain;
    Address account;
    std::vector<dex::Pool> pools;
    std::vector<strategies::LoanSource> loans;
    std::unique_ptr<lending::Market> market;
    guard::Policy policy;
    static Address router_v2() { return AaveDeployment::address(20, 2); }
    static Address router_v3() { return AaveDeployment::address(20, 3); }
    static Address swapper() { return AaveDeployment::address(20, 4); }
    static Address guard() { return AaveDeployment::address(20, 5); }

  private:
    std::unique_ptr<strategies::Situation> situation_;
};

Wad hundredths(std::uint64_t n);
Address pool_address(std::size_t n);

/// Carries out a plan step by step as the guard does, with pools that give what they are quoted. Empty when every
/// balance was enough, every minimum was met, the loan was covered and the health factor never fell below one on the
/// way; else what went wrong. `after` is the account's health factor then.
struct Carried {
    std::string trouble;
    Wad after;
    std::map<Address, U256> to_wallet;
};
Carried carry_out(const strategies::Situation& situation, const strategies::Plan& plan);

}  // namespace plimsoll::test

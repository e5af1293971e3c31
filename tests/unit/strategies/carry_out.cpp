// SPDX-License-Identifier: Apache-2.0
// The guard's steps carried out on paper: what it holds, what it owes, what the position has.
#include <algorithm>

#include "chain/dex/overlay.hpp"
#include "tests/unit/strategies/rescue_world.hpp"

namespace plimsoll::test {

using strategies::Situation;

namespace {

U256 word(ByteView data, std::size_t index) {
    std::array<std::uint8_t, 32> out{};
    if (4 + 32 * index + 32 > data.size()) return {};
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(4 + 32 * index), 32, out.begin());
    return U256::from_be_bytes(out);
}
Address address_at(ByteView data, std::size_t index) {
    const auto bytes = word(data, index).to_be_bytes();
    Address out;
    std::copy_n(bytes.begin() + 12, 20, out.bytes.begin());
    return out;
}

class Carrier {
  public:
    Carrier(const Situation& s, const strategies::Plan& plan)
        : s_(s), plan_(*plan.guard_plan), pools_(strategies::pools_of(s)) {
        for (const auto& row : s.now.assets) {
            supplied_[row.asset] = row.supplied.value;
            owed_[row.asset] = row.debt.value;
        }
        for (const auto& token : s.funds.tokens) wallet_[token.asset] = token.balance.value;
    }

    Carried run() {
        borrow_loan();
        for (const auto& step : plan_.steps) {
            if (out_.trouble.empty()) carry(step);
        }
        if (plan_.loan.lender != guard::Lender::None && held_[plan_.loan.asset] < due_)
            trouble("the loan is not covered");
        held_[plan_.loan.asset] = saturating_sub(held_[plan_.loan.asset], due_);
        for (const auto& [asset, amount] : held_) {
            if (!amount.is_zero()) out_.to_wallet[asset] = amount;
        }
        const auto after = s_.market.after(s_.now.account, changes_, s_.as_of);
        if (!after)
            trouble("after: " + after.error().message);
        else
            out_.after = after->health_factor;
        return out_;
    }

  private:
    void trouble(const std::string& what) {
        if (out_.trouble.empty()) out_.trouble = what;
    }
    void add(std::map<Address, U256>& to, const Address& asset, const U256& amount) {
        to[asset] = checked_add(to[asset], amount).value_or(kU256Max);
    }
    void spend(const Address& asset, const U256& amount) {
        if (held_[asset] < amount)
            trouble("holds " + to_string(held_[asset]) + " of " + to_string(asset) + ", needs " + to_string(amount));
        held_[asset] = saturating_sub(held_[asset], amount);
    }

    void borrow_loan() {
        const auto& loan = plan_.loan;
        if (loan.lender == guard::Lender::None) return;
        for (const auto& source : s_.loans) {
            if (source.source != loan.source || source.asset != loan.asset) continue;
            if (source.available < loan.amount) trouble("the lender has less");
            due_ = *checked_add(loan.amount.value, strategies::fee_of(loan.amount.value, source.fee_ppm));
            if (loan.lender == guard::Lender::MorphoRepay) {
                owed_[loan.asset] = saturating_sub(owed_[loan.asset], loan.amount.value);
                changes_.push_back({lending::Change::Kind::Repay, loan.asset, loan.amount});
            } else {
                add(held_, loan.asset, loan.amount.value);
            }
            return;
        }
        trouble("an unknown lender");
    }

    void change(lending::Change::Kind kind, const Address& asset, const U256& amount) {
        changes_.push_back({kind, asset, TokenAmount{amount}});
        const bool lowers = kind == lending::Change::Kind::Withdraw || kind == lending::Change::Kind::Borrow;
        if (!lowers) return;
        const auto after = s_.market.after(s_.now.account, changes_, s_.as_of);
        if (!after)
            trouble("between: " + after.error().message);
        else if (after->health_factor.value < kWad)
            trouble("liquidatable between two steps");
    }

    U256 surplus(const guard::Step& step) {
        if (step.amount.value != kU256Max) return step.amount.value;
        const U256 due = step.asset == plan_.loan.asset ? due_ : U256{};
        return saturating_sub(held_[step.asset], due);
    }

    void carry(const guard::Step& step) {
        using lending::Change;
        const U256 all = kU256Max;
        switch (step.action) {
            case guard::Action::Withdraw: {
                const U256 amount = step.amount.value == all ? supplied_[step.asset] : step.amount.value;
                if (amount > supplied_[step.asset]) trouble("withdraws more than is supplied");
                supplied_[step.asset] = saturating_sub(supplied_[step.asset], amount);
                add(held_, step.asset, saturating_sub(amount, U256{2}));  // roundings of the protocol
                change(Change::Kind::Withdraw, step.asset, step.amount.value);
                break;
            }
            case guard::Action::Repay: {
                const U256 amount = std::min(surplus(step), owed_[step.asset]);
                spend(step.asset, amount);
                owed_[step.asset] = saturating_sub(owed_[step.asset], amount);
                if (!amount.is_zero()) change(Change::Kind::Repay, step.asset, amount);
                break;
            }
            case guard::Action::Supply: {
                const U256 amount = surplus(step);
                spend(step.asset, amount);
                add(supplied_, step.asset, amount);
                if (!amount.is_zero()) change(Change::Kind::Supply, step.asset, amount);
                break;
            }
            case guard::Action::Pull:
                if (wallet_[step.asset] < step.amount.value) trouble("pulls more than the wallet has");
                wallet_[step.asset] = saturating_sub(wallet_[step.asset], step.amount.value);
                add(held_, step.asset, step.amount.value);
                break;
            case guard::Action::Borrow:
                add(owed_, step.asset, step.amount.value);
                add(held_, step.asset, step.amount.value);
                change(Change::Kind::Borrow, step.asset, step.amount.value);
                break;
            case guard::Action::Swap:
                swap(step);
                break;
            case guard::Action::RepayWithATokens:
                change(Change::Kind::RepayWithSupply, step.asset, step.amount.value);
                break;
            case guard::Action::SetEMode:
                change(Change::Kind::SetEMode, step.asset, step.amount.value);
                break;
            case guard::Action::UseAsCollateral:
                change(Change::Kind::UseAsCollateral, step.asset, step.amount.value);
                break;
        }
    }

    const dex::Pool* between(const Address& a, const Address& b, const U256& fee, dex::PoolKind kind, dex::Hop& hop) {
        const auto pools = strategies::pools_of(s_);
        for (std::size_t i = 0; i < pools.size(); ++i) {
            if (pools[i].kind() != kind || !pools[i].has(a) || pools[i].other(a) != b) continue;
            if (kind == dex::PoolKind::UniswapV3 && U256{std::get<dex::V3State>(pools[i].state).fee} != fee) continue;
            hop = {i, pools[i].token0 == a};
            return &pools[i];
        }
        trouble("no pool for a swap");
        return nullptr;
    }

    /// Reads the router's calldata, as the router would.
    void swap(const guard::Step& step) {
        spend(step.asset, step.amount.value);
        if (!s_.offers.empty()) {
            for (const auto& offer : s_.offers) {
                if (offer.target != step.target) continue;
                if (offer.amount_in != step.amount || offer.data != step.data) trouble("an offer bent");
                add(held_, step.asset_out, offer.amount_out.value);
                return;
            }
        }
        dex::Route route{step.asset, step.asset_out, {}};
        dex::Hop hop;
        Address recipient;
        U256 amount;
        U256 least;
        const ByteView data = step.data;
        if (step.target == RescueWorld::router_v2()) {
            amount = word(data, 0), least = word(data, 1), recipient = address_at(data, 3);
            const std::size_t count = word(data, 5).low_u64();
            for (std::size_t i = 0; i + 1 < count; ++i) {
                const Address from = address_at(data, 6 + i);
                if (i == 0 && from != step.asset) trouble("a path that starts elsewhere");
                if (between(from, address_at(data, 7 + i), {}, dex::PoolKind::UniswapV2, hop) != nullptr)
                    route.hops.push_back(hop);
            }
        } else if (data.size() == 4 + 7 * 32) {  // exactInputSingle
            recipient = address_at(data, 3), amount = word(data, 4), least = word(data, 5);
            if (between(address_at(data, 0), address_at(data, 1), word(data, 2), dex::PoolKind::UniswapV3, hop) !=
                nullptr)
                route.hops.push_back(hop);
        } else {  // exactInput
            recipient = address_at(data, 2), amount = word(data, 3), least = word(data, 4);
            const std::size_t length = word(data, 5).low_u64();
            const std::size_t start = 4 + 6 * 32;
            const auto token = [&](std::size_t at) {
                Address out;
                std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(start + at), 20, out.bytes.begin());
                return out;
            };
            for (std::size_t at = 0; at + 43 <= length; at += 23) {
                U256 fee;
                for (std::size_t k = 0; k < 3; ++k) fee = U256{fee.low_u64() * 256 + data[start + at + 20 + k]};
                if (between(token(at), token(at + 23), fee, dex::PoolKind::UniswapV3, hop) != nullptr)
                    route.hops.push_back(hop);
            }
        }
        if (!out_.trouble.empty()) return;
        if (recipient != s_.seat->swapper) trouble("the router pays somebody else");
        if (amount != step.amount.value) trouble("the router is told another amount");
        const auto quote = pools_.swap(route, amount, dex::Exact::In, {});
        if (!quote.complete()) trouble("the pools cannot");
        if (quote.amount_out < step.min_out.value || quote.amount_out < least) trouble("below the minimum");
        if (step.min_out.is_zero()) trouble("no minimum");
        add(held_, step.asset_out, quote.amount_out);
    }

    const Situation& s_;
    const guard::Plan& plan_;
    dex::Overlay pools_;
    std::map<Address, U256> held_;
    std::map<Address, U256> supplied_;
    std::map<Address, U256> owed_;
    std::map<Address, U256> wallet_;
    std::vector<lending::Change> changes_;
    U256 due_;
    Carried out_;
};

}  // namespace

Carried carry_out(const Situation& situation, const strategies::Plan& plan) {
    return Carrier(situation, plan).run();
}

}  // namespace plimsoll::test

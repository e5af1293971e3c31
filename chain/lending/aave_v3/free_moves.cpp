// SPDX-License-Identifier: Apache-2.0
#include "chain/lending/aave_v3/free_moves.hpp"

#include <algorithm>

#include "chain/lending/aave_v3/rules.hpp"

namespace plimsoll::lending::aave_v3 {

namespace {

using Moves = std::vector<Change>;

struct Found {
    Moves moves;
    U256 health;
};

class Search {
  public:
    Search(const View& view, const AccountState& account) : view_(view), account_(account) {}

    std::vector<Moves> run() {
        const auto now = health_of(account_);
        if (!now || *now == kU256Max) return {};
        now_ = *now;
        for (const auto& holding : account_.holdings) {
            if (unused(holding)) try_moves({use(holding.reserve)});
        }
        grow({});
        const auto categories = std::max<std::size_t>(view_.state().emodes.size(), 1);
        for (std::size_t category = 0; category < categories; ++category) {
            if (category == account_.emode) continue;
            const Change enter{Change::Kind::SetEMode, {}, TokenAmount{U256{category}}};
            try_moves({enter});
            grow({enter});
            // A category that would not be entered as things are may be with more collateral.
            if (!all_unused_.empty()) {
                Moves moves = all_unused_;
                moves.push_back(enter);
                try_moves(moves);
            }
        }
        std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
            return a.health != b.health ? a.health > b.health : a.moves.size() < b.moves.size();
        });
        std::vector<Moves> out;
        for (auto& found : found_) {
            if (out.size() == kMaxFreeMoves) break;
            if (std::find(out.begin(), out.end(), found.moves) == out.end()) out.push_back(std::move(found.moves));
        }
        return out;
    }

  private:
    static bool unused(const Holding& holding) { return holding.supply != 0 && !holding.collateral; }

    Change use(ReserveId id) const {
        return {Change::Kind::UseAsCollateral, view_.state().reserves[id].asset, TokenAmount{U256{1}}};
    }

    Math<U256> health_of(const AccountState& account) const {
        TRY(const auto sums, account_totals(view_, account));
        return health_factor(view_.profile(), sums);
    }

    /// Nothing where the pool would refuse a step.
    std::optional<Walk> walk(const Moves& moves) const {
        Walk out(view_, account_, nullptr);
        for (const auto& move : moves) {
            if (!out.step(move)) return std::nullopt;
        }
        return out;
    }

    void try_moves(const Moves& moves) {
        const auto walked = walk(moves);
        if (!walked || unpriced(view_.state(), walked->account()) != nullptr) return;
        const auto health = health_of(walked->account());
        if (health && *health > now_) found_.push_back({moves, *health});
    }

    /// All unused supplies that may be switched on after these moves, each one that raises the health factor.
    void grow(Moves moves) {
        const auto start = walk(moves);
        if (!start) return;
        const std::size_t before = moves.size();
        AccountState reached = start->account();
        for (const auto& holding : account_.holdings) {
            if (!unused(holding)) continue;
            const auto health = health_of(reached);
            Walk next(view_, reached, nullptr);
            const Change move = use(holding.reserve);
            if (!health || !next.step(move)) continue;
            const auto after = health_of(next.account());
            if (!after || *after <= *health) continue;
            reached = next.account();
            moves.push_back(move);
        }
        if (moves.size() == before) return;
        try_moves(moves);
        if (before == 0) all_unused_ = moves;
    }

    const View& view_;
    const AccountState& account_;
    U256 now_;
    Moves all_unused_;
    std::vector<Found> found_;
};

}  // namespace

std::vector<std::vector<Change>> free_moves(const View& view, const AccountState& account) {
    return Search(view, account).run();
}

}  // namespace plimsoll::lending::aave_v3

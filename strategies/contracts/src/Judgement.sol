// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {
    ClosingNotAllowed,
    DebtRaised,
    HealthAboveCeiling,
    HealthBelowFloor,
    HealthNotRaised,
    LossAboveLimit,
    PriceMoved,
    UnlistedHoldingTouched
} from "./Errors.sol";
import {IGuard} from "./IGuard.sol";
import {Markets} from "./Markets.sol";
import {Asset, Holding, Run, Snapshot, Unlisted, VALUE_SCALE} from "./Run.sol";
import {GIVEN, TAKEN, load} from "./Transient.sol";

/// Measures an account before and after a plan, and judges what the plan did to it.
library Judgement {
    uint256 private constant BPS = 10_000;
    uint256 private constant PRICE_TOLERANCE = 10_000; // one part in this many: rates of vaults round as they are used

    // Units of each asset that the protocols' own rounding may cost in a plan: a policy that tolerates no loss can
    // still be served from the wallet.
    uint256 private constant ROUNDING = 4;

    struct Change {
        uint256 outflow; // value of assets that the account has less of
        uint256 inflow; // value of assets that it has more of
        uint256 repaid; // value of debts that became lower
        uint256 drawn; // value of debts that became higher
        uint256 owedBefore;
        uint256 rounding; // value that rounding may have cost
    }

    function measure(Run memory run) internal view returns (Snapshot memory snapshot) {
        snapshot.holdings = new Holding[](run.assets.length);
        for (uint256 i = 0; i < run.assets.length; ++i) {
            snapshot.holdings[i] = Markets.holding(run, run.assets[i]);
        }
        snapshot.unlisted = Markets.unlisted(run);
    }

    /// Health strictly up and within the bounds, or no debt left at all where the policy allows that.
    function health(IGuard.Policy calldata policy, uint256 floor, uint256 before, uint256 afterwards) internal pure {
        if (afterwards <= before) revert HealthNotRaised(before, afterwards);
        if (afterwards == type(uint256).max) {
            if (!policy.mayClose) revert ClosingNotAllowed();
            return;
        }
        if (policy.floor > floor) floor = policy.floor;
        if (afterwards < floor) revert HealthBelowFloor(afterwards, floor);
        if (afterwards > policy.ceiling) revert HealthAboveCeiling(afterwards, policy.ceiling);
    }

    /// What was lost of the account's equity and how much was moved, both as values; assets are netted one by one, so
    /// that going around in circles neither counts as moving nor hides what it costs. What the plan took and did not
    /// give back is a loss as well, however rich the account is in the end: a venue may have made others pay what they
    /// owe it.
    /// @return moved in the base currency, rounded up: what the budget is charged
    /// @return lost in the base currency, rounded up
    function effects(Run memory run, Snapshot memory before, uint256 maxLossBps)
        internal
        view
        returns (uint256 moved, uint256 lost)
    {
        Snapshot memory afterwards = measure(run);
        pricesStood(run);
        unlistedStood(before.unlisted, afterwards.unlisted);
        Change memory change = changes(run, before.holdings, afterwards.holdings);
        moved = change.outflow > change.repaid ? change.outflow : change.repaid;
        uint256 allowed = moved * maxLossBps / BPS + change.rounding;
        lost = excess(change.outflow + change.drawn, change.inflow + change.repaid);
        uint256 taken = load(TAKEN);
        uint256 kept = excess(taken, load(GIVEN));
        if (kept > lost) lost = kept;
        if (lost > allowed) revert LossAboveLimit(lost, allowed);
        if (change.drawn > change.repaid + allowed) {
            uint256 owed = change.owedBefore;
            revert DebtRaised(owed, owed + change.drawn - change.repaid, allowed);
        }
        moved = inBase(taken > moved ? taken : moved);
        lost = inBase(lost);
    }

    function changes(Run memory run, Holding[] memory before, Holding[] memory afterwards)
        private
        pure
        returns (Change memory change)
    {
        for (uint256 i = 0; i < before.length; ++i) {
            Asset memory asset = run.assets[i];
            (uint256 less, uint256 more) = difference(asset, before[i].owned, afterwards[i].owned);
            change.outflow += less;
            change.inflow += more;
            (less, more) = difference(asset, before[i].owed, afterwards[i].owed);
            change.repaid += less;
            change.drawn += more;
            change.rounding += Markets.value(asset, ROUNDING);
            change.owedBefore += Markets.value(asset, before[i].owed);
        }
    }

    function difference(Asset memory asset, uint256 before, uint256 afterwards)
        private
        pure
        returns (uint256 less, uint256 more)
    {
        if (afterwards < before) less = Markets.value(asset, before - afterwards);
        else more = Markets.value(asset, afterwards - before);
    }

    /// Both measures use the prices of the beginning. No honest price changes within a transaction; one that does was
    /// moved by a contract that the plan called, and the health factor is not to be believed.
    function pricesStood(Run memory run) private view {
        for (uint256 i = 0; i < run.assets.length; ++i) {
            uint256 before = run.assets[i].price;
            uint256 now_ = Markets.priceOf(run, run.assets[i]);
            uint256 apart = now_ > before ? now_ - before : before - now_;
            if (apart > before / PRICE_TOLERANCE) revert PriceMoved(run.assets[i].token, before, now_);
        }
    }

    /// Whatever a plan's calls let somebody else do, a liquidation say: the rest of the position is as it was.
    function unlistedStood(Unlisted[] memory before, Unlisted[] memory afterwards) private pure {
        if (afterwards.length > before.length) revert UnlistedHoldingTouched(afterwards[0].asset);
        for (uint256 i = 0; i < before.length; ++i) {
            bool stood = afterwards.length == before.length && afterwards[i].asset == before[i].asset
                && afterwards[i].owned >= before[i].owned && afterwards[i].owed <= before[i].owed;
            if (!stood) revert UnlistedHoldingTouched(before[i].asset);
        }
    }

    function excess(uint256 left, uint256 right) private pure returns (uint256) {
        return left > right ? left - right : 0;
    }

    function inBase(uint256 value) private pure returns (uint256) {
        return (value + VALUE_SCALE - 1) / VALUE_SCALE;
    }
}

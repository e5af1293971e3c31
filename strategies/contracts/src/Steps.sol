// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {AaveV3Adapter} from "./adapters/AaveV3Adapter.sol";
import {
    ActionNotAvailable,
    AmountAboveHeld,
    AssetNotAllowed,
    OutBelowMinimum,
    TargetNotAllowed,
    TransferShort
} from "./Errors.sol";
import {IGuard} from "./IGuard.sol";
import {Markets} from "./Markets.sol";
import {IERC20} from "./Protocols.sol";
import {Reach} from "./Reach.sol";
import {ALL, Asset, Run} from "./Run.sol";
import {Swapper} from "./Swapper.sol";
import {Tokens} from "./Tokens.sol";
import {DUE, DUE_ASSET, GIVEN, Ledger, TAKEN, load, store} from "./Transient.sol";

/// Carries out the steps of a plan. What a step may name is checked here; whether the steps did good is judged at the
/// end.
abstract contract Steps {
    address internal constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;
    uint256 private constant ROUNDING = 2; // units that the accounting of a lending protocol may round off a withdrawal

    /// Makes the calls of swaps. The same for every chain on which the guard has the same address.
    Swapper public immutable swapper = new Swapper();

    function runSteps(Run memory run) internal {
        for (uint256 i = 0; i < run.steps.length; ++i) {
            IGuard.Step memory step = run.steps[i];
            if (step.action == IGuard.Action.Swap) swap(run, step);
            else if (step.action == IGuard.Action.Repay) repay(run, step);
            else if (step.action == IGuard.Action.Supply) supply(run, step);
            else if (step.action == IGuard.Action.Withdraw) withdraw(run, step);
            else if (step.action == IGuard.Action.Pull) pull(run, step);
            else onAaveOnly(run, step);
        }
    }

    function withdraw(Run memory run, IGuard.Step memory step) private {
        Asset memory asset = collateral(run, step.asset);
        uint256 before = Tokens.balance(asset.token, address(this));
        Markets.withdraw(run, asset, step.amount);
        uint256 got = Tokens.balance(asset.token, address(this)) - before;
        if (step.amount != ALL && got + ROUNDING < step.amount) revert TransferShort(asset.token, step.amount, got);
        gain(asset, got);
    }

    function repay(Run memory run, IGuard.Step memory step) private {
        Asset memory asset = debtAsset(run, step.asset);
        uint256 amount = surplus(step);
        if (amount == 0 || !Markets.indebted(run, asset)) return;
        uint256 before = Tokens.balance(asset.token, address(this));
        uint256 allowance = allow(asset.token, run.core, amount);
        Markets.repay(run, asset, amount);
        Tokens.approve(asset.token, run.core, allowance);
        give(asset, before - Tokens.balance(asset.token, address(this)));
    }

    function supply(Run memory run, IGuard.Step memory step) private {
        Asset memory asset = collateral(run, step.asset);
        uint256 amount = surplus(step);
        if (amount == 0) return;
        uint256 before = Tokens.balance(asset.token, address(this));
        uint256 allowance = allow(asset.token, run.core, amount);
        Markets.supply(run, asset, amount);
        Tokens.approve(asset.token, run.core, allowance);
        give(asset, before - Tokens.balance(asset.token, address(this)));
    }

    function pull(Run memory run, IGuard.Step memory step) private {
        Asset memory asset = Markets.find(run, step.asset);
        uint256 amount = step.amount;
        uint256 present = Tokens.balance(asset.token, run.account);
        // Where the guard's code runs at the account, what the plan holds already is in the wallet too.
        if (run.access == IGuard.Access.Self) present -= Ledger.held(asset.token);
        if (amount == ALL) amount = present;
        if (amount > present) revert AmountAboveHeld(asset.token, amount, present);
        Reach.fetch(run, asset.token, amount);
        gain(asset, amount);
    }

    function swap(Run memory run, IGuard.Step memory step) private {
        Asset memory sold = Markets.find(run, step.asset);
        Asset memory bought = Markets.find(run, step.assetOut);
        if (sold.token == bought.token) revert AssetNotAllowed(bought.token);
        checkTarget(run, step.target);
        uint256 amount = held(step);
        Tokens.send(sold.token, address(swapper), amount);
        (uint256 unsold, uint256 got) = swapper.swap(sold.token, amount, bought.token, step.target, step.data);
        Ledger.take(sold.token, amount);
        Ledger.add(sold.token, unsold);
        if (got < step.minOut) revert OutBelowMinimum(bought.token, got, step.minOut);
        Ledger.add(bought.token, got);
    }

    function onAaveOnly(Run memory run, IGuard.Step memory step) private {
        if (!Markets.isAave(run)) revert ActionNotAvailable(step.action);
        if (step.action == IGuard.Action.Borrow) borrow(run, step);
        else if (step.action == IGuard.Action.RepayWithATokens) repayWithATokens(run, step);
        else if (!Reach.direct(run)) revert ActionNotAvailable(step.action);
        else if (step.action == IGuard.Action.SetEMode) setEMode(run, step);
        else AaveV3Adapter.useAsCollateral(run, collateral(run, step.asset), step.amount == 1);
    }

    function borrow(Run memory run, IGuard.Step memory step) private {
        Asset memory asset = debtAsset(run, step.asset);
        uint256 before = Tokens.balance(asset.token, address(this));
        AaveV3Adapter.borrow(run, asset, step.amount);
        uint256 got = Tokens.balance(asset.token, address(this)) - before;
        Tokens.exactly(asset.token, step.amount, got);
        gain(asset, got);
    }

    /// By allowance there is no call for it, so the aTokens are turned into the asset first, which needs liquidity.
    function repayWithATokens(Run memory run, IGuard.Step memory step) private {
        Asset memory asset = collateral(run, step.asset);
        debtAsset(run, step.asset);
        if (Reach.direct(run)) {
            uint256 before = Tokens.balance(asset.supplied, run.account);
            AaveV3Adapter.repayWithATokens(run, asset, step.amount);
            gain(asset, before - Tokens.balance(asset.supplied, run.account));
            give(asset, before - Tokens.balance(asset.supplied, run.account));
            return;
        }
        uint256 most = Tokens.balance(asset.debt, run.account);
        uint256 has = Tokens.balance(asset.supplied, run.account);
        if (step.amount > most) step.amount = most;
        if (step.amount > has) step.amount = has;
        uint256 already = Ledger.held(asset.token);
        withdraw(run, step);
        step.amount = Ledger.held(asset.token) - already;
        repay(run, step);
    }

    function setEMode(Run memory run, IGuard.Step memory step) private {
        if (step.amount > type(uint8).max) revert ActionNotAvailable(step.action);
        AaveV3Adapter.setEMode(run, uint8(step.amount));
    }

    /// Swaps are called from an address without rights; this only keeps mistakes in a policy from being tried.
    function checkTarget(Run memory run, address target) internal view {
        bool listed = false;
        for (uint256 i = 0; i < run.venues.length; ++i) {
            if (run.venues[i] == target) listed = true;
        }
        if (!listed || forbidden(run, target)) revert TargetNotAllowed(target);
    }

    function forbidden(Run memory run, address target) private view returns (bool) {
        if (target == run.core || target == run.entry || target == PERMIT2 || target == run.account) return true;
        if (target == address(this) || isGuard(target) || target == address(swapper)) return true;
        for (uint256 i = 0; i < run.assets.length; ++i) {
            Asset memory asset = run.assets[i];
            if (target == asset.token || target == asset.supplied) return true;
            if (target == asset.debt || target == asset.stableDebt) return true;
        }
        return false;
    }

    /// Either half of the guard's code.
    function isGuard(address target) internal view virtual returns (bool);

    /// Lets `spender` take `amount` and gives the allowance to come back to afterwards: an account may have its own.
    function allow(address token, address spender, uint256 amount) internal returns (uint256 before) {
        before = IERC20(token).allowance(address(this), spender);
        Tokens.approve(token, spender, amount);
    }

    function collateral(Run memory run, address token) private pure returns (Asset memory asset) {
        asset = Markets.find(run, token);
        if (!asset.collateral) revert AssetNotAllowed(token);
    }

    function debtAsset(Run memory run, address token) private pure returns (Asset memory asset) {
        asset = Markets.find(run, token);
        if (!asset.debtAsset) revert AssetNotAllowed(token);
    }

    function held(IGuard.Step memory step) private view returns (uint256) {
        uint256 present = Ledger.held(step.asset);
        if (step.amount == ALL) return present;
        if (step.amount > present) revert AmountAboveHeld(step.asset, step.amount, present);
        return step.amount;
    }

    /// The same, but all is what the loan does not take back.
    function surplus(IGuard.Step memory step) private view returns (uint256 amount) {
        amount = held(step);
        if (step.amount != ALL || load(DUE_ASSET) != uint160(step.asset)) return amount;
        uint256 due = load(DUE);
        return amount > due ? amount - due : 0;
    }

    /// What leaves the account's position or wallet. It counts against the budget, whether or not it comes back.
    function gain(Asset memory asset, uint256 amount) private {
        Ledger.add(asset.token, amount);
        store(TAKEN, load(TAKEN) + Markets.value(asset, amount));
    }

    /// What comes back to the account: against its debts, into its position or into its wallet.
    function give(Asset memory asset, uint256 amount) internal {
        Ledger.take(asset.token, amount);
        store(GIVEN, load(GIVEN) + Markets.value(asset, amount));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {WrongPlace} from "./Errors.sol";
import {IGuard} from "./IGuard.sol";
import {Judgement} from "./Judgement.sol";
import {Lenders} from "./Lenders.sol";
import {Markets} from "./Markets.sol";
import {Run, Snapshot} from "./Run.sol";
import {Tokens} from "./Tokens.sol";
import {Ledger} from "./Transient.sol";

/// The half of the guard's code that carries out plans; the guard's constructor creates it, and the guard runs it by
/// delegatecall (one contract would be above the size limit). It has no storage and does nothing when called by itself.
contract Rescuer is Lenders {
    address private immutable SELF = address(this);
    address private immutable GUARD = msg.sender;

    /// Carries out a plan that the guard has admitted, and reverts if the effects are not those of a rescue.
    /// @param health before the plan
    function rescue(IGuard.Plan calldata plan, IGuard.Policy calldata policy, uint256 health)
        external
        returns (uint256 healthAfter, uint256 moved, uint256 lost)
    {
        if (address(this) == SELF) revert WrongPlace(SELF);
        Run memory run = Markets.open(plan, policy);
        Snapshot memory before = Judgement.measure(run);
        carryOut(run);
        handOver(run);
        healthAfter = Markets.health(plan.market, plan.account);
        Judgement.health(policy, plan.floor, health, healthAfter);
        (moved, lost) = Judgement.effects(run, before, policy.maxLossBps);
    }

    /// All that is here of what the plan touched goes to the account, with what anybody had sent in. At the account
    /// itself it is there already.
    function handOver(Run memory run) private {
        for (uint256 i = 0; i < run.assets.length; ++i) {
            address token = run.assets[i].token;
            if (!Ledger.touched(token)) continue;
            give(run.assets[i], Ledger.held(token));
            Ledger.clear(token);
            if (address(this) == run.account) continue;
            uint256 amount = Tokens.balance(token, address(this));
            if (amount != 0) Tokens.send(token, run.account, amount);
        }
    }

    function isGuard(address target) internal view override returns (bool) {
        return target == GUARD || target == SELF;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {HealthNotBelowTrigger, UnexpectedCallback} from "./Errors.sol";
import {IGuard} from "./IGuard.sol";
import {Markets} from "./Markets.sol";
import {Normal} from "./Normal.sol";
import {PolicyBook} from "./PolicyBook.sol";
import {Rescuer} from "./Rescuer.sol";
import {Swapper} from "./Swapper.sol";
import {LENDER, Lock, load} from "./Transient.sol";

/// The guard: see IGuard. One per chain, for everybody; it has no owner, is never changed and holds nothing between
/// plans. An account may also delegate to it (EIP-7702), then the same code runs at the account and serves that account
/// alone.
contract Guard is PolicyBook, Normal {
    /// Carries out plans, run by delegatecall. Created here: like the guard it never changes.
    Rescuer public immutable rescuer = new Rescuer();

    /// Makes the calls of swaps, from an address without any rights.
    function swapper() external view returns (Swapper) {
        return rescuer.swapper();
    }

    /// @inheritdoc IGuard
    /// @dev What can be refused cheaply comes first: the policy, then the health factor.
    function execute(Plan calldata plan) external {
        Lock.take();
        bytes32 key = keyOf(plan.market);
        Policy storage policy = policyAt(plan.account, key);
        admit(policy, plan, key);
        uint256 health = Markets.health(plan.market, plan.account);
        if (health >= policy.trigger) revert HealthNotBelowTrigger(health, policy.trigger);
        bytes memory result = atRescuer(abi.encodeCall(Rescuer.rescue, (plan, policy, health)));
        (uint256 healthAfter, uint256 moved, uint256 lost) = abi.decode(result, (uint256, uint256, uint256));
        spend(plan.account, key, moved, policy.valuePerDay);
        emit Rescued(plan.account, key, health, healthAfter, moved, lost);
        Lock.release();
    }

    /// The lender calls back here. Without a loan that was asked for there is nothing to call back about.
    function onCallback() internal override returns (bytes memory) {
        if (load(LENDER) != uint160(msg.sender)) revert UnexpectedCallback(msg.sender);
        return atRescuer(msg.data);
    }

    function atRescuer(bytes memory data) private returns (bytes memory result) {
        bool done;
        (done, result) = address(rescuer).delegatecall(data);
        if (done) return result;
        assembly ("memory-safe") {
            revert(add(result, 32), mload(result))
        }
    }
}

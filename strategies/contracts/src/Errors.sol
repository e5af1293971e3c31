// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IGuard} from "./IGuard.sol";

// Why a plan, a policy or a callback is refused; each is named for what was violated.

// The plan before anything has moved.
error Busy(); // another plan is under way
error WrongPlace(address account); // a delegating account serves itself alone; the singleton serves all others
error NoPolicy(address account, bytes32 market);
error NotGuardian(address caller);
error PolicyExpired(uint256 expiry);
error DeadlinePassed(uint256 deadline);
error CoolingDown(uint256 until);
error HealthNotBelowTrigger(uint256 health, uint256 trigger);
error AssetNotInMarket(address asset);
error PriceMissing(address asset);

// A step.
error ActionNotAvailable(IGuard.Action action);
error AssetNotAllowed(address asset);
error TargetNotAllowed(address target);
error AmountAboveHeld(address asset, uint256 amount, uint256 held);
error OutBelowMinimum(address asset, uint256 received, uint256 minimum);
error TransferShort(address token, uint256 expected, uint256 received);
error TokenCallFailed(address token, bytes reason);
error SwapCallFailed(address target, bytes reason);
error AccountCallFailed(address target, bytes reason);

// The loan.
error LenderNotAllowed(IGuard.Lender lender, address source);
error UnexpectedCallback(address caller);
error LoanNotGiven(address source);
error LoanShort(uint256 expected, uint256 received);
error LoanNotCovered(uint256 owed, uint256 held);

// What the plan has done.
error HealthNotRaised(uint256 before, uint256 afterwards);
error HealthBelowFloor(uint256 health, uint256 floor);
error HealthAboveCeiling(uint256 health, uint256 ceiling);
error ClosingNotAllowed();
error DebtRaised(uint256 before, uint256 afterwards, uint256 tolerated);
error LossAboveLimit(uint256 lost, uint256 allowed);
error BudgetExceeded(uint256 spent, uint256 budget);
error UnlistedHoldingTouched(address asset);
error PriceMoved(address asset, uint256 before, uint256 afterwards);

// The policy.
error PolicyNotValid(string what);
error SignatureExpired(uint256 deadline);
error SignatureNotValid();
error NonceNotNext(uint256 nonce, uint256 next);
error NotForEther();

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Accounts} from "./support/Accounts.sol";
import {Coin} from "./support/Coin.sol";
import "../src/Errors.sol";
import {IGuard} from "../src/IGuard.sol";

/// Tokens that behave unlike the standard: funds are never lost, and the refusal says which token and why.
contract TokensTest is Accounts {
    function test_R09_tokens_that_return_nothing_and_want_zero_first() public {
        for (uint256 i = 0; i < 3; ++i) {
            weth.setSilent(false);
            usdc.setSilent(false);
            price(weth, 2000e8);
            address account = inTrouble(IGuard.Access(i), aaveMarket());
            weth.setSilent(true);
            usdc.setSilent(true);
            usdc.mint(account, 50e6);
            IGuard.Plan memory plan = flashPlan(account, 3000e6, 1.75e18, 10);
            plan.steps[0] = step(IGuard.Action.Repay, usdc, 3000e6);
            run(plan);
            isClean();
        }
    }

    function pullPlan(IGuard.Access access) private returns (IGuard.Plan memory plan) {
        address account = inTrouble(access, aaveMarket());
        usdc.mint(account, 500e6);
        plan = emptyPlan(account, aaveMarket(), 2);
        plan.steps[0] = step(IGuard.Action.Pull, usdc, 500e6);
        plan.steps[1] = step(IGuard.Action.Repay, usdc, ALL);
    }

    function test_R09_tokens_that_return_false() public {
        IGuard.Plan memory plan = pullPlan(IGuard.Access.Allowance);
        usdc.setFailing(true);
        runRefused(plan, abi.encodeWithSelector(TokenCallFailed.selector, usdc, abi.encode(false)));
        usdc.setFailing(false);
        plan = pullPlan(IGuard.Access.Module);
        usdc.setFailing(true);
        runRefused(plan, abi.encodeWithSelector(TokenCallFailed.selector, usdc, abi.encode(false)));
    }

    function test_R09_tokens_that_take_a_fee() public {
        IGuard.Plan memory plan = pullPlan(IGuard.Access.Allowance);
        usdc.setFee(10);
        runRefused(plan, abi.encodeWithSelector(TransferShort.selector, usdc, 500e6, 499.5e6));
        usdc.setFee(0);
        plan = pullPlan(IGuard.Access.Module);
        usdc.setFee(10);
        runRefused(plan, abi.encodeWithSelector(TransferShort.selector, usdc, 500e6, 499.5e6));
        usdc.setFee(0);
        for (uint256 i = 0; i < 3; ++i) {
            price(weth, 2000e8);
            plan = plainPlan(inTrouble(IGuard.Access(i), aaveMarket()), aaveMarket(), 0.2e18, 10);
            weth.setFee(10);
            runRefused(plan, abi.encodeWithSelector(TransferShort.selector, weth, 0.2e18, 0.1998e18));
            weth.setFee(0);
        }
    }

    /// A fee on what the venue pays is a loss like any other: small ones pass, great ones do not.
    function test_R09_a_fee_on_the_way_out_of_the_swapper() public {
        IGuard.Plan memory plan = plainPlan(inTrouble(IGuard.Access.Self, aaveMarket()), aaveMarket(), 0.3e18, 10);
        usdc.setFee(50);
        runRefused(plan, TransferShort.selector);
    }

    function test_R09_banned() public {
        IGuard.Plan memory plan = pullPlan(IGuard.Access.Allowance);
        usdc.ban(address(guard), true);
        runRefused(plan, TokenCallFailed.selector);
        usdc.ban(address(guard), false);
        // The account cannot receive what is left over: the whole plan is undone.
        plan = flashPlan(plan.account, 3000e6, 1.75e18, 10);
        plan.steps[1] = step(IGuard.Action.Withdraw, weth, 1.76e18);
        weth.ban(plan.account, true);
        uint256 health = healthOf(plan.account);
        runRefused(plan, TokenCallFailed.selector);
        equal(healthOf(plan.account), health, "nothing happened");
        weth.ban(plan.account, false);
        run(plan);
        equal(weth.balanceOf(plan.account), 0.01e18, "and so it goes through");
    }

    function test_R09_a_banned_swapper() public {
        IGuard.Plan memory plan = plainPlan(inTrouble(IGuard.Access.Self, aaveMarket()), aaveMarket(), 0.3e18, 10);
        weth.ban(address(guard.swapper()), true);
        runRefused(plan, TokenCallFailed.selector);
    }

    /// An account's own allowances to the pool are as they were.
    function test_own_allowances_come_back() public {
        IGuard.Plan memory plan = flashPlan(inTrouble(IGuard.Access.Self, aaveMarket()), 3000e6, 1.75e18, 10);
        vm.prank(plan.account);
        usdc.approve(address(pool), 123e6);
        usdc.setSilent(true);
        run(plan);
        equal(usdc.allowance(plan.account, address(pool)), 123e6, "as before");
    }
}

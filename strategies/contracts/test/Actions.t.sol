// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Accounts} from "./support/Accounts.sol";
import {
    AccountCallFailed,
    ActionNotAvailable,
    AmountAboveHeld,
    AssetNotAllowed,
    ClosingNotAllowed,
    HealthNotRaised,
    OutBelowMinimum
} from "../src/Errors.sol";
import {IGuard} from "../src/IGuard.sol";

/// What plans are made of, and what each step refuses.
contract ActionsTest is Accounts {
    function test_full_close() public {
        for (uint256 i = 0; i < 3; ++i) {
            price(weth, 2000e8);
            IGuard.Access access = IGuard.Access(i);
            address account = inTrouble(access, aaveMarket());
            IGuard.Plan memory plan = flashPlan(account, 14_001e6, ALL, 20);
            plan.steps[2] = sale(weth, 8.1e18, usdc, 20);
            runRefused(plan, abi.encodeWithSelector(ClosingNotAllowed.selector));
            IGuard.Policy memory made = policy(access);
            made.mayClose = true;
            setPolicy(account, aaveMarket(), made);
            // The last step finds no debt any more; what is over goes to the account.
            run(plan);
            equal(debtOf(account, usdc) + aToken(weth).balanceOf(account), 0, "closed");
            equal(weth.balanceOf(account), 1.9e18, "what was not sold is the account's");
            isTrue(usdc.balanceOf(account) > 0, "and what was over");
            isClean();
        }
    }

    /// WBTC counts with 75 %, WETH with 82.5 %: moving to WETH raises the health factor without any repayment.
    function test_collateral_swap() public {
        for (uint256 i = 0; i < 3; ++i) {
            IGuard.Access access = IGuard.Access(i);
            address account = accountOf(access);
            price(wbtc, 40_000e8);
            supplyFor(account, wbtc, 0.5e8);
            borrowFor(account, usdc, 13_900e6);
            spend(account, usdc);
            price(wbtc, 38_000e8);
            IGuard.Policy memory made = policy(access);
            made.collaterals = list(address(wbtc), address(weth));
            setPolicy(account, aaveMarket(), made);
            IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 3);
            plan.loan = IGuard.Loan(IGuard.Lender.AaveV3, address(pool), address(wbtc), 0.3e8);
            plan.steps[0] = sale(wbtc, 0.3e8, weth, 20);
            plan.steps[1] = step(IGuard.Action.Supply, weth, ALL);
            plan.steps[2] = step(IGuard.Action.Withdraw, wbtc, 0.30015e8);
            uint256 before = healthOf(account);
            run(plan);
            isTrue(healthOf(account) > before, "health");
            atMost(aToken(wbtc).balanceOf(account), 0.199851e8, "sold");
            isTrue(aToken(weth).balanceOf(account) > 5.6e18, "bought");
            isClean();
        }
    }

    /// A debt swap alone costs health: here a part is repaid from the collateral as well.
    function test_debt_swap() public {
        for (uint256 i = 0; i < 3; ++i) {
            price(weth, 2000e8);
            IGuard.Access access = IGuard.Access(i);
            address account = inTrouble(access, aaveMarket());
            IGuard.Policy memory made = policy(access);
            made.debts = list(address(usdc), address(dai));
            setPolicy(account, aaveMarket(), made);
            IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 6);
            plan.loan = IGuard.Loan(IGuard.Lender.AaveV3, address(pool), address(usdc), 8000e6);
            plan.steps[0] = step(IGuard.Action.Repay, usdc, 8000e6);
            plan.steps[1] = step(IGuard.Action.Withdraw, weth, 2e18);
            plan.steps[2] = sale(weth, 2e18, usdc, 10);
            plan.steps[3] = step(IGuard.Action.Borrow, dai, 5000e18);
            plan.steps[4] = sale(dai, 5000e18, usdc, 10);
            plan.steps[5] = step(IGuard.Action.Repay, usdc, ALL);
            run(plan);
            equal(debtOf(account, dai), 5000e18, "owes the other");
            atMost(debtOf(account, usdc), 6000e6, "and less of the first");
            isClean();
        }
    }

    function test_repay_with_own_atokens() public {
        for (uint256 i = 0; i < 3; ++i) {
            price(weth, 2000e8);
            IGuard.Access access = IGuard.Access(i);
            address account = inTrouble(access, aaveMarket());
            supplyFor(account, usdc, 500e6);
            price(weth, 1700e8);
            IGuard.Policy memory made = policy(access);
            made.collaterals = list(address(weth), address(usdc));
            setPolicy(account, aaveMarket(), made);
            IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 1);
            plan.steps[0] = step(IGuard.Action.RepayWithATokens, usdc, i == 0 ? ALL : 499e6);
            uint256 before = healthOf(account);
            run(plan);
            isTrue(healthOf(account) > before, "health");
            atMost(debtOf(account, usdc), 13_501e6, "repaid");
            isClean();
        }
    }

    function test_emode_and_unused_collateral() public {
        for (uint256 i = 1; i < 3; ++i) {
            IGuard.Access access = IGuard.Access(i);
            address account = accountOf(access);
            price(usdc, 1e8);
            supplyFor(account, usdc, 10_000e6);
            supplyFor(account, weth, 0.1e18);
            borrowFor(account, dai, 7700e18);
            vm.prank(account);
            pool.setUserUseReserveAsCollateral(address(weth), false);
            IGuard.Policy memory made = policy(access);
            made.collaterals = list(address(weth), address(usdc));
            made.debts = list(address(dai));
            setPolicy(account, aaveMarket(), made);
            IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 1);
            plan.steps[0] = step(IGuard.Action.UseAsCollateral, weth, 1);
            uint256 before = healthOf(account);
            run(plan);
            isTrue(healthOf(account) > before, "collateral counts");
            price(usdc, 0.93e8);
            before = healthOf(account);
            plan.steps[0] = step(IGuard.Action.SetEMode, dai, 1);
            run(plan);
            isTrue(healthOf(account) > before, "in eMode");
            isClean();
        }
    }

    function test_wallet_repays_and_tops_up() public {
        for (uint256 i = 0; i < 3; ++i) {
            price(weth, 2000e8);
            IGuard.Access access = IGuard.Access(i);
            address account = inTrouble(access, aaveMarket());
            usdc.mint(account, 500e6);
            weth.mint(account, 0.3e18);
            IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 4);
            plan.steps[0] = step(IGuard.Action.Pull, usdc, 200e6);
            plan.steps[1] = step(IGuard.Action.Repay, usdc, ALL);
            plan.steps[2] = step(IGuard.Action.Pull, weth, ALL);
            plan.steps[3] = step(IGuard.Action.Supply, weth, 0.2e18);
            run(plan);
            equal(usdc.balanceOf(account), 300e6, "only what was named");
            equal(weth.balanceOf(account), 0.1e18, "the rest came back");
            isClean();
        }
    }

    function test_wallet_of_a_morpho_account() public {
        for (uint256 i = 0; i < 3; ++i) {
            price(weth, 2000e8);
            address account = inTrouble(IGuard.Access(i), morphoMarket());
            usdc.mint(account, 200e6);
            weth.mint(account, 0.3e18);
            IGuard.Plan memory plan = emptyPlan(account, morphoMarket(), 4);
            plan.steps[0] = step(IGuard.Action.Pull, usdc, ALL);
            plan.steps[1] = step(IGuard.Action.Repay, usdc, 200e6);
            plan.steps[2] = step(IGuard.Action.Pull, weth, 0.3e18);
            plan.steps[3] = step(IGuard.Action.Supply, weth, ALL);
            run(plan);
            equal(usdc.balanceOf(account) + weth.balanceOf(account), 0, "all was used");
            isClean();
        }
    }

    // ---- refused

    function one(IGuard.Access access, IGuard.Action action, address asset, uint256 amount)
        private
        returns (IGuard.Plan memory plan)
    {
        plan = emptyPlan(inTrouble(access, aaveMarket()), aaveMarket(), 1);
        plan.steps[0].action = action;
        plan.steps[0].asset = asset;
        plan.steps[0].amount = amount;
    }

    function test_refuses_assets_that_the_policy_does_not_list() public {
        IGuard.Action[7] memory actions = [
            IGuard.Action.Withdraw,
            IGuard.Action.Repay,
            IGuard.Action.Supply,
            IGuard.Action.Pull,
            IGuard.Action.Borrow,
            IGuard.Action.RepayWithATokens,
            IGuard.Action.UseAsCollateral
        ];
        IGuard.Plan memory plan = one(IGuard.Access.Self, IGuard.Action.Withdraw, address(wbtc), 1);
        for (uint256 i = 0; i < actions.length; ++i) {
            plan.steps[0].action = actions[i];
            runRefused(plan, abi.encodeWithSelector(AssetNotAllowed.selector, wbtc));
        }
    }

    function test_refuses_a_debt_as_collateral_and_the_reverse() public {
        IGuard.Plan memory plan = one(IGuard.Access.Self, IGuard.Action.Withdraw, address(usdc), 1);
        bytes memory reason = abi.encodeWithSelector(AssetNotAllowed.selector, usdc);
        runRefused(plan, reason);
        plan.steps[0].action = IGuard.Action.Supply;
        runRefused(plan, reason);
        plan.steps[0].action = IGuard.Action.RepayWithATokens;
        runRefused(plan, reason);
        plan.steps[0].asset = address(weth);
        reason = abi.encodeWithSelector(AssetNotAllowed.selector, weth);
        runRefused(plan, reason);
        plan.steps[0].action = IGuard.Action.Repay;
        runRefused(plan, reason);
        plan.steps[0].action = IGuard.Action.Borrow;
        runRefused(plan, reason);
    }

    function test_refuses_to_swap_an_asset_into_itself_or_out_of_the_list() public {
        IGuard.Plan memory plan = plainPlan(inTrouble(IGuard.Access.Self, aaveMarket()), aaveMarket(), 0.1e18, 10);
        plan.steps[1].assetOut = address(weth);
        runRefused(plan, abi.encodeWithSelector(AssetNotAllowed.selector, weth));
        plan.steps[1].assetOut = address(dai);
        runRefused(plan, abi.encodeWithSelector(AssetNotAllowed.selector, dai));
    }

    function test_refuses_more_than_is_held() public {
        IGuard.Plan memory plan = plainPlan(inTrouble(IGuard.Access.Self, aaveMarket()), aaveMarket(), 0.1e18, 10);
        weth.mint(plan.account, 5e18); // the wallet is not what the plan holds
        plan.steps[1].amount = 0.1e18 + 1;
        runRefused(plan, abi.encodeWithSelector(AmountAboveHeld.selector, weth, 0.1e18 + 1, 0.1e18));
        plan = one(IGuard.Access.Self, IGuard.Action.Repay, address(usdc), 1);
        runRefused(plan, abi.encodeWithSelector(AmountAboveHeld.selector, usdc, 1, 0));
        plan.steps[0] = step(IGuard.Action.Pull, usdc, 1);
        runRefused(plan, abi.encodeWithSelector(AmountAboveHeld.selector, usdc, 1, 0));
    }

    /// What the plan holds of the account's wallet already cannot be pulled out of it again.
    function test_refuses_to_pull_twice_at_the_account() public {
        IGuard.Plan memory plan = emptyPlan(inTrouble(IGuard.Access.Self, aaveMarket()), aaveMarket(), 2);
        usdc.mint(plan.account, 100e6);
        plan.steps[0] = step(IGuard.Action.Pull, usdc, 70e6);
        plan.steps[1] = step(IGuard.Action.Pull, usdc, 40e6);
        runRefused(plan, abi.encodeWithSelector(AmountAboveHeld.selector, usdc, 40e6, 30e6));
    }

    function test_R05_refuses_less_than_the_minimum() public {
        IGuard.Plan memory plan = plainPlan(inTrouble(IGuard.Access.Module, aaveMarket()), aaveMarket(), 0.1e18, 10);
        plan.steps[1].minOut = 175e6;
        runRefused(plan, abi.encodeWithSelector(OutBelowMinimum.selector, usdc, 174.825e6, 175e6));
    }

    function test_refuses_what_an_allowance_cannot_do() public {
        IGuard.Plan memory plan = one(IGuard.Access.Allowance, IGuard.Action.SetEMode, address(usdc), 1);
        runRefused(plan, abi.encodeWithSelector(ActionNotAvailable.selector, IGuard.Action.SetEMode));
        plan.steps[0] = step(IGuard.Action.UseAsCollateral, weth, 1);
        runRefused(plan, abi.encodeWithSelector(ActionNotAvailable.selector, IGuard.Action.UseAsCollateral));
    }

    function test_refuses_an_emode_that_is_no_number_of_one() public {
        IGuard.Plan memory plan = one(IGuard.Access.Self, IGuard.Action.SetEMode, address(usdc), 257);
        runRefused(plan, abi.encodeWithSelector(ActionNotAvailable.selector, IGuard.Action.SetEMode));
    }

    function test_refuses_aaves_actions_on_morpho() public {
        address account = inTrouble(IGuard.Access.Self, morphoMarket());
        for (uint8 i = uint8(IGuard.Action.Borrow); i <= uint8(IGuard.Action.UseAsCollateral); ++i) {
            IGuard.Plan memory plan = emptyPlan(account, morphoMarket(), 1);
            plan.steps[0] = step(IGuard.Action(i), usdc, 1);
            runRefused(plan, abi.encodeWithSelector(ActionNotAvailable.selector, IGuard.Action(i)));
        }
    }

    function test_passes_on_what_the_protocol_says() public {
        IGuard.Plan memory plan = one(IGuard.Access.Self, IGuard.Action.Withdraw, address(weth), 5e18);
        runRefused(
            plan,
            abi.encodeWithSelector(AccountCallFailed.selector, pool, abi.encodeWithSignature("Error(string)", "35"))
        );
        plan = one(IGuard.Access.Module, IGuard.Action.Withdraw, address(weth), 5e18);
        runRefused(
            plan,
            abi.encodeWithSelector(AccountCallFailed.selector, pool, abi.encodeWithSignature("Error(string)", "35"))
        );
    }

    function test_refuses_a_plan_that_does_nothing() public {
        IGuard.Plan memory plan = emptyPlan(inTrouble(IGuard.Access.Self, aaveMarket()), aaveMarket(), 0);
        uint256 health = healthOf(plan.account);
        runRefused(plan, abi.encodeWithSelector(HealthNotRaised.selector, health, health));
    }
}

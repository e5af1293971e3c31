// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Pools} from "./support/Pools.sol";
import {
    LenderNotAllowed,
    LoanNotCovered,
    LoanNotGiven,
    LoanShort,
    TargetNotAllowed,
    UnexpectedCallback
} from "../src/Errors.sol";
import {IGuard} from "../src/IGuard.sol";
import {HostileLender} from "./support/Hostile.sol";

contract LendersTest is Pools {
    HostileLender private hostile;

    function setUp() public override {
        super.setUp();
        hostile = new HostileLender();
    }

    /// A plan of `inTrouble`'s account with a loan, which the policy's venues allow.
    function prepared(IGuard.Access access, IGuard.Lender lender, address source)
        private
        returns (IGuard.Plan memory plan)
    {
        address account = inTrouble(access, aaveMarket());
        IGuard.Policy memory made = policy(access);
        made.venues = list(address(desk), source);
        setPolicy(account, aaveMarket(), made);
        plan = flashPlan(account, 3000e6, 1.75e18, 10);
        plan.loan.lender = lender;
        plan.loan.source = source;
    }

    function runs(IGuard.Plan memory plan) private {
        uint256 debt = debtOf(plan.account, usdc);
        run(plan);
        atMost(debtOf(plan.account, usdc), debt - 3000e6, "debt is lower");
        isClean();
        equal(usdc.allowance(plan.account, plan.loan.source), 0, "no allowance of the account");
    }

    function test_morpho_lends_to_all() public {
        for (uint256 i = 0; i < 3; ++i) {
            price(weth, 2000e8);
            runs(prepared(IGuard.Access(i), IGuard.Lender.MorphoBlue, address(morpho)));
        }
    }

    function test_uniswap_lends_to_all() public {
        for (uint256 i = 0; i < 3; ++i) {
            price(weth, 2000e8);
            runs(prepared(IGuard.Access(i), IGuard.Lender.UniswapV3, address(loanPool)));
        }
    }

    /// The collateral can be borrowed too: sold first, given back out of the position.
    function test_the_collateral_as_a_loan() public {
        address account = inTrouble(IGuard.Access.Allowance, aaveMarket());
        IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 3);
        plan.loan = IGuard.Loan(IGuard.Lender.AaveV3, address(pool), address(weth), 2e18);
        plan.steps[0] = sale(weth, 2e18, usdc, 20);
        plan.steps[1] = step(IGuard.Action.Repay, usdc, ALL);
        plan.steps[2] = step(IGuard.Action.Withdraw, weth, 2.001e18);
        run(plan);
        equal(weth.balanceOf(account), 2.001e18 - 2e18 - 0.001e18, "the premium of 5 bps was all that was over");
        isClean();
    }

    function test_morpho_repays_first() public {
        for (uint256 i = 0; i < 3; ++i) {
            price(weth, 2000e8);
            address account = inTrouble(IGuard.Access(i), morphoMarket());
            (, uint128 shares,) = morpho.position(morphoId, account);
            IGuard.Plan memory plan = emptyPlan(account, morphoMarket(), 3);
            plan.loan = IGuard.Loan(IGuard.Lender.MorphoRepay, address(morpho), address(usdc), 5000e6);
            plan.steps[0] = step(IGuard.Action.Withdraw, weth, 3e18);
            plan.steps[1] = sale(weth, 3e18, usdc, 30);
            plan.steps[2] = step(IGuard.Action.Repay, usdc, ALL);
            run(plan);
            (, uint128 sharesAfter,) = morpho.position(morphoId, account);
            isTrue(sharesAfter < uint256(shares) * 9000 / 14_000, "debt is lower");
            equal(usdc.balanceOf(account), 0, "all was repaid");
            isClean();
        }
    }

    function test_morpho_repays_all_first() public {
        address account = inTrouble(IGuard.Access.Self, morphoMarket());
        IGuard.Policy memory made = policy(IGuard.Access.Self);
        made.trigger = 1.1e18;
        made.mayClose = true;
        setPolicy(account, morphoMarket(), made);
        IGuard.Plan memory plan = emptyPlan(account, morphoMarket(), 2);
        plan.loan = IGuard.Loan(IGuard.Lender.MorphoRepay, address(morpho), address(usdc), ALL);
        plan.steps[0] = step(IGuard.Action.Withdraw, weth, ALL);
        plan.steps[1] = sale(weth, 8.1e18, usdc, 30);
        run(plan);
        (, uint128 shares, uint128 collateral) = morpho.position(morphoId, account);
        equal(shares + collateral, 0, "closed");
        equal(weth.balanceOf(account), 1.9e18, "the rest went to the account");
        isTrue(usdc.balanceOf(account) > 100e6, "and what was over");
        isClean();
    }

    function test_morpho_lends_in_its_own_market() public {
        address account = inTrouble(IGuard.Access.Allowance, morphoMarket());
        IGuard.Plan memory plan = flashPlan(account, 3000e6, 1.75e18, 10);
        plan.market = morphoMarket();
        plan.loan = IGuard.Loan(IGuard.Lender.MorphoBlue, address(morpho), address(usdc), 3000e6);
        run(plan);
        isClean();
    }

    // ---- refused

    function test_refuses_a_lender_that_is_not_a_venue() public {
        IGuard.Plan memory plan = prepared(IGuard.Access.Allowance, IGuard.Lender.MorphoBlue, address(hostile));
        plan.loan.source = address(morpho);
        runRefused(plan, abi.encodeWithSelector(TargetNotAllowed.selector, morpho));
    }

    function test_refuses_the_pool_by_another_name() public {
        IGuard.Plan memory plan = prepared(IGuard.Access.Allowance, IGuard.Lender.MorphoBlue, address(pool));
        runRefused(plan, abi.encodeWithSelector(LenderNotAllowed.selector, IGuard.Lender.MorphoBlue, pool));
    }

    function test_refuses_morphos_repayment_for_aave() public {
        IGuard.Plan memory plan = prepared(IGuard.Access.Allowance, IGuard.Lender.MorphoRepay, address(morpho));
        runRefused(plan, abi.encodeWithSelector(LenderNotAllowed.selector, IGuard.Lender.MorphoRepay, morpho));
        plan.loan.source = address(pool);
        runRefused(plan, abi.encodeWithSelector(LenderNotAllowed.selector, IGuard.Lender.MorphoRepay, pool));
    }

    function test_refuses_a_loan_that_the_steps_cannot_cover() public {
        IGuard.Plan memory plan = prepared(IGuard.Access.Allowance, IGuard.Lender.AaveV3, address(hostile));
        plan.loan.source = address(pool);
        plan.steps[1].amount = 1.6e18;
        plan.steps[2] = sale(weth, 1.6e18, usdc, 10);
        runRefused(plan, abi.encodeWithSelector(LoanNotCovered.selector, 3001.5e6, desk.quote(weth, 1.6e18, usdc, 10)));
    }

    function hostilePlan(IGuard.Lender lender, HostileLender.Trick trick) private returns (IGuard.Plan memory plan) {
        plan = prepared(IGuard.Access.Allowance, lender, address(hostile));
        hostile.set(trick, address(usdc));
    }

    function test_refuses_a_lender_that_does_not_call_back() public {
        IGuard.Plan memory plan = hostilePlan(IGuard.Lender.AaveV3, HostileLender.Trick.Silent);
        runRefused(plan, abi.encodeWithSelector(LoanNotGiven.selector, hostile));
    }

    function test_refuses_a_lender_that_lends_less() public {
        IGuard.Plan memory plan = hostilePlan(IGuard.Lender.AaveV3, HostileLender.Trick.Short);
        runRefused(plan, abi.encodeWithSelector(LoanShort.selector, 3000e6, 3000e6 - 1));
    }

    function test_refuses_a_lender_that_calls_back_twice() public {
        runRefused(hostilePlan(IGuard.Lender.AaveV3, HostileLender.Trick.Twice), UnexpectedCallback.selector);
    }

    function test_refuses_a_lender_that_changes_the_plan() public {
        runRefused(hostilePlan(IGuard.Lender.AaveV3, HostileLender.Trick.OtherData), UnexpectedCallback.selector);
    }

    function test_refuses_a_lender_that_calls_back_as_another() public {
        runRefused(hostilePlan(IGuard.Lender.AaveV3, HostileLender.Trick.OtherCallback), UnexpectedCallback.selector);
    }

    function test_refuses_a_callback_by_a_third_party() public {
        runRefused(hostilePlan(IGuard.Lender.AaveV3, HostileLender.Trick.ThirdParty), UnexpectedCallback.selector);
    }

    /// The lender may ask for any premium; what it gets is bounded like every other loss.
    function test_R06_refuses_a_premium_that_costs_too_much() public {
        IGuard.Plan memory plan = hostilePlan(IGuard.Lender.AaveV3, HostileLender.Trick.Dear);
        runRefused(plan, bytes4(keccak256("LossAboveLimit(uint256,uint256)")));
    }

    function test_honest_stand_in_lends() public {
        runs(hostilePlan(IGuard.Lender.AaveV3, HostileLender.Trick.None));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Accounts} from "./support/Accounts.sol";
import {PriceMover, Seizer} from "./support/Targets.sol";
import "../src/Errors.sol";
import {IGuard} from "../src/IGuard.sol";

/// Each condition of a plan, violated alone.
contract ConditionsTest is Accounts {
    address private account;
    IGuard.Plan private good;

    function setUp() public override {
        super.setUp();
        account = inTrouble(IGuard.Access.Allowance, aaveMarket());
        store(flashPlan(account, 3000e6, 1.75e18, 30));
    }

    function store(IGuard.Plan memory plan) private {
        good.account = plan.account;
        good.market = plan.market;
        good.deadline = plan.deadline;
        good.loan = plan.loan;
        for (uint256 i = 0; i < plan.steps.length; ++i) {
            good.steps.push(plan.steps[i]);
        }
    }

    function test_the_plan_itself_is_good() public {
        run(good);
    }

    // ---- at the entry

    function test_no_policy() public {
        IGuard.Plan memory plan = good;
        plan.account = dora;
        bytes32 key = keccak256(abi.encode(plan.market));
        refuses(WrongPlace.selector);
        guard_(dora).execute(good);
        plan.account = address(0xB0B);
        runRefused(plan, abi.encodeWithSelector(NoPolicy.selector, address(0xB0B), key));
        plan.account = account;
        plan.market.id = bytes32(uint256(1));
        key = keccak256(abi.encode(plan.market));
        runRefused(plan, abi.encodeWithSelector(NoPolicy.selector, account, key));
    }

    function guard_(address at) private view returns (IGuard) {
        return IGuard(address(placeOf(at)));
    }

    function test_not_the_guardian() public {
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(NotGuardian.selector, account));
        guard.execute(good);
    }

    function test_expired() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.expiry = uint40(block.timestamp + 10);
        setPolicy(account, aaveMarket(), made);
        IGuard.Plan memory plan = good;
        plan.deadline += 10;
        vm.warp(block.timestamp + 9);
        uint256 snapshot = vm.snapshotState();
        run(plan);
        vm.revertToState(snapshot);
        vm.warp(block.timestamp + 1);
        runRefused(plan, abi.encodeWithSelector(PolicyExpired.selector, made.expiry));
    }

    function test_P04_R13_deadline() public {
        vm.warp(block.timestamp + 1);
        runRefused(good, abi.encodeWithSelector(DeadlinePassed.selector, good.deadline));
    }

    function test_cooldown() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.cooldown = 600;
        made.floor = 0;
        setPolicy(account, aaveMarket(), made);
        run(good);
        price(weth, 1600e8);
        usdc.mint(account, 200e6);
        uint256 start = block.timestamp;
        IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 2);
        plan.steps[0] = step(IGuard.Action.Pull, usdc, ALL);
        plan.steps[1] = step(IGuard.Action.Repay, usdc, ALL);
        plan.deadline += 600;
        vm.warp(start + 599);
        runRefused(plan, abi.encodeWithSelector(CoolingDown.selector, start + 600));
        vm.warp(start + 600);
        run(plan);
    }

    function test_R01_health_not_below_the_trigger() public {
        price(weth, 1800e8);
        uint256 health = healthOf(account);
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.trigger = uint96(health);
        setPolicy(account, aaveMarket(), made);
        runRefused(good, abi.encodeWithSelector(HealthNotBelowTrigger.selector, health, health));
        made.trigger = uint96(health + 1);
        setPolicy(account, aaveMarket(), made);
        run(good);
    }

    function test_no_debt_is_not_below_any_trigger() public {
        give(account, usdc, 15_000e6, address(pool));
        vm.prank(account);
        pool.repay(address(usdc), ALL, 2, account);
        runRefused(good, abi.encodeWithSelector(HealthNotBelowTrigger.selector, ALL, 1.05e18));
    }

    function test_asset_not_in_the_market() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.debts = list(address(usdc), address(desk));
        setPolicy(account, aaveMarket(), made);
        runRefused(good, abi.encodeWithSelector(AssetNotInMarket.selector, desk));
    }

    function test_asset_not_in_the_morpho_market() public {
        address other = inTrouble(IGuard.Access.Self, morphoMarket());
        IGuard.Policy memory made = policy(IGuard.Access.Self);
        made.trigger = 1.1e18;
        made.collaterals = list(address(weth), address(wbtc));
        setPolicy(other, morphoMarket(), made);
        runRefused(
            plainPlan(other, morphoMarket(), 0.5e18, 30), abi.encodeWithSelector(AssetNotInMarket.selector, wbtc)
        );
        made.collaterals = list(address(weth));
        made.debts = list(address(usdc), address(dai));
        setPolicy(other, morphoMarket(), made);
        runRefused(plainPlan(other, morphoMarket(), 0.5e18, 30), abi.encodeWithSelector(AssetNotInMarket.selector, dai));
    }

    function test_O03_price_missing() public {
        address other = inTrouble(IGuard.Access.Self, morphoMarket());
        price(weth, 0);
        runRefused(plainPlan(other, morphoMarket(), 0.5e18, 30), abi.encodeWithSelector(PriceMissing.selector, weth));
    }

    // ---- targets of swaps

    function test_target_not_a_venue() public {
        IGuard.Plan memory plan = good;
        plan.steps[2].target = address(0xBAD);
        runRefused(plan, abi.encodeWithSelector(TargetNotAllowed.selector, address(0xBAD)));
    }

    function test_targets_that_no_policy_may_allow() public {
        address[13] memory targets = [
            address(weth),
            address(usdc),
            address(aToken(weth)),
            pool.getReserveData(address(usdc)).variableDebtToken,
            pool.getReserveData(address(usdc)).stableDebtToken,
            address(pool),
            address(provider),
            0x000000000022D473030F116dDEE9F6B43aC78BA3,
            address(guard),
            address(guard.rescuer()),
            address(guard.swapper()),
            account,
            address(aToken(usdc))
        ];
        for (uint256 i = 0; i < targets.length; ++i) {
            IGuard.Policy memory made = policy(IGuard.Access.Allowance);
            made.venues = list(targets[i]);
            setPolicy(account, aaveMarket(), made);
            IGuard.Plan memory plan = good;
            plan.steps[2].target = targets[i];
            runRefused(plan, abi.encodeWithSelector(TargetNotAllowed.selector, targets[i]));
        }
    }

    function test_morpho_is_no_target_in_its_market() public {
        address other = inTrouble(IGuard.Access.Self, morphoMarket());
        IGuard.Policy memory made = policy(IGuard.Access.Self);
        made.trigger = 1.1e18;
        made.venues = list(address(morpho));
        setPolicy(other, morphoMarket(), made);
        IGuard.Plan memory plan = plainPlan(other, morphoMarket(), 0.5e18, 30);
        plan.steps[1].target = address(morpho);
        runRefused(plan, abi.encodeWithSelector(TargetNotAllowed.selector, morpho));
    }

    function test_swap_call_fails() public {
        IGuard.Plan memory plan = good;
        plan.steps[2].data = hex"deadbeef";
        runRefused(plan, abi.encodeWithSelector(SwapCallFailed.selector, desk, ""));
    }

    // ---- at the exit

    function test_R23_health_below_the_floor() public {
        IGuard.Plan memory plan = good;
        plan.floor = 1.2e18;
        uint256 reached = dry();
        runRefused(plan, abi.encodeWithSelector(HealthBelowFloor.selector, reached, 1.2e18));
        plan.floor = uint96(reached);
        run(plan);
    }

    function test_health_below_the_policys_floor() public {
        uint256 reached = dry();
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.floor = uint96(reached + 1);
        setPolicy(account, aaveMarket(), made);
        runRefused(good, abi.encodeWithSelector(HealthBelowFloor.selector, reached, reached + 1));
    }

    function test_R01_health_above_the_ceiling() public {
        uint256 reached = dry();
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.ceiling = uint96(reached - 1);
        setPolicy(account, aaveMarket(), made);
        runRefused(good, abi.encodeWithSelector(HealthAboveCeiling.selector, reached, reached - 1));
        made.ceiling = uint96(reached);
        setPolicy(account, aaveMarket(), made);
        run(good);
    }

    /// The health factor that the good plan reaches.
    function dry() private returns (uint256 reached) {
        uint256 snapshot = vm.snapshotState();
        run(good);
        reached = healthOf(account);
        vm.revertToState(snapshot);
    }

    function test_R15_health_not_raised() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.floor = 0;
        setPolicy(account, aaveMarket(), made);
        IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 1);
        plan.steps[0] = step(IGuard.Action.Withdraw, weth, 0.01e18);
        runRefused(plan, HealthNotRaised.selector);
    }

    /// Idle collateral goes in, debt comes out: safer, but not what a rescue is.
    function test_R15_debt_raised() public {
        weth.mint(account, 5e18);
        IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 3);
        plan.steps[0] = step(IGuard.Action.Pull, weth, 5e18);
        plan.steps[1] = step(IGuard.Action.Supply, weth, 5e18);
        plan.steps[2] = step(IGuard.Action.Borrow, usdc, 1000e6);
        uint256 owed = debtOf(account, usdc) * 1e8 / 1e6 * 1e9;
        runRefused(plan, abi.encodeWithSelector(DebtRaised.selector, owed, owed + 1000e17, rounding()));
    }

    function test_loss_above_the_limit() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.maxLossBps = 70;
        setPolicy(account, aaveMarket(), made);
        // 1.75 WETH are 3062.5 dollars. The premium is 1.5 of them, and the desk takes 0.66 %.
        IGuard.Plan memory plan = good;
        plan.steps[2] = sale(weth, 1.75e18, usdc, 66);
        uint256 lost = 3062.5e17 - (uint256(desk.quote(weth, 1.75e18, usdc, 66)) - 1.5e6) * 1e11;
        runRefused(
            plan, abi.encodeWithSelector(LossAboveLimit.selector, lost, uint256(3062.5e17) * 70 / 10_000 + rounding())
        );
        plan.steps[2] = sale(weth, 1.75e18, usdc, 65);
        run(plan);
    }

    /// Four units of each asset, here at 1750 and 1 dollar, in 1e17 dollars.
    function rounding() private pure returns (uint256) {
        return uint256(4) * 1750e17 / 1e18 + uint256(4) * 1e17 / 1e6;
    }

    /// Whatever interest has made of the indexes, a policy that tolerates no loss can be served from the wallet.
    function testFuzz_no_loss_at_all_is_tolerated(uint256 seed) public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.maxLossBps = 0;
        made.floor = 0;
        made.ceiling = 100e18;
        setPolicy(account, aaveMarket(), made);
        vm.warp(block.timestamp + seed % 200 days);
        IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 5);
        uint256 repaid = 1e6 + (seed >> 32) % 2000e6;
        uint256 supplied = (seed >> 64) % 1e18;
        usdc.mint(account, repaid + 1);
        weth.mint(account, supplied);
        plan.steps[0] = step(IGuard.Action.Pull, usdc, ALL);
        plan.steps[1] = step(IGuard.Action.Repay, usdc, repaid / 3);
        plan.steps[2] = step(IGuard.Action.Repay, usdc, repaid / 7);
        plan.steps[3] = step(IGuard.Action.Pull, weth, supplied);
        plan.steps[4] = step(IGuard.Action.Supply, weth, ALL);
        run(plan);
    }

    function test_budget() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.valuePerDay = 3062.5e8 - 1;
        setPolicy(account, aaveMarket(), made);
        runRefused(good, abi.encodeWithSelector(BudgetExceeded.selector, 3062.5e8, 3062.5e8 - 1));
        made.valuePerDay += 1;
        setPolicy(account, aaveMarket(), made);
        run(good);
        (uint256 current,,,) = guard.spentOf(account, aaveMarket());
        equal(current, 3062.5e8, "spent");
    }

    /// A pull counts although the wallet's token only moves into the position.
    function test_budget_counts_pulls() public {
        weth.mint(account, 1e18);
        IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 2);
        plan.steps[0] = step(IGuard.Action.Pull, weth, 1e18);
        plan.steps[1] = step(IGuard.Action.Supply, weth, 1e18);
        run(plan);
        (uint256 current,,,) = guard.spentOf(account, aaveMarket());
        equal(current, 1750e8, "spent");
    }

    function test_price_moved_within_the_plan() public {
        PriceMover mover = new PriceMover();
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.venues = list(address(mover));
        setPolicy(account, aaveMarket(), made);
        IGuard.Plan memory plan = plainPlan(account, aaveMarket(), 0.3e18, 10);
        plan.steps[1].target = address(mover);
        plan.steps[1].data = abi.encodeCall(PriceMover.trade, (weth, 0.3e18, usdc, 520e6, feedOf[weth], 1760e8));
        runRefused(plan, abi.encodeWithSelector(PriceMoved.selector, weth, 1750e8, 1760e8));
        plan.steps[1].data = abi.encodeCall(PriceMover.trade, (weth, 0.3e18, usdc, 524e6, feedOf[weth], 1750e8));
        run(plan);
    }

    /// The account's WBTC is not in the policy. A hostile venue liquidates the account in the middle of a plan and
    /// takes it.
    function test_unlisted_collateral_is_seized_within_the_plan() public {
        supplyFor(account, wbtc, 0.1e8);
        price(weth, 1300e8);
        Seizer seizer = new Seizer(pool);
        usdc.mint(address(seizer), 20_000e6);
        usdc.mint(account, 100e6);
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.venues = list(address(seizer));
        made.floor = 0;
        setPolicy(account, aaveMarket(), made);
        IGuard.Plan memory plan = emptyPlan(account, aaveMarket(), 3);
        plan.steps[0] = step(IGuard.Action.Pull, usdc, 100e6);
        plan.steps[1] = step(IGuard.Action.Swap, usdc, 100e6);
        plan.steps[1].assetOut = address(weth);
        plan.steps[1].target = address(seizer);
        plan.steps[1].data = abi.encodeCall(Seizer.trade, (usdc, 100e6, weth, 0.077e18, wbtc, account, 2000e6));
        plan.steps[2] = step(IGuard.Action.Supply, weth, ALL);
        runRefused(plan, abi.encodeWithSelector(UnlistedHoldingTouched.selector, wbtc));
        plan.steps[1].data = abi.encodeCall(Seizer.trade, (usdc, 100e6, weth, 0.077e18, wbtc, account, 0));
        run(plan);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Pools} from "./support/Pools.sol";
import {Coin, IHook} from "./support/Coin.sol";
import {Desk} from "./support/Mocks.sol";
import {ICallbacks} from "./support/Hostile.sol";
import {Debtor, Masker} from "./support/Targets.sol";
import "../src/Errors.sol";
import {Guard} from "../src/Guard.sol";
import {IGuard} from "../src/IGuard.sol";
import {Rescuer} from "../src/Rescuer.sol";
import {Swapper} from "../src/Swapper.sol";

/// A venue, or a token's hook, that calls back into what called it, and trades fairly if that is refused.
contract Intruder is IHook {
    address private target;
    bytes private data;
    bytes4 public refusal; // why the intrusion failed
    bool public entered; // or that it did not

    function set(address target_, bytes calldata data_) external {
        target = target_;
        data = data_;
        refusal = 0;
        entered = false;
    }

    function trade(Coin coinIn, uint256 amountIn, Coin coinOut, uint256 out) external {
        coinIn.transferFrom(msg.sender, address(this), amountIn);
        coinOut.mint(msg.sender, out);
        intrude();
    }

    function onCoin(address, address, uint256) external {
        intrude();
    }

    function intrude() private {
        if (target == address(0)) return;
        (bool done, bytes memory reason) = target.call(data);
        if (done) entered = true;
        else refusal = bytes4(reason);
    }
}

contract AttacksTest is Pools {
    address private account;
    Intruder private intruder;
    address private constant THIEF = address(0x7417EF);

    function setUp() public override {
        super.setUp();
        intruder = new Intruder();
        account = inTrouble(IGuard.Access.Allowance, aaveMarket());
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.venues = list(address(desk), address(intruder));
        setPolicy(account, aaveMarket(), made);
    }

    // ---- re-entrancy

    function intrusion() private view returns (IGuard.Plan memory plan) {
        plan = flashPlan(account, 3000e6, 1.75e18, 10);
        plan.steps[2].target = address(intruder);
        plan.steps[2].data = abi.encodeCall(Intruder.trade, (weth, 1.75e18, usdc, 3050e6));
    }

    function keptOut(IGuard.Plan memory plan, bytes4 refusal) private {
        run(plan);
        isTrue(!intruder.entered(), "entered");
        equal(uint32(intruder.refusal()), uint32(refusal), "why");
        isClean();
    }

    function test_R18_a_venue_cannot_execute_again() public {
        intruder.set(address(guard), abi.encodeCall(IGuard.execute, (intrusion())));
        keptOut(intrusion(), Busy.selector);
    }

    function test_a_venue_cannot_use_the_swapper() public {
        Swapper swapper = guard.swapper();
        intruder.set(
            address(swapper), abi.encodeCall(Swapper.swap, (address(usdc), 0, address(weth), address(desk), ""))
        );
        keptOut(intrusion(), Busy.selector);
    }

    function test_a_venue_cannot_call_back_as_a_lender() public {
        bytes[4] memory calls = [
            abi.encodeCall(ICallbacks.executeOperation, (address(usdc), 3000e6, 0, address(guard), "")),
            abi.encodeCall(ICallbacks.onMorphoFlashLoan, (3000e6, "")),
            abi.encodeCall(ICallbacks.onMorphoRepay, (3000e6, "")),
            abi.encodeCall(ICallbacks.uniswapV3FlashCallback, (0, 0, ""))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            intruder.set(address(guard), calls[i]);
            keptOut(intrusion(), UnexpectedCallback.selector);
            vm.revertToState(snapshot);
        }
    }

    function test_a_venue_cannot_call_the_other_half() public {
        IGuard.Plan memory plan = intrusion();
        intruder.set(
            address(guard.rescuer()), abi.encodeCall(Rescuer.rescue, (plan, policy(IGuard.Access.Allowance), 1e18))
        );
        keptOut(plan, WrongPlace.selector);
    }

    /// Through the guard's fallback only a lender gets to it, and only while it is expected.
    function test_nobody_reaches_the_other_half_through_the_guard() public {
        IGuard.Plan memory plan = intrusion();
        bytes memory data = abi.encodeCall(Rescuer.rescue, (plan, policy(IGuard.Access.Allowance), 1e18));
        intruder.set(address(guard), data);
        keptOut(plan, UnexpectedCallback.selector);
        (bool done, bytes memory reason) = address(guard).call(data);
        isTrue(!done && bytes4(reason) == UnexpectedCallback.selector, "from outside");
    }

    function test_R18_a_tokens_hook_cannot_enter() public {
        IGuard.Plan memory plan = flashPlan(account, 3000e6, 1.75e18, 10);
        intruder.set(address(guard), abi.encodeCall(IGuard.execute, (plan)));
        weth.setHook(intruder);
        keptOut(plan, Busy.selector);
    }

    function test_a_venue_that_takes_less_keeps_no_allowance() public {
        IGuard.Plan memory plan = intrusion();
        plan.steps[2].data = abi.encodeCall(Intruder.trade, (weth, 1.73e18, usdc, 3050e6));
        run(plan);
        equal(weth.allowance(address(guard.swapper()), address(intruder)), 0, "allowance");
        isTrue(weth.balanceOf(account) >= 0.02e18, "the rest came back");
        isClean();
    }

    // ---- spoofed callbacks

    function test_callbacks_from_outside() public {
        address[2] memory places = [address(guard), dora];
        for (uint256 i = 0; i < places.length; ++i) {
            ICallbacks place = ICallbacks(places[i]);
            vm.expectRevert(abi.encodeWithSelector(UnexpectedCallback.selector, address(this)));
            place.executeOperation(address(usdc), 1, 0, places[i], "");
            vm.expectRevert(abi.encodeWithSelector(UnexpectedCallback.selector, address(this)));
            place.onMorphoFlashLoan(1, "");
            vm.expectRevert(abi.encodeWithSelector(UnexpectedCallback.selector, address(this)));
            place.onMorphoRepay(1, "");
            vm.expectRevert(abi.encodeWithSelector(UnexpectedCallback.selector, address(this)));
            place.uniswapV3FlashCallback(1, 0, "");
        }
    }

    /// The real pool calls, but nobody asked for the loan.
    function test_a_loan_that_a_thief_takes_for_the_guard() public {
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(UnexpectedCallback.selector, pool));
        pool.flashLoanSimple(address(guard), address(usdc), 100e6, "", 0);
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(UnexpectedCallback.selector, pool));
        pool.flashLoanSimple(dora, address(usdc), 100e6, "", 0);
    }

    // ---- a delegating account listens to itself alone

    function test_a_thiefs_policy_at_somebody_elses_account() public {
        openAave(dora);
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(WrongPlace.selector, THIEF));
        Guard(payable(dora)).setPolicy(aaveMarket(), policy(IGuard.Access.Self));
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(WrongPlace.selector, THIEF));
        Guard(payable(dora)).revoke(aaveMarket());
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(WrongPlace.selector, THIEF));
        Guard(payable(dora)).revokeAll();
        IGuard.Plan memory plan = flashPlan(account, 3000e6, 1.75e18, 10);
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(WrongPlace.selector, account));
        Guard(payable(dora)).execute(plan);
    }

    // ---- a hostile guardian

    function theft(uint256 sold, uint256 share) private view returns (IGuard.Plan memory plan) {
        plan = flashPlan(account, 3000e6, 1.75e18, 0);
        IGuard.Step[] memory steps = new IGuard.Step[](5);
        for (uint256 i = 0; i < 4; ++i) {
            steps[i < 2 ? i : i + 1] = plan.steps[i];
        }
        steps[2] = sale(weth, sold, usdc, 0);
        steps[2].data = abi.encodeCall(Desk.trade, (weth, sold, usdc, share, THIEF));
        plan.steps = steps;
        plan.steps[3] = sale(weth, 1.75e18 - sold, usdc, 0);
    }

    /// Up to the loss that the policy tolerates a hostile guardian can take; never more.
    function test_what_a_guardian_can_send_elsewhere() public {
        IGuard.Plan memory plan = theft(0.017e18, 0);
        runRefused(plan, LossAboveLimit.selector);
        plan = theft(0.0165e18, 0);
        run(plan);
        atMost(usdc.balanceOf(THIEF), 3062.5e6 * 100 / 10_000, "the bound");
        isClean();
    }

    /// Going in circles neither raises what may be lost nor goes uncounted.
    function test_circles_do_not_raise_the_bound() public {
        IGuard.Plan memory plan = flashPlan(account, 100e6, 0.2e18, 0);
        IGuard.Step[] memory steps = new IGuard.Step[](6);
        steps[0] = plan.steps[0];
        steps[1] = plan.steps[1];
        steps[2] = sale(weth, 0.2e18, usdc, 60);
        steps[3] = sale(usdc, 347.9e6, weth, 60);
        steps[4] = sale(weth, 0.19e18, usdc, 0);
        steps[5] = step(IGuard.Action.Repay, usdc, ALL);
        plan.steps = steps;
        runRefused(plan, LossAboveLimit.selector);
    }

    function test_no_data_reaches_an_allowance() public {
        IGuard.Plan memory plan = flashPlan(account, 3000e6, 1.75e18, 10);
        plan.steps[2].target = address(weth);
        plan.steps[2].data = abi.encodeCall(Coin.transferFrom, (account, THIEF, 1e18));
        weth.mint(account, 1e18);
        runRefused(plan, abi.encodeWithSelector(TargetNotAllowed.selector, weth));
    }

    /// Even if a policy lists a contract that forwards calls: what calls it has no rights.
    function test_a_forwarding_venue_gets_no_rights() public {
        weth.mint(account, 1e18);
        intruder.set(address(weth), abi.encodeCall(Coin.transferFrom, (account, THIEF, 1e18)));
        IGuard.Plan memory plan = intrusion();
        run(plan);
        isTrue(!intruder.entered(), "no");
        equal(weth.balanceOf(THIEF), 0, "nothing");
    }

    /// 30 dollars vanish and 30 dollars that somebody owed the account come in: its balances tell nothing.
    function test_a_loss_that_the_accounts_own_receivables_hide() public {
        Masker masker = new Masker();
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.venues = list(address(masker));
        setPolicy(account, aaveMarket(), made);
        IGuard.Plan memory plan = plainPlan(account, aaveMarket(), 0.27e18, 0);
        plan.steps[1].target = address(masker);
        plan.steps[1].data = abi.encodeCall(Masker.trade, (weth, 0.27e18, usdc, 442.5e6, new Debtor(), account, 30e6));
        runRefused(plan, abi.encodeWithSelector(LossAboveLimit.selector, 30e17, 4.725e17 + 4e11 + 700));
        plan.steps[1].data = abi.encodeCall(Masker.trade, (weth, 0.27e18, usdc, 472.5e6, new Debtor(), account, 30e6));
        run(plan);
    }

    /// At a delegating account what others pay comes to where the sale's proceeds come, and still is not one of them.
    function test_receivables_are_no_proceeds() public {
        price(weth, 2000e8);
        address other = inTrouble(IGuard.Access.Self, aaveMarket());
        Masker masker = new Masker();
        IGuard.Policy memory made = policy(IGuard.Access.Self);
        made.venues = list(address(masker));
        setPolicy(other, aaveMarket(), made);
        IGuard.Plan memory plan = plainPlan(other, aaveMarket(), 0.27e18, 0);
        plan.steps[1].minOut = 442.5e6;
        plan.steps[1].target = address(masker);
        plan.steps[1].data = abi.encodeCall(Masker.trade, (weth, 0.27e18, usdc, 442.5e6, new Debtor(), other, 30e6));
        runRefused(plan, abi.encodeWithSelector(LossAboveLimit.selector, 30e17, 4.725e17 + 4e11 + 700));
        plan.steps[1].minOut = 442.5e6 + 1;
        runRefused(plan, abi.encodeWithSelector(OutBelowMinimum.selector, usdc, 442.5e6, 442.5e6 + 1));
    }

    // ---- dust

    function test_dust_neither_stops_a_plan_nor_stays() public {
        weth.mint(address(guard), 5);
        usdc.mint(address(guard), 7);
        weth.mint(address(guard.swapper()), 11);
        usdc.mint(address(guard.swapper()), 13);
        supplyFor(OTHERS, weth, 1e18);
        Coin held = aToken(weth);
        vm.prank(OTHERS);
        held.transfer(address(guard), 1e9);
        run(flashPlan(account, 3000e6, 1.75e18, 10));
        isClean();
        isTrue(weth.balanceOf(account) >= 1e9 + 16, "it is the account's now");
        isTrue(usdc.balanceOf(account) >= 7, "it is the account's now");
    }

    function test_dust_at_the_account_or_its_position() public {
        for (uint256 i = 0; i < 3; ++i) {
            price(weth, 2000e8);
            address other = inTrouble(IGuard.Access(i), morphoMarket());
            weth.mint(other, 3);
            usdc.mint(other, 3);
            weth.mint(address(guard), 3);
            give(OTHERS, weth, 1, address(morpho));
            vm.prank(OTHERS);
            morpho.supplyCollateral(params, 1, other, "");
            run(plainPlan(other, morphoMarket(), 0.5e18, 20));
            isTrue(weth.balanceOf(other) >= 3 && usdc.balanceOf(other) >= 3, "wallet untouched");
        }
        isClean();
    }

    function test_what_a_thief_cannot_get_out_of_the_swapper() public {
        Swapper swapper = guard.swapper();
        vm.prank(THIEF);
        swapper.swap(address(weth), 0, address(usdc), address(desk), abi.encodeCall(Desk.quote, (weth, 0, usdc, 0)));
        equal(weth.balanceOf(THIEF) + usdc.balanceOf(THIEF), 0, "there is nothing in it");
        run(flashPlan(account, 3000e6, 1.75e18, 10));
        isClean();
    }

    // ---- sandwich: the real Uniswap pool, moved before the plan

    function test_P04_R05_sandwich() public {
        price(weth, 2000e8);
        address other = inTrouble(IGuard.Access.Self, aaveMarket());
        price(weth, 1990e8);
        IGuard.Policy memory made = policy(IGuard.Access.Self);
        made.trigger = 1.3e18;
        made.floor = 1.17e18;
        made.venues = list(address(router), address(loanPool));
        setPolicy(other, aaveMarket(), made);
        IGuard.Plan memory plan = flashPlan(other, 3000e6, 1.6e18, 0);
        plan.loan.lender = IGuard.Lender.UniswapV3;
        plan.loan.source = address(loanPool);
        plan.steps[2] = routed(weth, 1.6e18, usdc);
        uint256 snapshot = vm.snapshotState();
        run(plan);
        vm.revertToState(snapshot);
        sellWeth(300e18);
        runRefused(plan, LossAboveLimit.selector);
    }
}

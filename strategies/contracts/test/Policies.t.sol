// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Accounts} from "./support/Accounts.sol";
import "../src/Errors.sol";
import {Guard} from "../src/Guard.sol";
import {IGuard} from "../src/IGuard.sol";

/// Setting, replacing and ending policies, and the sliding budget.
contract PoliciesTest is Accounts {
    function test_set_and_read() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.collaterals = list(address(weth), address(wbtc));
        made.mayClose = true;
        made.cooldown = 77;
        setPolicy(alice, aaveMarket(), made);
        equal(
            uint256(keccak256(abi.encode(guard.policyOf(alice, aaveMarket())))),
            uint256(keccak256(abi.encode(made))),
            "as it was set"
        );
        equal(uint160(guard.policyOf(alice, morphoMarket()).guardian), 0, "each market has its own");
        equal(uint160(guard.policyOf(dora, aaveMarket()).guardian), 0, "and each account");
        made.collaterals = list(address(wbtc));
        setPolicy(alice, aaveMarket(), made);
        equal(guard.policyOf(alice, aaveMarket()).collaterals.length, 1, "replaced");
    }

    function test_revoke_ends_one() public {
        setPolicy(alice, aaveMarket(), policy(IGuard.Access.Allowance));
        setPolicy(alice, morphoMarket(), policy(IGuard.Access.Allowance));
        vm.prank(alice);
        guard.revoke(aaveMarket());
        equal(uint160(guard.policyOf(alice, aaveMarket()).guardian), 0, "ended");
        equal(uint160(guard.policyOf(alice, morphoMarket()).guardian), uint160(GUARDIAN), "not the other");
        runRefused(emptyPlan(alice, aaveMarket(), 0), NoPolicy.selector);
    }

    function test_revoke_all_ends_all() public {
        setPolicy(alice, aaveMarket(), policy(IGuard.Access.Allowance));
        setPolicy(alice, morphoMarket(), policy(IGuard.Access.Allowance));
        vm.prank(alice);
        guard.revokeAll();
        equal(uint160(guard.policyOf(alice, aaveMarket()).guardian), 0, "ended");
        equal(uint160(guard.policyOf(alice, morphoMarket()).guardian), 0, "ended too");
        runRefused(emptyPlan(alice, aaveMarket(), 0), NoPolicy.selector);
        setPolicy(alice, aaveMarket(), policy(IGuard.Access.Allowance));
        equal(uint160(guard.policyOf(alice, aaveMarket()).guardian), uint160(GUARDIAN), "set anew");
    }

    function test_what_no_policy_may_say() public {
        IGuard.Policy memory made = policy(IGuard.Access.Self);
        invalid(made, "access");
        made = policy(IGuard.Access.Allowance);
        made.guardian = address(0);
        invalid(made, "guardian");
        made = policy(IGuard.Access.Allowance);
        made.expiry = uint40(block.timestamp);
        invalid(made, "expiry");
        made = policy(IGuard.Access.Allowance);
        made.maxLossBps = 1_001;
        invalid(made, "maxLossBps");
        made = policy(IGuard.Access.Allowance);
        made.trigger = 0;
        invalid(made, "trigger");
        made.trigger = made.ceiling + 1;
        invalid(made, "trigger");
        made = policy(IGuard.Access.Allowance);
        made.floor = made.ceiling + 1;
        invalid(made, "floor");
        made = policy(IGuard.Access.Allowance);
        made.venues = new address[](17);
        invalid(made, "length");
        made.venues = list(address(0));
        invalid(made, "zero");
        made.venues = list(address(desk), address(desk));
        invalid(made, "twice");
        made = policy(IGuard.Access.Allowance);
        IGuard.Market memory market = aaveMarket();
        market.id = bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(PolicyNotValid.selector, "id"));
        guard.setPolicy(market, made);
        market = morphoMarket();
        market.entry = address(0xE0A);
        vm.expectRevert(abi.encodeWithSelector(PolicyNotValid.selector, "entry"));
        guard.setPolicy(market, made);
    }

    function invalid(IGuard.Policy memory made, string memory what) private {
        vm.expectRevert(abi.encodeWithSelector(PolicyNotValid.selector, what));
        guard.setPolicy(aaveMarket(), made);
    }

    function test_a_delegating_account_takes_no_allowance_policy() public {
        vm.prank(dora);
        vm.expectRevert(abi.encodeWithSelector(PolicyNotValid.selector, "access"));
        Guard(payable(dora)).setPolicy(aaveMarket(), policy(IGuard.Access.Allowance));
    }

    // ---- the account stays a normal one

    function test_a_delegating_account_receives() public {
        vm.deal(address(this), 2 ether);
        (bool done,) = dora.call{value: 1 ether}("");
        isTrue(done, "ether");
        (done,) = dora.call{value: 1 ether}("hello");
        isTrue(done, "ether with data");
        Guard place = Guard(payable(dora));
        isTrue(place.onERC721Received(address(1), address(2), 3, "") == 0x150b7a02, "ERC-721");
        isTrue(place.onERC1155Received(address(1), address(2), 3, 4, "") == 0xf23a6e61, "ERC-1155");
        isTrue(
            place.onERC1155BatchReceived(address(1), address(2), new uint256[](0), new uint256[](0), "") == 0xbc197c81,
            "ERC-1155 batch"
        );
        isTrue(place.supportsInterface(0x01ffc9a7) && place.supportsInterface(0x4e2312e0), "ERC-165");
        isTrue(!place.supportsInterface(0xffffffff), "ERC-165: none");
    }

    function test_the_singleton_takes_no_ether() public {
        vm.deal(address(this), 2 ether);
        (bool done,) = address(guard).call{value: 1 ether}("");
        isTrue(!done, "ether");
        (done,) = address(guard).call{value: 1 ether}("hello");
        isTrue(!done, "ether with data");
    }

    function test_a_delegating_account_signs_with_its_key_alone() public view {
        bytes32 hash = keccak256("a login");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(DORA_KEY, hash);
        isTrue(Guard(payable(dora)).isValidSignature(hash, abi.encodePacked(r, s, v)) == 0x1626ba7e, "its own");
        isTrue(guard.isValidSignature(hash, abi.encodePacked(r, s, v)) == 0xffffffff, "not for the singleton");
        (v, r, s) = vm.sign(ALICE_KEY, hash);
        isTrue(Guard(payable(dora)).isValidSignature(hash, abi.encodePacked(r, s, v)) == 0xffffffff, "another's");
        isTrue(Guard(payable(dora)).isValidSignature(hash, "") == 0xffffffff, "none");
    }

    // ---- the budget

    /// Any plans at any times: within 24 hours there is never more than the budget, whatever was refused.
    function testFuzz_budget_of_any_24_hours(uint256 seed) public {
        openAave(alice);
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.valuePerDay = 1000e8;
        made.trigger = 10e18;
        made.ceiling = 100e18;
        setPolicy(alice, aaveMarket(), made);
        weth.mint(alice, 100e18);
        uint256 start = block.timestamp;
        uint256[] memory times = new uint256[](40);
        uint256[] memory values = new uint256[](40);
        uint256 done = 0;
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + seed % (seed % 3 == 0 ? 30 hours : 5 hours));
            uint256 amount = 0.01e18 + (seed >> 128) % 0.3e18;
            IGuard.Plan memory plan = emptyPlan(alice, aaveMarket(), 2);
            plan.steps[0] = step(IGuard.Action.Pull, weth, amount);
            plan.steps[1] = step(IGuard.Action.Supply, weth, amount);
            (uint256 current, uint256 previous,,) = guard.spentOf(alice, aaveMarket());
            uint256 value = (amount * 2000e8 + 1e18 - 1) / 1e18;
            if (value + current + previous > 1000e8) {
                runRefused(plan, abi.encodeWithSelector(BudgetExceeded.selector, value + current + previous, 1000e8));
                continue;
            }
            run(plan);
            (times[done], values[done]) = (block.timestamp, value);
            uint256 sum = 0;
            for (uint256 j = 0; j <= done; ++j) {
                if (times[j] + 1 days > block.timestamp) sum += values[j];
            }
            atMost(sum, 1000e8, "in 24 hours");
            ++done;
        }
        isTrue(done >= 3 && block.timestamp > start, "some went through");
    }

    function test_budget_comes_back_when_the_last_plan_is_a_day_old() public {
        openAave(alice);
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        made.valuePerDay = 1000e8;
        made.trigger = 10e18;
        made.ceiling = 100e18;
        setPolicy(alice, aaveMarket(), made);
        weth.mint(alice, 100e18);
        uint256 start = block.timestamp;
        topUp(0.25e18, true);
        vm.warp(start + 23 hours);
        topUp(0.25e18, true);
        vm.warp(start + 30 hours);
        topUp(0.01e18, false);
        vm.warp(start + 47 hours - 1);
        topUp(0.01e18, false);
        vm.warp(start + 47 hours);
        topUp(0.5e18, true);
        // Revoking and setting again gives no new budget.
        vm.prank(alice);
        guard.revokeAll();
        setPolicy(alice, aaveMarket(), made);
        topUp(0.01e18, false);
    }

    function topUp(uint256 amount, bool passes) private {
        IGuard.Plan memory plan = emptyPlan(alice, aaveMarket(), 2);
        plan.steps[0] = step(IGuard.Action.Pull, weth, amount);
        plan.steps[1] = step(IGuard.Action.Supply, weth, amount);
        if (passes) run(plan);
        else runRefused(plan, BudgetExceeded.selector);
    }
}

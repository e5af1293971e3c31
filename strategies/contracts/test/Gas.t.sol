// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Pools} from "./support/Pools.sol";
import {IGuard} from "../src/IGuard.sol";

/// What a rescue costs, each in a transaction of its own, with a sale in the real Uniswap V3:
///   node strategies/contracts/test.mjs --match-contract GasTest --isolate -vv
contract GasTest is Pools {
    string[3] private accesses = ["allowance", "delegate", "safe"];

    function test_gas() public {
        string[4] memory lenders = ["none", "aave", "morpho", "uniswap"];
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = 0; j < 4; ++j) {
                uint256 snapshot = vm.snapshotState();
                address account = prepared(IGuard.Access(i), aaveMarket());
                IGuard.Plan memory plan = flashPlan(account, 3000e6, 1.75e18, 0);
                plan.steps[2] = routed(weth, 1.75e18, usdc);
                if (j == 0) {
                    plan = plainPlan(account, aaveMarket(), 0.3e18, 0);
                    plan.steps[1] = routed(weth, 0.3e18, usdc);
                } else if (j > 1) {
                    plan.loan.lender = IGuard.Lender(j);
                    plan.loan.source = j == 2 ? address(morpho) : address(loanPool);
                }
                measured(string.concat("aave, ", accesses[i], ", loan: ", lenders[j]), plan);
                vm.revertToState(snapshot);
            }
        }
    }

    function test_gas_morpho() public {
        string[3] memory lenders = ["none", "morpho", "its repayment"];
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = 0; j < 3; ++j) {
                uint256 snapshot = vm.snapshotState();
                address account = prepared(IGuard.Access(i), morphoMarket());
                IGuard.Plan memory plan = flashPlan(account, 3000e6, 1.75e18, 0);
                plan.market = morphoMarket();
                plan.steps[2] = routed(weth, 1.75e18, usdc);
                plan.loan.lender = j == 1 ? IGuard.Lender.MorphoBlue : IGuard.Lender.MorphoRepay;
                plan.loan.source = address(morpho);
                if (j == 0) {
                    plan = plainPlan(account, morphoMarket(), 0.3e18, 0);
                    plan.steps[1] = routed(weth, 0.3e18, usdc);
                    plan.floor = 0;
                } else if (j == 2) {
                    plan.steps[0] = plan.steps[1];
                    plan.steps[1] = plan.steps[2];
                    plan.steps[2] = plan.steps[3];
                    plan.steps[3] = step(IGuard.Action.Repay, usdc, 0);
                }
                measured(string.concat("morpho, ", accesses[i], ", loan: ", lenders[j]), plan);
                vm.revertToState(snapshot);
            }
        }
    }

    function test_gas_of_policies_and_refusals() public {
        IGuard.Policy memory made = policy(IGuard.Access.Allowance);
        vm.prank(alice);
        guard.setPolicy(aaveMarket(), made);
        print("setPolicy with one collateral, debt and venue", vm.lastCallGas().gasTotalUsed);
        openAave(alice);
        IGuard.Plan memory plan = flashPlan(alice, 3000e6, 1.75e18, 0);
        vm.prank(GUARDIAN);
        (bool done,) = address(guard).call(abi.encodeCall(IGuard.execute, (plan)));
        isTrue(!done, "healthy");
        print("a plan for a healthy account, refused", vm.lastCallGas().gasTotalUsed);
    }

    function prepared(IGuard.Access access, IGuard.Market memory market) private returns (address account) {
        account = inTrouble(access, market);
        IGuard.Policy memory made = placeOf(account).policyOf(account, market);
        made.venues = new address[](3);
        (made.venues[0], made.venues[1], made.venues[2]) = (address(router), address(morpho), address(loanPool));
        made.floor = 1.03e18;
        setPolicy(account, market, made);
    }

    function measured(string memory what, IGuard.Plan memory plan) private {
        address place = address(placeOf(plan.account));
        vm.prank(GUARDIAN);
        IGuard(place).execute(plan);
        print(what, vm.lastCallGas().gasTotalUsed);
    }
}

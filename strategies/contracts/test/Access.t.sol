// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Accounts} from "./support/Accounts.sol";
import {IGuard} from "../src/IGuard.sol";

interface IPermit {
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
}

/// Each kind of account, in each protocol, with a loan and without.
contract AccessTest is Accounts {
    function test_aave_allowance() public {
        aave(IGuard.Access.Allowance);
    }

    function test_aave_delegate() public {
        aave(IGuard.Access.Self);
    }

    function test_aave_safe() public {
        aave(IGuard.Access.Module);
    }

    function test_morpho_authorisation() public {
        morphoBlue(IGuard.Access.Allowance);
    }

    function test_morpho_delegate() public {
        morphoBlue(IGuard.Access.Self);
    }

    function test_morpho_safe() public {
        morphoBlue(IGuard.Access.Module);
    }

    /// An account without any transaction of its own: a permit of the aToken and a signed policy would do.
    function test_aave_permit() public {
        uint256 key = 0xE77A;
        address account = vm.addr(key);
        openAave(account);
        IPermit held = IPermit(address(aToken(weth)));
        bytes32 content = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                account,
                address(guard),
                ALL,
                0,
                block.timestamp
            )
        );
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked(hex"1901", held.DOMAIN_SEPARATOR(), content)));
        held.permit(account, address(guard), ALL, block.timestamp, v, r, s);
        setPolicy(account, aaveMarket(), policy(IGuard.Access.Allowance));
        price(weth, 1750e8);
        rescued(flashPlan(account, 3000e6, 1.75e18, 30));
    }

    function aave(IGuard.Access access) private {
        address account = inTrouble(access, aaveMarket());
        uint256 snapshot = vm.snapshotState();
        rescued(plainPlan(account, aaveMarket(), 0.3e18, 30));
        vm.revertToState(snapshot);
        rescued(flashPlan(account, 3000e6, 1.75e18, 30));
    }

    function rescued(IGuard.Plan memory plan) private {
        uint256 debt = debtOf(plan.account, usdc);
        run(plan);
        isTrue(healthOf(plan.account) >= 1.035e18, "rescued");
        isTrue(debtOf(plan.account, usdc) < debt, "debt is lower");
        equal(usdc.balanceOf(plan.account), 0, "all that came out was repaid");
        isClean();
    }

    function morphoBlue(IGuard.Access access) private {
        address account = inTrouble(access, morphoMarket());
        (, uint128 shares, uint128 collateral) = morpho.position(morphoId, account);
        IGuard.Plan memory plan = plainPlan(account, morphoMarket(), 0.5e18, 30);
        run(plan);
        (, uint128 sharesAfter, uint128 collateralAfter) = morpho.position(morphoId, account);
        isTrue(sharesAfter < shares, "debt is lower");
        equal(collateralAfter, collateral - 0.5e18, "collateral sold");
        isClean();
    }
}

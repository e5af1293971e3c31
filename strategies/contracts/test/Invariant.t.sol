// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Handler} from "./support/Handler.sol";
import {Check} from "./support/Vm.sol";

/// Whatever a hostile guardian submits while prices move: each plan that goes through lowered the risk, lost no more
/// than the bound of what it moved, stayed within the budget of 24 hours, and left nothing anywhere.
contract InvariantTest is Check {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler private handler;

    function setUp() public {
        handler = new Handler();
        handler.setUp();
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](7);
        for (uint256 i = 0; i < 4; ++i) {
            targets[0].selectors[i] = Handler.plan.selector;
        }
        targets[0].selectors[4] = Handler.movePrice.selector;
        targets[0].selectors[5] = Handler.dust.selector;
        targets[0].selectors[6] = Handler.intrude.selector;
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_R15_only_rescues_go_through() public view {
        string memory violated = handler.violated();
        isTrue(bytes(violated).length == 0, violated);
    }

    /// The handler is worth nothing if all its plans are refused.
    function afterInvariant() public view {
        print("plans tried", handler.tried());
        print("gone through", handler.done());
        isTrue(handler.done() * 12 >= handler.tried(), "too few plans go through");
        isTrue(handler.done() < handler.tried(), "none is refused");
    }
}

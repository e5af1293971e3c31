// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Coin} from "./Coin.sol";

/// A venue of a hostile guardian: pays what it likes to whom it likes, calls whatever it was told to in between, and
/// lends.
contract Chaos {
    address private target;
    bytes private data;
    bytes private premiumData;
    uint256 public premium;
    uint256 public entered; // calls that went through

    function set(address target_, bytes calldata data_, uint256 premium_) external {
        target = target_;
        data = data_;
        premium = premium_;
    }

    function trade(Coin coinIn, uint256 amountIn, Coin coinOut, uint256 out, address to) external {
        coinIn.transferFrom(msg.sender, address(this), amountIn);
        coinOut.mint(to, out);
        intrude();
    }

    function flashLoanSimple(address receiver, address asset, uint256 amount, bytes calldata params, uint16) external {
        Coin(asset).mint(receiver, amount);
        intrude();
        (bool done, bytes memory reason) = receiver.call(
            abi.encodeWithSignature(
                "executeOperation(address,uint256,uint256,address,bytes)", asset, amount, premium, receiver, params
            )
        );
        if (!done) {
            assembly {
                revert(add(reason, 32), mload(reason))
            }
        }
        intrude();
        Coin(asset).transferFrom(receiver, address(this), amount + premium);
    }

    function intrude() private {
        if (target == address(0)) return;
        (bool done,) = target.call(data);
        if (done) ++entered;
    }
}

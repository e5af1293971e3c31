// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {TokenCallFailed, TransferShort} from "./Errors.sol";
import {IERC20} from "./Protocols.sol";

/// ERC-20 as it is found: tokens that return nothing, that return false, that want an allowance to be zero before it is
/// set, that take a fee. Whatever does not move exactly what was asked for reverts.
library Tokens {
    function balance(address token, address owner) internal view returns (uint256) {
        return IERC20(token).balanceOf(owner);
    }

    /// `to` receives exactly `amount` of what this contract holds.
    function send(address token, address to, uint256 amount) internal {
        uint256 before = balance(token, to);
        call(token, abi.encodeCall(IERC20.transfer, (to, amount)));
        exactly(token, amount, balance(token, to) - before);
    }

    /// This contract receives exactly `amount` of what `from` holds.
    function pull(address token, address from, uint256 amount) internal {
        uint256 before = balance(token, address(this));
        call(token, abi.encodeCall(IERC20.transferFrom, (from, address(this), amount)));
        exactly(token, amount, balance(token, address(this)) - before);
    }

    /// Sets the allowance of this contract to `amount`, over zero, which some tokens insist on.
    function approve(address token, address spender, uint256 amount) internal {
        uint256 present = IERC20(token).allowance(address(this), spender);
        if (present == amount) return;
        if (present != 0 && amount != 0) call(token, abi.encodeCall(IERC20.approve, (spender, 0)));
        call(token, abi.encodeCall(IERC20.approve, (spender, amount)));
    }

    function call(address token, bytes memory data) internal {
        (bool done, bytes memory result) = token.call(data);
        if (!done || !succeeded(token, result)) revert TokenCallFailed(token, result);
    }

    /// Nothing returned, by something that is a contract, or true.
    function succeeded(address token, bytes memory result) internal view returns (bool) {
        if (result.length == 0) return token.code.length != 0;
        return result.length >= 32 && abi.decode(result, (uint256)) == 1;
    }

    function exactly(address token, uint256 expected, uint256 received) internal pure {
        if (received != expected) revert TransferShort(token, expected, received);
    }
}

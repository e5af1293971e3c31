// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Busy, SwapCallFailed} from "./Errors.sol";
import {Tokens} from "./Tokens.sol";

/// Makes the calls of swaps, whose data the guard does not understand, from an address that has no rights anywhere: no
/// allowance, no module, no authorisation, no position and, between calls, no tokens. Anyone may use it; it gives back
/// all.
contract Swapper {
    bool private transient busy;

    /// Sells `amount` of `tokenIn`, sent here beforehand, by calling `target` with `data`. All that is here of both
    /// tokens then goes to the caller. Only what came here counts as received: others may pay the caller meanwhile.
    /// @return unsold of `tokenIn`
    /// @return received of `tokenOut`
    function swap(address tokenIn, uint256 amount, address tokenOut, address target, bytes calldata data)
        external
        returns (uint256 unsold, uint256 received)
    {
        if (busy) revert Busy();
        busy = true;
        Tokens.approve(tokenIn, target, amount);
        (bool done, bytes memory reason) = target.call(data);
        if (!done) revert SwapCallFailed(target, reason);
        Tokens.approve(tokenIn, target, 0);
        unsold = giveBack(tokenIn);
        received = giveBack(tokenOut);
        busy = false;
    }

    function giveBack(address token) private returns (uint256 amount) {
        amount = Tokens.balance(token, address(this));
        if (amount != 0) Tokens.send(token, msg.sender, amount);
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {AccountCallFailed, TokenCallFailed} from "./Errors.sol";
import {IGuard} from "./IGuard.sol";
import {IERC20, ISafe} from "./Protocols.sol";
import {Run} from "./Run.sol";
import {Tokens} from "./Tokens.sol";

/// Acting as the account, by the access that its policy gives.
library Reach {
    uint8 private constant CALL = 0;

    function direct(Run memory run) internal pure returns (bool) {
        return run.access != IGuard.Access.Allowance;
    }

    /// The account calls `target`: it runs this code, or it is a Safe of which the guard is a module.
    function asAccount(Run memory run, address target, bytes memory data) internal returns (bytes memory result) {
        bool done;
        if (run.access == IGuard.Access.Self) {
            (done, result) = target.call(data);
        } else {
            (done, result) = ISafe(run.account).execTransactionFromModuleReturnData(target, 0, data, CALL);
        }
        if (!done) revert AccountCallFailed(target, result);
    }

    /// Exactly `amount` of a token comes from the account to where this code runs.
    function fetch(Run memory run, address token, uint256 amount) internal {
        if (run.access == IGuard.Access.Self) return;
        if (run.access == IGuard.Access.Allowance) {
            Tokens.pull(token, run.account, amount);
            return;
        }
        uint256 before = Tokens.balance(token, address(this));
        bytes memory result = asAccount(run, token, abi.encodeCall(IERC20.transfer, (address(this), amount)));
        if (!Tokens.succeeded(token, result)) revert TokenCallFailed(token, result);
        Tokens.exactly(token, amount, Tokens.balance(token, address(this)) - before);
    }
}

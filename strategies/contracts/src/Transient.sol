// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Busy, AmountAboveHeld} from "./Errors.sol";

// Slots of transient storage, apart from those of any other code that an account may run.
bytes32 constant LOCK = keccak256("plimsoll.guard.lock");
bytes32 constant LENDER = keccak256("plimsoll.guard.lender");
bytes32 constant EXPECTED = keccak256("plimsoll.guard.expected");
bytes32 constant BEFORE_LOAN = keccak256("plimsoll.guard.before-loan");
bytes32 constant DUE = keccak256("plimsoll.guard.due"); // what the loan takes back
bytes32 constant DUE_ASSET = keccak256("plimsoll.guard.due-asset");
bytes32 constant TAKEN = keccak256("plimsoll.guard.taken"); // value that the plan took from the account
bytes32 constant GIVEN = keccak256("plimsoll.guard.given"); // and gave back to it
bytes32 constant HELD = keccak256("plimsoll.guard.held");

function load(bytes32 slot) view returns (uint256 value) {
    assembly ("memory-safe") {
        value := tload(slot)
    }
}

function store(bytes32 slot, uint256 value) {
    assembly ("memory-safe") {
        tstore(slot, value)
    }
}

/// One plan at a time.
library Lock {
    function take() internal {
        if (load(LOCK) != 0) revert Busy();
        store(LOCK, 1);
        store(TAKEN, 0);
        store(GIVEN, 0);
    }

    function release() internal {
        store(LOCK, 0);
    }
}

/// What a plan holds of each token, kept apart from the balances: at a delegating account those are its wallet as well,
/// and dust that somebody sent in must change nothing. The lowest bit says that the token has been touched.
library Ledger {
    function add(address token, uint256 amount) internal {
        store(slotOf(token), ((held(token) + amount) << 1) | 1);
    }

    function take(address token, uint256 amount) internal {
        uint256 present = held(token);
        if (amount > present) revert AmountAboveHeld(token, amount, present);
        store(slotOf(token), ((present - amount) << 1) | 1);
    }

    function held(address token) internal view returns (uint256) {
        return load(slotOf(token)) >> 1;
    }

    function touched(address token) internal view returns (bool) {
        return load(slotOf(token)) != 0;
    }

    function clear(address token) internal {
        store(slotOf(token), 0);
    }

    function slotOf(address token) private pure returns (bytes32) {
        return keccak256(abi.encode(token, HELD));
    }
}

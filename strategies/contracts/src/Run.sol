// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IGuard} from "./IGuard.sol";
import {MorphoParams} from "./Protocols.sol";

// Values are base currency units times this, so that the sum over assets does not lose what rounding takes of each.
uint256 constant VALUE_SCALE = 1e9;

// `amount` of a repayment, a supply, a withdrawal or a swap: all there is.
uint256 constant ALL = type(uint256).max;

/// An asset of the policy in its market.
struct Asset {
    address token;
    address supplied; // Aave: aToken
    address debt; // Aave: variable debt token
    address stableDebt; // Aave up to 3.1, else zero
    uint256 id; // Aave: number of the reserve
    uint256 price; // of `unit`, in the market's base currency
    uint256 unit;
    bool collateral; // may be withdrawn or supplied
    bool debtAsset; // may be repaid or borrowed
}

/// A plan with what it needs to know of its policy and market. It goes through the lender to the callback as bytes.
struct Run {
    IGuard.Protocol protocol;
    IGuard.Access access;
    address account;
    address entry;
    address core; // Aave: Pool; Morpho Blue: Morpho
    bytes32 id;
    MorphoParams params; // Morpho Blue
    Asset[] assets;
    address[] venues;
    IGuard.Loan loan;
    IGuard.Step[] steps;
}

/// What the account has and owes of an asset.
struct Holding {
    uint256 owned; // in the position and in its wallet
    uint256 owed;
}

/// An asset of the account that the policy does not name and no plan may touch.
struct Unlisted {
    address asset;
    address supplied;
    address debt;
    uint256 owned;
    uint256 owed;
}

struct Snapshot {
    Holding[] holdings; // as Run.assets
    Unlisted[] unlisted;
}

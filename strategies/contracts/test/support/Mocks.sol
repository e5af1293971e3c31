// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Coin} from "./Coin.sol";

/// A price in dollars with 8 decimals.
contract Feed {
    int256 public latestAnswer;

    constructor(int256 answer) {
        latestAnswer = answer;
    }

    function set(int256 answer) external {
        latestAnswer = answer;
    }
}

/// The oracle of a Morpho market: one feed over another.
contract PairOracle {
    Feed private immutable base;
    Feed private immutable quote;
    uint256 private immutable scale;

    constructor(Feed base_, uint256 baseDecimals, Feed quote_, uint256 quoteDecimals) {
        base = base_;
        quote = quote_;
        scale = 10 ** (36 + quoteDecimals - baseDecimals);
    }

    function price() external view returns (uint256) {
        return scale * uint256(base.latestAnswer()) / uint256(quote.latestAnswer());
    }
}

/// A venue that trades at the oracle's prices less `bps`. It mints what it pays and keeps what it takes.
contract Desk {
    mapping(Coin => Feed) public feeds;

    function list(Coin coin, Feed feed) external {
        feeds[coin] = feed;
    }

    function quote(Coin coinIn, uint256 amountIn, Coin coinOut, uint256 bps) public view returns (uint256) {
        uint256 value = amountIn * uint256(feeds[coinIn].latestAnswer()) * 10 ** coinOut.decimals();
        uint256 out = value / uint256(feeds[coinOut].latestAnswer()) / 10 ** coinIn.decimals();
        return out * (10_000 - bps) / 10_000;
    }

    function trade(Coin coinIn, uint256 amountIn, Coin coinOut, uint256 bps, address to) external {
        uint256 out = quote(coinIn, amountIn, coinOut, bps);
        (bool done,) = address(coinIn).call(abi.encodeCall(Coin.transferFrom, (msg.sender, address(this), amountIn)));
        require(done, "not paid");
        coinOut.mint(to, out);
    }
}

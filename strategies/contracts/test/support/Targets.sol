// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Coin} from "./Coin.sol";
import {Feed} from "./Mocks.sol";
import {IAavePool} from "../../src/Protocols.sol";

interface ILiquidation {
    function liquidationCall(address collateral, address debt, address user, uint256 amount, bool receiveAToken)
        external;
}

/// Trades, and moves the oracle's price on the way.
contract PriceMover {
    function trade(Coin coinIn, uint256 amountIn, Coin coinOut, uint256 out, Feed feed, int256 answer) external {
        coinIn.transferFrom(msg.sender, address(this), amountIn);
        coinOut.mint(msg.sender, out);
        feed.set(answer);
    }
}

/// Owes an account something, which anyone may make it pay.
contract Debtor {
    function payTo(Coin coin, address account, uint256 amount) external {
        coin.mint(account, amount);
    }
}

/// Trades for less than it takes, and has the account paid by one who owes it.
contract Masker {
    function trade(
        Coin coinIn,
        uint256 amountIn,
        Coin coinOut,
        uint256 out,
        Debtor debtor,
        address account,
        uint256 owed
    ) external {
        coinIn.transferFrom(msg.sender, address(this), amountIn);
        coinOut.mint(msg.sender, out);
        debtor.payTo(coinOut, account, owed);
    }
}

/// Trades fairly, and liquidates the account on the way.
contract Seizer {
    IAavePool private immutable pool;

    constructor(IAavePool pool_) {
        pool = pool_;
    }

    function trade(Coin coinIn, uint256 amountIn, Coin coinOut, uint256 out, Coin seized, address user, uint256 covered)
        external
    {
        coinIn.transferFrom(msg.sender, address(this), amountIn);
        coinOut.mint(msg.sender, out);
        if (covered == 0) return;
        coinIn.approve(address(pool), covered);
        ILiquidation(address(pool)).liquidationCall(address(seized), address(coinIn), user, covered, false);
    }
}

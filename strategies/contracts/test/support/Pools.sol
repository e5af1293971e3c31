// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Accounts} from "./Accounts.sol";
import {Coin} from "./Coin.sol";
import {IGuard} from "../../src/IGuard.sol";

interface IFactory {
    function createPool(address a, address b, uint24 fee) external returns (address);
}

interface IPool {
    function initialize(uint160 sqrtPriceX96) external;
    function token0() external view returns (address);
    function mint(address to, int24 lower, int24 upper, uint128 amount, bytes calldata data)
        external
        returns (uint256, uint256);
    function swap(address to, bool zeroForOne, int256 amount, uint160 limit, bytes calldata data)
        external
        returns (int256, int256);
}

interface IRouter {
    struct ExactInputSingleParams {
        address tokenIn;
        address tokenOut;
        uint24 fee;
        address recipient;
        uint256 deadline;
        uint256 amountIn;
        uint256 amountOutMinimum;
        uint160 sqrtPriceLimitX96;
    }

    function exactInputSingle(ExactInputSingleParams calldata input) external payable returns (uint256);
}

/// Adds the real Uniswap V3: a router, a pool to trade in and another one to borrow from.
abstract contract Pools is Accounts {
    IPool internal tradePool; // 0.05 %
    IPool internal loanPool; // 0.01 %
    IRouter internal router;

    function setUp() public virtual override {
        super.setUp();
        IFactory factory = IFactory(uniswap("v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory", ""));
        (bool done,) = address(factory).call(abi.encodeWithSignature("enableFeeAmount(uint24,int24)", 100, 1));
        isTrue(done, "fee");
        router =
            IRouter(uniswap("v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter", abi.encode(factory, weth)));
        tradePool = openPool(factory, 500, 10);
        loanPool = openPool(factory, 100, 1);
    }

    function openPool(IFactory factory, uint24 fee, int24 spacing) private returns (IPool made) {
        made = IPool(factory.createPool(address(weth), address(usdc), fee));
        // sqrt(2000e6 / 1e18) in Q96, or its inverse
        bool first = made.token0() == address(weth);
        made.initialize(first ? 3543191142285914205922034 : 1771595571142957102961017258893312);
        int24 reach = 887_200 / spacing * spacing;
        made.mint(address(this), -reach, reach, 1e18, "");
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        pay(amount0, amount1);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        pay(amount0 > 0 ? uint256(amount0) : 0, amount1 > 0 ? uint256(amount1) : 0);
    }

    function pay(uint256 amount0, uint256 amount1) private {
        Coin coin0 = Coin(IPool(msg.sender).token0());
        coin0.mint(msg.sender, amount0);
        (coin0 == weth ? usdc : weth).mint(msg.sender, amount1);
    }

    /// Somebody sells `amount` WETH in the pool, ahead of a plan.
    function sellWeth(uint256 amount) internal {
        bool zeroForOne = tradePool.token0() == address(weth);
        uint160 limit = zeroForOne ? 4295128740 : 1461446703485210103287273052203988822378723970341;
        tradePool.swap(address(this), zeroForOne, int256(amount), limit, "");
    }

    function routed(Coin sold, uint256 amount, Coin bought) internal view returns (IGuard.Step memory made) {
        made = step(IGuard.Action.Swap, sold, amount);
        made.assetOut = address(bought);
        made.target = address(router);
        made.data = abi.encodeCall(
            IRouter.exactInputSingle,
            (IRouter.ExactInputSingleParams(
                    address(sold), address(bought), 500, address(guard.swapper()), block.timestamp, amount, 0, 0
                ))
        );
    }
}

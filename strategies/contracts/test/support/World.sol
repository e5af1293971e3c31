// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {AaveMarket} from "./AaveMarket.sol";
import {Coin} from "./Coin.sol";
import {Desk, Feed, PairOracle} from "./Mocks.sol";
import {Guard} from "../../src/Guard.sol";
import {IGuard} from "../../src/IGuard.sol";
import {IAavePool, IMorpho, MorphoParams} from "../../src/Protocols.sol";

interface IDebtToken {
    function approveDelegation(address delegatee, uint256 amount) external;
}

interface IMorphoAdmin {
    function enableIrm(address irm) external;
    function enableLltv(uint256 lltv) external;
    function createMarket(MorphoParams calldata params) external;
    function supply(MorphoParams calldata params, uint256 assets, uint256 shares, address onBehalf, bytes calldata data)
        external;
    function borrow(MorphoParams calldata params, uint256 assets, uint256 shares, address onBehalf, address receiver)
        external;
    function setAuthorization(address authorized, bool on) external;
}

/// A chain with Aave, Morpho Blue, a desk that trades at oracle prices, the guard, and accounts in trouble.
abstract contract World is AaveMarket {
    uint256 internal constant ALL = type(uint256).max;
    address internal constant GUARDIAN = address(0x6042D);
    address internal constant OTHERS = address(0x07E45); // liquidity of third parties

    Guard internal guard;
    Desk internal desk;
    Coin internal weth;
    Coin internal wbtc;
    Coin internal usdc;
    Coin internal dai;
    mapping(Coin => Feed) internal feedOf;
    IMorpho internal morpho;
    MorphoParams internal params;
    bytes32 internal morphoId;

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        guard = newGuard();
        desk = new Desk();
        weth = coin("WETH", 18, 2000e8);
        wbtc = coin("WBTC", 8, 40_000e8);
        usdc = coin("USDC", 6, 1e8);
        dai = coin("DAI", 18, 1e8);
        deployAave();
        Coin[4] memory coins = [weth, wbtc, usdc, dai];
        address[] memory assets = new address[](4);
        address[] memory feeds = new address[](4);
        for (uint256 i = 0; i < 4; ++i) {
            assets[i] = address(coins[i]);
            feeds[i] = address(feedOf[coins[i]]);
        }
        deployOracle(assets, feeds);
        addReserve(address(weth), 18, 8000, 8250, 10_500);
        addReserve(address(wbtc), 8, 7000, 7500, 10_625);
        addReserve(address(usdc), 6, 7700, 8000, 10_450);
        addReserve(address(dai), 18, 7500, 8000, 10_500);
        configurator.setEModeCategory(1, 9300, 9500, 10_100, address(0), "Stablecoins");
        configurator.setAssetEModeCategory(address(usdc), 1);
        configurator.setAssetEModeCategory(address(dai), 1);
        for (uint256 i = 0; i < 4; ++i) {
            supplyFor(
                OTHERS, coins[i], 20_000_000e8 * 10 ** coins[i].decimals() / uint256(feedOf[coins[i]].latestAnswer())
            );
        }
        deployMorpho();
    }

    /// GUARD_CODE names other creation code: mutate.mjs tests broken guards.
    function newGuard() internal returns (Guard) {
        bytes memory code = vm.envOr("GUARD_CODE", bytes(""));
        return Guard(payable(create(code.length == 0 ? vm.getCode("Guard.sol:Guard") : code, "")));
    }

    function coin(string memory name, uint8 decimals, int256 dollars) private returns (Coin made) {
        made = new Coin(name, decimals);
        feedOf[made] = new Feed(dollars);
        desk.list(made, feedOf[made]);
        vm.label(address(made), name);
    }

    function deployMorpho() private {
        morpho = IMorpho(devnet("morpho", "Morpho", abi.encode(address(this))));
        IMorphoAdmin admin = IMorphoAdmin(address(morpho));
        address irm = devnet("morpho", "IrmMock", "");
        admin.enableIrm(irm);
        admin.enableLltv(0.86e18);
        params = MorphoParams({
            loanToken: address(usdc),
            collateralToken: address(weth),
            oracle: address(new PairOracle(feedOf[weth], 18, feedOf[usdc], 6)),
            irm: irm,
            lltv: 0.86e18
        });
        admin.createMarket(params);
        morphoId = keccak256(abi.encode(params));
        give(OTHERS, usdc, 20_000_000e6, address(morpho));
        vm.prank(OTHERS);
        admin.supply(params, 20_000_000e6, 0, OTHERS, "");
    }

    // ---- accounts

    function give(address account, Coin what, uint256 amount, address spender) internal {
        what.mint(account, amount);
        vm.startPrank(account);
        what.approve(spender, 0);
        what.approve(spender, amount);
        vm.stopPrank();
    }

    function supplyFor(address account, Coin what, uint256 amount) internal {
        give(account, what, amount, address(pool));
        vm.prank(account);
        pool.supply(address(what), amount, account, 0);
    }

    function borrowFor(address account, Coin what, uint256 amount) internal {
        vm.prank(account);
        pool.borrow(address(what), amount, 2, 0, account);
    }

    /// 10 WETH against 14,000 USDC, which the account has spent; at 2000 the health factor is 1.178.
    function openAave(address account) internal {
        supplyFor(account, weth, 10e18);
        borrowFor(account, usdc, 14_000e6);
        spend(account, usdc);
    }

    /// The same in the Morpho market: 1.228.
    function openMorpho(address account) internal {
        give(account, weth, 10e18, address(morpho));
        vm.startPrank(account);
        morpho.supplyCollateral(params, 10e18, account, "");
        IMorphoAdmin(address(morpho)).borrow(params, 14_000e6, 0, account, account);
        vm.stopPrank();
        spend(account, usdc);
    }

    function spend(address account, Coin what) internal {
        uint256 amount = what.balanceOf(account);
        vm.prank(account);
        what.transfer(address(0xdead), amount);
    }

    /// What an account without code gives the guard: its aTokens, the right to borrow, its idle tokens.
    function allowAll(address account) internal {
        Coin[4] memory coins = [weth, wbtc, usdc, dai];
        vm.startPrank(account);
        for (uint256 i = 0; i < 4; ++i) {
            IAavePool.ReserveData memory reserve = pool.getReserveData(address(coins[i]));
            Coin(reserve.aToken).approve(address(guard), type(uint256).max);
            IDebtToken(reserve.variableDebtToken).approveDelegation(address(guard), type(uint256).max);
            coins[i].approve(address(guard), type(uint256).max);
        }
        IMorphoAdmin(address(morpho)).setAuthorization(address(guard), true);
        vm.stopPrank();
    }

    function price(Coin what, int256 dollars) internal {
        feedOf[what].set(dollars);
    }

    function aToken(Coin what) internal view returns (Coin) {
        return Coin(pool.getReserveData(address(what)).aToken);
    }

    function debtOf(address account, Coin what) internal view returns (uint256) {
        return Coin(pool.getReserveData(address(what)).variableDebtToken).balanceOf(account);
    }

    function healthOf(address account) internal view returns (uint256 health) {
        (,,,,, health) = pool.getUserAccountData(account);
    }

    // ---- policies and plans

    function aaveMarket() internal view returns (IGuard.Market memory) {
        return IGuard.Market(IGuard.Protocol.AaveV3, address(provider), bytes32(0));
    }

    function morphoMarket() internal view returns (IGuard.Market memory) {
        return IGuard.Market(IGuard.Protocol.MorphoBlue, address(morpho), morphoId);
    }

    function policy(IGuard.Access access) internal view returns (IGuard.Policy memory made) {
        made.guardian = GUARDIAN;
        made.access = access;
        made.expiry = uint40(block.timestamp + 365 days);
        made.maxLossBps = 100;
        made.trigger = 1.05e18;
        made.floor = 1.035e18;
        made.ceiling = 1.6e18;
        made.valuePerDay = 100_000e8;
        made.collaterals = list(address(weth));
        made.debts = list(address(usdc));
        made.venues = list(address(desk));
    }

    function list(address one) internal pure returns (address[] memory made) {
        made = new address[](1);
        made[0] = one;
    }

    function list(address one, address two) internal pure returns (address[] memory made) {
        made = new address[](2);
        (made[0], made[1]) = (one, two);
    }

    function step(IGuard.Action action, Coin asset, uint256 amount) internal pure returns (IGuard.Step memory made) {
        made.action = action;
        made.asset = address(asset);
        made.amount = amount;
    }

    /// A sale at the desk; what it pays goes to the Swapper that calls it.
    function sale(Coin sold, uint256 amount, Coin bought, uint256 bps) internal view returns (IGuard.Step memory made) {
        made = step(IGuard.Action.Swap, sold, amount);
        made.assetOut = address(bought);
        made.target = address(desk);
        made.data = abi.encodeCall(Desk.trade, (sold, amount, bought, bps, address(guard.swapper())));
    }

    function emptyPlan(address account, IGuard.Market memory market, uint256 steps)
        internal
        view
        returns (IGuard.Plan memory made)
    {
        made.account = account;
        made.market = market;
        made.deadline = uint40(block.timestamp);
        made.steps = new IGuard.Step[](steps);
    }

    /// Take out `sold` WETH, sell it at a loss of `bps`, repay with what it brought: no loan.
    function plainPlan(address account, IGuard.Market memory market, uint256 sold, uint256 bps)
        internal
        view
        returns (IGuard.Plan memory made)
    {
        made = emptyPlan(account, market, 3);
        made.steps[0] = step(IGuard.Action.Withdraw, weth, sold);
        made.steps[1] = sale(weth, sold, usdc, bps);
        made.steps[2] = step(IGuard.Action.Repay, usdc, ALL);
    }

    /// Borrow `repaid` USDC, repay it, take out `sold` WETH, sell it at a loss of `bps`, give the loan back, repay the
    /// rest.
    function flashPlan(address account, uint256 repaid, uint256 sold, uint256 bps)
        internal
        view
        returns (IGuard.Plan memory made)
    {
        made = emptyPlan(account, aaveMarket(), 4);
        made.loan = IGuard.Loan(IGuard.Lender.AaveV3, address(pool), address(usdc), repaid);
        made.steps[0] = step(IGuard.Action.Repay, usdc, repaid);
        made.steps[1] = step(IGuard.Action.Withdraw, weth, sold);
        made.steps[2] = sale(weth, sold, usdc, bps);
        made.steps[3] = step(IGuard.Action.Repay, usdc, ALL);
    }

    /// Where the guard's code runs for an account: at the account itself if it delegates.
    function placeOf(address account) internal view returns (Guard) {
        return account.code.length == 23 ? Guard(payable(account)) : guard;
    }

    function run(IGuard.Plan memory plan) internal {
        vm.prank(GUARDIAN);
        placeOf(plan.account).execute(plan);
    }

    function runRefused(IGuard.Plan memory plan, bytes4 selector) internal {
        Guard place = placeOf(plan.account);
        vm.prank(GUARDIAN);
        refuses(selector);
        place.execute(plan);
    }

    /// With these very arguments.
    function runRefused(IGuard.Plan memory plan, bytes memory reason) internal {
        Guard place = placeOf(plan.account);
        vm.prank(GUARDIAN);
        vm.expectRevert(reason);
        place.execute(plan);
    }

    /// Nothing is left in either half of the guard or in the Swapper, and nobody may take anything from them.
    function isClean() internal view {
        Coin[4] memory coins = [weth, wbtc, usdc, dai];
        address[3] memory places = [address(guard), address(guard.rescuer()), address(guard.swapper())];
        address[3] memory spenders = [address(pool), address(morpho), address(desk)];
        for (uint256 i = 0; i < coins.length; ++i) {
            for (uint256 j = 0; j < places.length; ++j) {
                equal(coins[i].balanceOf(places[j]), 0, "left");
                equal(aToken(coins[i]).balanceOf(places[j]), 0, "aTokens left");
                for (uint256 k = 0; k < spenders.length; ++k) {
                    equal(coins[i].allowance(places[j], spenders[k]), 0, "allowance left");
                }
                equal(coins[i].allowance(places[j], address(guard.swapper())), 0, "allowance left");
            }
        }
    }
}

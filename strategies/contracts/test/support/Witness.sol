// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {Coin} from "./Coin.sol";
import {IMorphoAdmin} from "./World.sol";
import {Pools} from "./Pools.sol";
import {IGuard} from "../../src/IGuard.sol";

/// Measures accounts with nothing of the guard's own code: prices of the feeds, balances of the tokens. What must never
/// happen is written into `violated`.
abstract contract Witness is Pools {
    uint256 internal constant ACCOUNTS = 4;
    uint256 internal constant MORPHO_ACCOUNT = 3;
    address internal constant THIEF = address(0x7417EF);
    address private constant MIA = address(0x313A);
    address private constant BOB = address(0xB0B);
    uint256 private constant BPS = 100;
    uint256 private constant BUDGET = 20_000; // dollars, and USDC
    uint256 private constant TOLERANCE = 1e13; // of 1e18 dollars: what rounding of the smallest units may cost

    struct Sheet {
        uint256 health;
        uint256[4] owned;
        uint256[4] owed;
    }

    string public violated;
    uint256 public lostInAll; // 1e18 dollars
    uint256 private allowedInAll;
    Sheet private sheet;
    uint256[4] private bobs;
    mapping(uint256 who => uint256[]) private times;
    mapping(uint256 who => uint256[]) private values;

    function account(uint256 who) internal view returns (address) {
        if (who == MORPHO_ACCOUNT) return MIA;
        return accountOf(IGuard.Access(who));
    }

    function marketOf(uint256 who) internal view returns (IGuard.Market memory) {
        return who == MORPHO_ACCOUNT ? morphoMarket() : aaveMarket();
    }

    function open(uint256 who, address[] memory venues) internal {
        bool onMorpho = who == MORPHO_ACCOUNT;
        if (onMorpho) {
            openMorpho(MIA);
            allowAll(MIA);
        } else {
            openAave(account(who));
        }
        IGuard.Policy memory made = policy(onMorpho ? IGuard.Access.Allowance : IGuard.Access(who));
        made.maxLossBps = uint16(BPS);
        made.trigger = 1.07e18;
        made.floor = 0;
        made.ceiling = 3e18;
        made.mayClose = true;
        made.expiry = type(uint40).max;
        made.valuePerDay = uint128(BUDGET * (onMorpho ? 1e6 : 1e8));
        made.venues = venues;
        setPolicy(account(who), marketOf(who), made);
        if (who != 0) return;
        // A bystander with the same approvals and a guardian of his own.
        openAave(BOB);
        allowAll(BOB);
        made.guardian = address(0x600D);
        setPolicy(BOB, aaveMarket(), made);
        usdc.mint(BOB, 1000e6);
        bobs = [aToken(weth).balanceOf(BOB), weth.balanceOf(BOB), usdc.balanceOf(BOB), debtOf(BOB, usdc)];
    }

    /// The owner borrows again, or adds collateral, until the account is near its trigger from above or below.
    function bringIntoTrouble(uint256 who) internal {
        address it = account(who);
        if (who == MORPHO_ACCOUNT) {
            (, uint256 shares, uint256 collateral) = morpho.position(morphoId, it);
            if (collateral < 8e18) {
                give(it, weth, 8e18, address(morpho));
                vm.prank(it);
                morpho.supplyCollateral(params, 8e18, it, "");
                collateral += 8e18;
            }
            (,, uint256 assets, uint256 all,,) = morpho.market(morphoId);
            uint256 debt = shares * (assets + 1) / (all + 1e6);
            uint256 most = desk.quote(weth, collateral, usdc, 0) * 86 / 100 * 96 / 100;
            if (debt >= most) return;
            vm.prank(it);
            IMorphoAdmin(address(morpho)).borrow(params, most - debt, 0, it, it);
        } else {
            if (aToken(weth).balanceOf(it) < 8e18 || healthOf(it) < 0.97e18) supplyFor(it, weth, 8e18);
            (,, uint256 available,,,) = pool.getUserAccountData(it);
            uint256 amount = available * 1e6 / uint256(feedOf[usdc].latestAnswer()) * 995 / 1000;
            if (amount < 10e6) return;
            borrowFor(it, usdc, amount);
        }
        // Some of it stays idle.
        uint256 idle = usdc.balanceOf(it);
        vm.prank(it);
        usdc.transfer(address(0xdead), idle * 9 / 10);
    }

    // ---- measuring

    function before(uint256 who) internal {
        sheet = measure(who);
    }

    function afterwards(uint256 who) internal {
        Sheet memory was = sheet;
        Sheet memory is_ = measure(who);
        if (is_.health <= was.health) violated = "health did not rise";
        (uint256 outflow, uint256 inflow, uint256 repaid, uint256 drawn) = changes(was, is_);
        uint256 moved = outflow > repaid ? outflow : repaid;
        uint256 lost = outflow + drawn > inflow + repaid ? outflow + drawn - inflow - repaid : 0;
        if (lost > moved * BPS / 10_000 + TOLERANCE) violated = "lost too much";
        if (drawn > repaid + moved * BPS / 10_000 + TOLERANCE) violated = "debt rose";
        lostInAll += lost;
        allowedInAll += moved * BPS / 10_000 + TOLERANCE;
        withinBudget(who, moved);
        checkClean();
        if (worth(THIEF) > allowedInAll) violated = "a thief has more than all bounds together";
        bystanderStands();
    }

    function measure(uint256 who) private returns (Sheet memory made) {
        Coin[4] memory coins = [weth, usdc, wbtc, dai];
        address it = account(who);
        for (uint256 i = 0; i < 4; ++i) {
            made.owned[i] = coins[i].balanceOf(it) + aToken(coins[i]).balanceOf(it);
            made.owed[i] = debtOf(it, coins[i]);
        }
        made.health = healthOf(it);
        if (who != MORPHO_ACCOUNT) return made;
        morpho.accrueInterest(params);
        (, uint256 shares, uint256 collateral) = morpho.position(morphoId, it);
        (,, uint256 assets, uint256 all,,) = morpho.market(morphoId);
        made.owned[0] += collateral;
        made.owed[1] += (shares * (assets + 1) + all + 1e6 - 1) / (all + 1e6);
        made.health = made.owed[1] == 0 ? ALL : desk.quote(weth, collateral, usdc, 0) * 0.86e18 / made.owed[1];
    }

    /// In 1e18 dollars.
    function changes(Sheet memory was, Sheet memory is_)
        private
        view
        returns (uint256 outflow, uint256 inflow, uint256 repaid, uint256 drawn)
    {
        for (uint256 i = 0; i < 4; ++i) {
            if (is_.owned[i] < was.owned[i]) outflow += value(i, was.owned[i] - is_.owned[i]);
            else inflow += value(i, is_.owned[i] - was.owned[i]);
            if (is_.owed[i] < was.owed[i]) repaid += value(i, was.owed[i] - is_.owed[i]);
            else drawn += value(i, is_.owed[i] - was.owed[i]);
        }
    }

    function value(uint256 coin_, uint256 amount) private view returns (uint256) {
        Coin[4] memory coins = [weth, usdc, wbtc, dai];
        Coin it = coins[coin_];
        return amount * uint256(feedOf[it].latestAnswer()) * 1e10 / 10 ** it.decimals();
    }

    function worth(address it) private view returns (uint256 sum) {
        Coin[4] memory coins = [weth, usdc, wbtc, dai];
        for (uint256 i = 0; i < 4; ++i) {
            sum += value(i, coins[i].balanceOf(it) + aToken(coins[i]).balanceOf(it));
        }
    }

    /// Over the plans of the last 24 hours, in the unit of the policy's budget.
    function withinBudget(uint256 who, uint256 moved) private {
        if (who == MORPHO_ACCOUNT) moved = moved * 1e8 / uint256(feedOf[usdc].latestAnswer());
        times[who].push(block.timestamp);
        values[who].push(moved);
        uint256 sum = 0;
        for (uint256 i = times[who].length; i > 0 && times[who][i - 1] + 1 days > block.timestamp; --i) {
            sum += values[who][i - 1];
        }
        if (sum > (BUDGET + 1) * 1e18) violated = "above the budget of 24 hours";
    }

    function checkClean() internal view {
        Coin[2] memory coins = [weth, usdc];
        address[2] memory spenders = [address(pool), address(morpho)];
        for (uint256 i = 0; i < 2; ++i) {
            Coin held = aToken(coins[i]);
            equal(held.balanceOf(address(guard)), 0, "aTokens left in the guard");
            for (uint256 j = 0; j < 2; ++j) {
                equal(coins[i].allowance(address(guard), spenders[j]), 0, "allowance of the guard");
                equal(coins[i].allowance(accountOf(IGuard.Access.Self), spenders[j]), 0, "allowance of the account");
            }
            equal(coins[i].allowance(address(guard.swapper()), address(desk)), 0, "allowance of the Swapper");
        }
    }

    function bystanderStands() private {
        bool stands = aToken(weth).balanceOf(BOB) >= bobs[0] && weth.balanceOf(BOB) >= bobs[1]
            && usdc.balanceOf(BOB) >= bobs[2] && debtOf(BOB, usdc) >= bobs[3];
        if (!stands) violated = "a bystander was touched";
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {AssetNotInMarket, PriceMissing} from "../Errors.sol";
import {IAaveAddressesProvider, IAaveOracle, IAavePool, IERC20} from "../Protocols.sol";
import {Reach} from "../Reach.sol";
import {ALL, Asset, Holding, Run, Unlisted} from "../Run.sol";
import {Tokens} from "../Tokens.sol";

/// Aave V3 from 3.0 to 3.7 and its forks: what is not in all of them is not used.
library AaveV3Adapter {
    uint256 private constant VARIABLE = 2;
    uint16 private constant NO_REFERRAL = 0;

    function core(address provider) internal view returns (address) {
        return IAaveAddressesProvider(provider).getPool();
    }

    /// Of an account without debt: the greatest number.
    function health(address pool, address account) internal view returns (uint256 factor) {
        (,,,,, factor) = IAavePool(pool).getUserAccountData(account);
    }

    function describe(Run memory run, Asset memory asset) internal view {
        IAavePool.ReserveData memory reserve = IAavePool(run.core).getReserveData(asset.token);
        if (reserve.aToken == address(0)) revert AssetNotInMarket(asset.token);
        asset.supplied = reserve.aToken;
        asset.debt = reserve.variableDebtToken;
        asset.stableDebt = reserve.stableDebtToken;
        asset.id = reserve.id;
        asset.unit = 10 ** uint8(reserve.configuration >> 48);
        asset.price = priceOf(run, asset);
        if (asset.price == 0) revert PriceMissing(asset.token);
    }

    function priceOf(Run memory run, Asset memory asset) internal view returns (uint256) {
        return IAaveOracle(IAaveAddressesProvider(run.entry).getPriceOracle()).getAssetPrice(asset.token);
    }

    function holding(Run memory run, Asset memory asset) internal view returns (Holding memory) {
        return Holding({
            owned: Tokens.balance(asset.supplied, run.account) + Tokens.balance(asset.token, run.account),
            owed: Tokens.balance(asset.debt, run.account) + balanceIfAny(asset.stableDebt, run.account)
        });
    }

    function indebted(Run memory run, Asset memory asset) internal view returns (bool) {
        return Tokens.balance(asset.debt, run.account) != 0;
    }

    /// What of the account's collateral and debt is in assets that the policy does not name. A supply that is not used
    /// as collateral is not seen here; nothing can seize it.
    function unlisted(Run memory run) internal view returns (Unlisted[] memory found) {
        uint256 used = IAavePool(run.core).getUserConfiguration(run.account);
        for (uint256 i = 0; i < run.assets.length; ++i) {
            used &= ~(uint256(3) << (2 * run.assets[i].id));
        }
        uint256 count = 0;
        for (uint256 rest = used; rest != 0; rest >>= 2) {
            if (rest & 3 != 0) ++count;
        }
        found = new Unlisted[](count);
        for (uint16 id = 0; count != 0; ++id) {
            if ((used >> (2 * id)) & 3 == 0) continue;
            Unlisted memory one = found[--count];
            one.asset = IAavePool(run.core).getReserveAddressById(id);
            IAavePool.ReserveData memory reserve = IAavePool(run.core).getReserveData(one.asset);
            one.supplied = reserve.aToken;
            one.debt = reserve.variableDebtToken;
            one.owned = Tokens.balance(one.supplied, run.account);
            one.owed = Tokens.balance(one.debt, run.account);
        }
    }

    function withdraw(Run memory run, Asset memory asset, uint256 amount) internal {
        if (amount == ALL) amount = Tokens.balance(asset.supplied, run.account);
        if (Reach.direct(run)) {
            bytes memory data = abi.encodeCall(IAavePool.withdraw, (asset.token, amount, address(this)));
            Reach.asAccount(run, run.core, data);
            return;
        }
        // Rounding may make a unit more or less of it; all of what came is taken out, so that none is left here.
        Tokens.call(asset.supplied, abi.encodeCall(IERC20.transferFrom, (run.account, address(this), amount)));
        IAavePool(run.core).withdraw(asset.token, ALL, address(this));
    }

    function repay(Run memory run, Asset memory asset, uint256 amount) internal {
        IAavePool(run.core).repay(asset.token, amount, VARIABLE, run.account);
    }

    function supply(Run memory run, Asset memory asset, uint256 amount) internal {
        IAavePool(run.core).supply(asset.token, amount, run.account, NO_REFERRAL);
    }

    /// By allowance this needs credit delegation. A Safe gets the funds itself and passes them on.
    function borrow(Run memory run, Asset memory asset, uint256 amount) internal {
        if (!Reach.direct(run)) {
            IAavePool(run.core).borrow(asset.token, amount, VARIABLE, NO_REFERRAL, run.account);
            return;
        }
        bytes memory data = abi.encodeCall(IAavePool.borrow, (asset.token, amount, VARIABLE, NO_REFERRAL, run.account));
        Reach.asAccount(run, run.core, data);
        Reach.fetch(run, asset.token, amount);
    }

    function repayWithATokens(Run memory run, Asset memory asset, uint256 amount) internal {
        Reach.asAccount(run, run.core, abi.encodeCall(IAavePool.repayWithATokens, (asset.token, amount, VARIABLE)));
    }

    function setEMode(Run memory run, uint8 category) internal {
        Reach.asAccount(run, run.core, abi.encodeCall(IAavePool.setUserEMode, (category)));
    }

    function useAsCollateral(Run memory run, Asset memory asset, bool use) internal {
        Reach.asAccount(run, run.core, abi.encodeCall(IAavePool.setUserUseReserveAsCollateral, (asset.token, use)));
    }

    /// Debt at a stable rate ended with 3.2; what is left of its tokens may be no contract.
    function balanceIfAny(address token, address account) private view returns (uint256) {
        (bool done, bytes memory result) = token.staticcall(abi.encodeCall(IERC20.balanceOf, (account)));
        return done && result.length >= 32 ? abi.decode(result, (uint256)) : 0;
    }
}

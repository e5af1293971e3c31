// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {AssetNotInMarket, PriceMissing} from "../Errors.sol";
import {IMorpho, IMorphoOracle, MorphoParams} from "../Protocols.sol";
import {Reach} from "../Reach.sol";
import {ALL, Asset, Holding, Run, Unlisted} from "../Run.sol";
import {Tokens} from "../Tokens.sol";

/// One market of Morpho Blue. Values are in units of its loan token.
library MorphoBlueAdapter {
    uint256 private constant WAD = 1e18;
    uint256 private constant ORACLE_SCALE = 1e36;
    uint256 private constant VIRTUAL_SHARES = 1e6;
    uint256 private constant VIRTUAL_ASSETS = 1;

    /// As Morpho's _isHealthy (floor, then the debt rounded up), on the market's totals as accrued now.
    function health(address morpho, bytes32 id, address account) internal returns (uint256) {
        MorphoParams memory params = IMorpho(morpho).idToMarketParams(id);
        if (params.loanToken == address(0)) revert AssetNotInMarket(address(0));
        IMorpho(morpho).accrueInterest(params);
        uint256 owed = debtOf(morpho, id, account);
        if (owed == 0) return type(uint256).max;
        (,, uint256 collateral) = IMorpho(morpho).position(id, account);
        uint256 worth = collateral * IMorphoOracle(params.oracle).price() / ORACLE_SCALE;
        return worth * params.lltv / WAD * WAD / owed;
    }

    function describe(Run memory run, Asset memory asset) internal view {
        bool loan = asset.token == run.params.loanToken;
        if (asset.collateral && asset.token != run.params.collateralToken) revert AssetNotInMarket(asset.token);
        if (asset.debtAsset && !loan) revert AssetNotInMarket(asset.token);
        asset.price = priceOf(run, asset);
        asset.unit = loan ? 1 : ORACLE_SCALE;
        if (asset.price == 0) revert PriceMissing(asset.token);
    }

    function priceOf(Run memory run, Asset memory asset) internal view returns (uint256) {
        return asset.token == run.params.loanToken ? 1 : IMorphoOracle(run.params.oracle).price();
    }

    function holding(Run memory run, Asset memory asset) internal view returns (Holding memory held) {
        held.owned = Tokens.balance(asset.token, run.account);
        if (asset.token == run.params.collateralToken) {
            (,, uint256 collateral) = IMorpho(run.core).position(run.id, run.account);
            held.owned += collateral;
        }
        if (asset.token == run.params.loanToken) held.owed = debtOf(run.core, run.id, run.account);
    }

    function indebted(Run memory run) internal view returns (bool) {
        (, uint256 shares,) = IMorpho(run.core).position(run.id, run.account);
        return shares != 0;
    }

    /// The account may be one of the market's lenders as well.
    function unlisted(Run memory run) internal view returns (Unlisted[] memory found) {
        (uint256 shares,,) = IMorpho(run.core).position(run.id, run.account);
        if (shares == 0) return found;
        found = new Unlisted[](1);
        found[0].asset = run.params.loanToken;
        found[0].owned = shares;
    }

    function withdraw(Run memory run, uint256 amount) internal {
        if (amount == ALL) (,, amount) = IMorpho(run.core).position(run.id, run.account);
        bytes memory data = abi.encodeCall(IMorpho.withdrawCollateral, (run.params, amount, run.account, address(this)));
        if (Reach.direct(run)) Reach.asAccount(run, run.core, data);
        else IMorpho(run.core).withdrawCollateral(run.params, amount, run.account, address(this));
    }

    /// All of the debt is repaid by its shares, which leave nothing.
    function repay(Run memory run, uint256 amount, bytes memory data) internal {
        (, uint256 shares,) = IMorpho(run.core).position(run.id, run.account);
        if (amount < debtOf(run.core, run.id, run.account)) shares = 0;
        else amount = 0;
        IMorpho(run.core).repay(run.params, amount, shares, run.account, data);
    }

    function supply(Run memory run, uint256 amount) internal {
        IMorpho(run.core).supplyCollateral(run.params, amount, run.account, "");
    }

    function debtOf(address morpho, bytes32 id, address account) private view returns (uint256) {
        (, uint256 shares,) = IMorpho(morpho).position(id, account);
        if (shares == 0) return 0;
        (,, uint256 totalAssets, uint256 totalShares,,) = IMorpho(morpho).market(id);
        uint256 divisor = totalShares + VIRTUAL_SHARES;
        return (shares * (totalAssets + VIRTUAL_ASSETS) + divisor - 1) / divisor;
    }
}

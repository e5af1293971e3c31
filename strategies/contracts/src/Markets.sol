// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {AaveV3Adapter} from "./adapters/AaveV3Adapter.sol";
import {MorphoBlueAdapter} from "./adapters/MorphoBlueAdapter.sol";
import {AssetNotAllowed} from "./Errors.sol";
import {IGuard} from "./IGuard.sol";
import {IMorpho} from "./Protocols.sol";
import {Asset, Holding, Run, Unlisted, VALUE_SCALE} from "./Run.sol";

/// The lending protocol that a policy is for, behind one set of functions.
library Markets {
    function isAave(Run memory run) internal pure returns (bool) {
        return run.protocol == IGuard.Protocol.AaveV3;
    }

    /// 1e18: at 1e18 liquidation begins. Morpho Blue accrues its interest for this.
    function health(IGuard.Market calldata market, address account) internal returns (uint256) {
        if (market.protocol == IGuard.Protocol.AaveV3) {
            return AaveV3Adapter.health(AaveV3Adapter.core(market.entry), account);
        }
        return MorphoBlueAdapter.health(market.entry, market.id, account);
    }

    function open(IGuard.Plan calldata plan, IGuard.Policy calldata policy) internal view returns (Run memory run) {
        run.protocol = plan.market.protocol;
        run.access = policy.access;
        run.account = plan.account;
        run.entry = plan.market.entry;
        run.id = plan.market.id;
        if (isAave(run)) {
            run.core = AaveV3Adapter.core(run.entry);
        } else {
            run.core = run.entry;
            run.params = IMorpho(run.entry).idToMarketParams(run.id);
        }
        run.venues = policy.venues;
        run.loan = plan.loan;
        run.steps = plan.steps;
        run.assets = union(policy);
        for (uint256 i = 0; i < run.assets.length; ++i) {
            if (isAave(run)) AaveV3Adapter.describe(run, run.assets[i]);
            else MorphoBlueAdapter.describe(run, run.assets[i]);
        }
    }

    function priceOf(Run memory run, Asset memory asset) internal view returns (uint256) {
        return isAave(run) ? AaveV3Adapter.priceOf(run, asset) : MorphoBlueAdapter.priceOf(run, asset);
    }

    function holding(Run memory run, Asset memory asset) internal view returns (Holding memory) {
        return isAave(run) ? AaveV3Adapter.holding(run, asset) : MorphoBlueAdapter.holding(run, asset);
    }

    function indebted(Run memory run, Asset memory asset) internal view returns (bool) {
        return isAave(run) ? AaveV3Adapter.indebted(run, asset) : MorphoBlueAdapter.indebted(run);
    }

    function unlisted(Run memory run) internal view returns (Unlisted[] memory) {
        return isAave(run) ? AaveV3Adapter.unlisted(run) : MorphoBlueAdapter.unlisted(run);
    }

    function withdraw(Run memory run, Asset memory asset, uint256 amount) internal {
        if (isAave(run)) AaveV3Adapter.withdraw(run, asset, amount);
        else MorphoBlueAdapter.withdraw(run, amount);
    }

    function repay(Run memory run, Asset memory asset, uint256 amount) internal {
        if (isAave(run)) AaveV3Adapter.repay(run, asset, amount);
        else MorphoBlueAdapter.repay(run, amount, "");
    }

    function supply(Run memory run, Asset memory asset, uint256 amount) internal {
        if (isAave(run)) AaveV3Adapter.supply(run, asset, amount);
        else MorphoBlueAdapter.supply(run, amount);
    }

    function find(Run memory run, address token) internal pure returns (Asset memory) {
        for (uint256 i = 0; i < run.assets.length; ++i) {
            if (run.assets[i].token == token) return run.assets[i];
        }
        revert AssetNotAllowed(token);
    }

    /// In the market's base currency, times VALUE_SCALE.
    function value(Asset memory asset, uint256 amount) internal pure returns (uint256) {
        return amount * asset.price * VALUE_SCALE / asset.unit;
    }

    /// The policy's assets, those that are in both lists once.
    function union(IGuard.Policy calldata policy) private pure returns (Asset[] memory assets) {
        uint256 count = policy.collaterals.length;
        assets = new Asset[](count + policy.debts.length);
        for (uint256 i = 0; i < count; ++i) {
            assets[i].token = policy.collaterals[i];
            assets[i].collateral = true;
        }
        for (uint256 i = 0; i < policy.debts.length; ++i) {
            uint256 at = 0;
            while (at < count && assets[at].token != policy.debts[i]) ++at;
            if (at == count) assets[count++].token = policy.debts[i];
            assets[at].debtAsset = true;
        }
        assembly ("memory-safe") {
            mstore(assets, count)
        }
    }
}
